// validate.mjs FILE…: says what the official AsyncAPI parser finds wrong, one line each; ends with 1 where it finds anything.
import { readFile } from "node:fs/promises";
import { Parser } from "@asyncapi/parser";

const NEWER = "asyncapi-latest-version";
let wrong = 0;
for (const file of process.argv.slice(2)) {
  const { document, diagnostics } = await new Parser().parse(await readFile(file, "utf8"));
  const found = diagnostics.filter(({ code }) => code !== NEWER);
  for (const { path, code, message } of found) console.log(`${file}: ${path.join(".")}: ${message} (${code})`);
  if (document === undefined && found.length === 0) console.log(`${file}: no AsyncAPI document`);
  wrong += found.length + (document === undefined ? 1 : 0);
}
process.exitCode = wrong === 0 ? 0 : 1;
