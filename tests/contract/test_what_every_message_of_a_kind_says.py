"""Fields that several classes share are in each of them, and are read by their types."""

from __future__ import annotations

from typing import Final

import pytest

from schemas.attachments import carried_by, named_by
from schemas.complaint import Complaint, ComplaintFields
from schemas.dispatch import Carrying
from schemas.examples import example
from schemas.message import Message, contracts, reason_of

ALL: Final = tuple(contracts().values())


def test_what_is_raised_is_handed_on_whole() -> None:
    assert ComplaintFields.__annotations__.keys() == Complaint.model_fields.keys()


@pytest.mark.parametrize("model", [each for each in ALL if "attachments" in each.model_fields])
def test_whatever_has_attachments_is_read_as_naming_or_carrying_them(model: type[Message]) -> None:
    family = model.__module__.split(".")[1]
    made = example(model)
    assert (family, bool(named_by(made)), bool(carried_by(made)), isinstance(made, Carrying)) in {
        ("inbound", True, False, False),
        ("requests", False, True, False),
        ("tickets", False, True, False),
        ("dispatch", False, False, True),
        ("public", False, False, False),
    }


@pytest.mark.parametrize("model", [each for each in ALL if "reason" in each.model_fields])
def test_whatever_says_why_is_read_so(model: type[Message]) -> None:
    assert reason_of(example(model))
