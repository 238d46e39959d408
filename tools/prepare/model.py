"""The default model: trained on the made-up district's own wordings, made again when these or the tools change."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Final

from classification.corpus import Example, fingerprint, read_examples
from classification.model import Model, ModelRefusedError
from classification.training import train
from rulebook import load_policy
from tools.errors import SaidClearly
from tools.layout import MODEL, POLICY, ROOT

if TYPE_CHECKING:
    from pathlib import Path

WORDINGS: Final = "wordings.csv"


def prepare_model(out: Path = MODEL, policy: Path = POLICY) -> Path:
    """Make sure that the default model is there and was trained on the wordings and the catalogue of now.

    Takes some seconds when it has to be trained. Made-up sentences set no thresholds. Raises SaidClearly when the
    wordings cannot be written.
    """
    examples = made_up(out.parent / WORDINGS, policy)
    try:
        Model.load(out, trained_on=fingerprint(examples))
    except ModelRefusedError:
        train(examples, policy=load_policy(policy), source="wordings", measured=False).save(out)
    return out


def made_up(file: Path, policy: Path = POLICY) -> tuple[Example, ...]:
    """Have the made-up district write its wordings to a file, and read them.

    Raises SaidClearly when they cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    program = [sys.executable, "-m", "examples.district", "wordings", str(file), "--policy", str(policy)]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own program
    if done.returncode != 0:
        raise SaidClearly(f"示例城区没能写出说法：{done.stderr.strip()}")
    return read_examples(file, ["text"], "category", "wording")
