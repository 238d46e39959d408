"""The default model: trained on the made-up district's own wordings, made again when these or the tools change."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Final

from classification.corpus import fingerprint, read_examples
from classification.suggest import Model, ModelRefusedError
from classification.training import train
from tools.errors import SaidClearly
from tools.layout import MODEL, POLICY, ROOT

if TYPE_CHECKING:
    from pathlib import Path

WORDINGS: Final = "wordings.csv"


def prepare_model(out: Path = MODEL, policy: Path = POLICY) -> Path:
    """Make sure that the default model is there and was trained on the wordings and the catalogue of now.

    Takes a few seconds when it has to be trained. Raises SaidClearly when the wordings cannot be written.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    file = out.parent / WORDINGS
    program = [sys.executable, "-m", "examples.district", "wordings", str(file), "--policy", str(policy)]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own program
    if done.returncode != 0:
        raise SaidClearly(f"The made-up district could not write its wordings: {done.stderr.strip()}")
    examples = read_examples(file, ["text"], "category", "wording")
    try:
        Model.load(out, trained_on=fingerprint(examples))
    except ModelRefusedError:
        train(examples).save(out)
    return out
