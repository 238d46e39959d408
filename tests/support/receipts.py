"""Answers to a submission of no matter what, with what a test says of them."""

from __future__ import annotations

from typing import Any

from schemas.public import ReceiptGiven, ReceiptRefused

RECEIPT = "R0123456789AB"
_ANSWERS = {"receipt": RECEIPT, "source": "terminal", "submission": "s", "action": "register"}


def given(**values: Any) -> ReceiptGiven:
    """A receipt."""
    return ReceiptGiven.model_validate({**_ANSWERS, "final": True, **values})


def refused(**values: Any) -> ReceiptRefused:
    """A refusal."""
    return ReceiptRefused.model_validate({**_ANSWERS, "code": "malformed", "reason": "读不懂", **values})
