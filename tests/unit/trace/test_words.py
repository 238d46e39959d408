"""What people read of a clock is what the policy says of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from rulebook import load_policy
from services.trace.edges.words import Words

WORDS = Words(load_policy(Path(__file__).resolve().parents[3] / "policy"))


def test_why_due_quotes_what_the_policy_notes_on_the_clock() -> None:
    assert WORDS.rule("supervision") == ("规定：督办期间不得退单。",)
    assert WORDS.rule("first_contact") == ()


def test_what_ends_at_midnight_is_said_to_end_on_the_day_before() -> None:
    midnight = datetime(2026, 2, 24, 16, 0, tzinfo=UTC).isoformat()

    assert WORDS.due({"at": midnight}) == WORDS.until(midnight) == "2026-02-24 24:00"
    assert WORDS.moment(midnight) == "2026-02-25 00:00"


def test_a_clock_that_stood_still_names_its_ground_and_who_approved_it() -> None:
    paused = {"clock": "handling", "ground": "needs-info", "approved_by": "p-fang"}

    said = WORDS.fact("liuhen.clocks.clock-paused.v1", paused)

    assert said == "处置时限暂停计时（等待诉求人补充），方立群批准"


def test_a_failed_delivery_says_why_in_words() -> None:
    failed = {"audience": "requester", "way": "sms", "error": "http-503", "attempts": 6}

    said = WORDS.fact("liuhen.notices.notice-given-up.v1", failed)

    assert said == "通知送不到诉求人（短信，对方系统报错503），共6次，需人工处理"


def test_a_fact_of_another_version_is_said_to_be_unknown() -> None:
    assert WORDS.fact("liuhen.dispatch.teleported.v1", {}) == "未知（liuhen.dispatch.teleported.v1）"


def test_what_a_stranger_says_is_not_said_to_be_the_requesters() -> None:
    said = {"mode": "press", "channel": "survey", "text": "快点。", "count": 0, "verified": None}
    name = "liuhen.dispatch.follow-up-added.v1"

    assert WORDS.fact(name, said) == "有人催办或者补充（催办，大调研，未核实是诉求人，不计次数）：快点。"
    whose = WORDS.fact(name, said | {"count": 2, "verified": "number_matched"})
    assert whose == "诉求人第2次催办或者补充（催办，大调研，联系方式一致）：快点。"


def test_a_refusal_to_rate_is_not_shown_as_the_requesters_words() -> None:
    rated = {"contacted": "yes", "solved": "not_rated", "attitude": "not_rated", "result": "not_rated"}
    name = "liuhen.dispatch.callback-recorded.v1"

    assert WORDS.fact(name, {**rated, "note": "挂断。"}).endswith("。回访员：挂断。")
    assert WORDS.fact(name, {**rated, "result": "average", "note": "一般。"}).endswith("。诉求人：一般。")
    verdict = {"solved": "not_rated", "satisfaction": "not_rated", "note": "挂断。"}
    assert WORDS.fact("liuhen.dispatch.city-verdict-recorded.v1", verdict).endswith("。市热线办：挂断。")


def test_what_was_covered_is_named_in_words() -> None:
    covered = {"where": "place", "start": 0, "length": 4, "reason": "写错。", "origin": None}
    name = "liuhen.dispatch.redacted.v1"

    assert WORDS.fact(name, covered) == "涂去地点第1字起4字：写错。"
    assert WORDS.fact(name, covered | {"where": "note-2"}) == "涂去共同记录2第1字起4字：写错。"
