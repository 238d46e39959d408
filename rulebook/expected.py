"""What a file of the policy may say where its form is wrong, worded by what pydantic found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rulebook.base import FORMS
from vocabulary import Chinese
from vocabulary.expected import expected

_OTHER: Final = Chinese("policy/schema/ 里写明的值")


def expected_of(detail: Mapping[str, Any]) -> Chinese:
    """Say what should stand there, by one entry of a ValidationError; a rule of our own says it itself."""
    kind, details = str(detail["type"]), dict(detail.get("ctx", {}))
    if kind == "value_error":
        said: Chinese = details["error"].args[0]
        return said
    form = FORMS.get(str(details.get("pattern")))
    return form if form is not None else expected(detail, _OTHER)
