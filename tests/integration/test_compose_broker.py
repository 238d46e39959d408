"""The broker of the Compose file, set up by the image's own entry point, is the local runner's broker."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tools.generate import compose
from tools.layout import KAFKA_JARS
from tools.local.broker import SETTINGS
from tools.local.plan import load_plan
from tools.local.programs import find

_LOGGING = """
Configuration:
  Properties: { Property: [] }
  Appenders: { Console: { name: STDOUT } }
  Loggers: { Root: { level: INFO, AppenderRef: [{ ref: STDOUT }] }, Logger: [{ name: kafka, level: INFO }] }
"""


def test_the_image_accepts_our_settings_and_formats_its_storage(tmp_path: Path) -> None:
    default, mounted, final, data = (tmp_path / name for name in ("default", "mounted", "final", "data"))
    for folder in (default, mounted, final):
        folder.mkdir()
    for name in ("log4j2.yaml", "tools-log4j2.yaml"):
        (default / name).write_text(_LOGGING, "utf-8")
    (default / "server.properties").write_text("", "utf-8")
    (mounted / "server.properties").write_bytes(SETTINGS.read_bytes())
    told = compose(load_plan())["services"]["kafka"]["environment"]
    environment = {
        **{name: value.replace("${LIUHEN_KAFKA_PORT:-19092}", "19092") for name, value in told.items()},
        "KAFKA_LOG_DIRS": str(data),
        "CLUSTER_ID": "5L6g3nShT-eMCtK--X86sw",
    }
    folders = ["-D", str(default), "-M", str(mounted), "-F", str(final)]
    command = [find("java"), "-cp", f"{KAFKA_JARS}/*", "kafka.docker.KafkaDockerWrapper", "setup", *folders]

    done = subprocess.run(  # noqa: S603 - our own command
        command, env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr[-2000:]
    assert (data / "meta.properties").exists()
    used = (final / "server.properties").read_text("utf-8")
    assert "auto.create.topics.enable=false" in used
    assert "INTERNAL://:9092,OUTSIDE://:19092" in used
