"""One act on many tickets means the same in the browser and at a terminal."""

from __future__ import annotations

import pytest

from services.desk.core.many import Word, apart, became, has_changed, in_vain, named


def test_what_somebody_has_to_look_at_is_left_out_unless_they_named_it() -> None:
    assert apart([1, 2, 3, 4], lambda each: each > 2) == ([1, 2], [3, 4])
    assert apart([1, 2, 3, 4], lambda each: each > 2, lambda each: each == 3) == ([1, 2, 3], [4])


@pytest.mark.parametrize(
    ("taken", "code", "word"),
    [
        (True, None, "done"),
        (False, None, "unanswered"),
        (True, "illegal_in_state", "already"),
        (False, "joined_already", "already"),
        (False, "changed_meanwhile", "refused"),
    ],
)
def test_each_row_says_what_became_of_it(*, taken: bool, code: str | None, word: Word) -> None:
    assert became(taken=taken, refused_as=code) == word
    assert has_changed(code) == (code == "changed_meanwhile")


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ((), 0),
        (("refused", "refused"), 2),
        (("refused", "done", "refused", "unanswered", "left"), 1),
        (("refused", "already"), 0),
    ],
)
def test_refusals_one_after_another_are_counted_by_what_is_known(words: tuple[Word, ...], count: int) -> None:
    assert in_vain(words) == count


def test_an_act_of_a_batch_is_named_by_both_so_that_it_is_done_once() -> None:
    assert named("b", "1") == named("b", "1") != named("b", "2")
