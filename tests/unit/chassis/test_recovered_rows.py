"""What is taken back from a topic that outsiders read is kept with its contacts as masks."""

from __future__ import annotations

import pytest

from chassis.recovery import masked

CONTACT = {"phone": "13800000001"}
MASKED = {"phone": "138****0001"}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"contact": CONTACT, "text": "灯坏了"}, {"contact": MASKED, "text": "灯坏了"}),
        ({"contacts": [CONTACT, CONTACT]}, {"contacts": [MASKED, MASKED]}),
        ({"contacts": None}, {"contacts": None}),
        ({"matters": [{"contacts": [CONTACT]}]}, {"matters": [{"contacts": [MASKED]}]}),
    ],
)
def test_every_contact_of_a_document_is_a_mask(said: object, kept: object) -> None:
    assert masked(said) == kept
