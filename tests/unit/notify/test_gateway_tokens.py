"""Each token of a gateway is long enough not to be guessed, also of several that are valid together."""

from __future__ import annotations

from pathlib import Path

import pytest

from chassis.settings import from_environment
from services.notify.settings import NotifySettings

LONG, OTHER = "a-token-of-chance-1", "a-token-of-chance-2"


@pytest.mark.parametrize("said", ["a b c d e f g h", f"{LONG} short", "short-token", " " * 20])
def test_a_token_that_can_be_guessed_starts_nothing(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("LIUHEN_GATEWAY_TOKEN", said)
    with pytest.raises(SystemExit, match=r"没有启动：LIUHEN_GATEWAY_TOKEN：.*至少16个字符"):
        from_environment(NotifySettings)


def test_several_tokens_are_valid_together_and_no_short_one_of_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "gateway-token"
    file.write_text(f"{LONG}\n{OTHER}\n")
    monkeypatch.setenv("LIUHEN_GATEWAY_TOKEN_FILE", str(file))
    settings = from_environment(NotifySettings)
    assert settings.tokens() == (LONG, OTHER)
    file.write_text(f"{LONG}\na\n")
    assert settings.tokens() == (LONG,)


def test_a_setting_that_is_no_json_or_holds_something_wrong_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LIUHEN_ROUTES", "nonsense")
    with pytest.raises(SystemExit, match=r"没有启动：LIUHEN_ROUTES 不可用，应为 JSON。"):
        from_environment(NotifySettings)
    monkeypatch.setenv("LIUHEN_ROUTES", '{"sms": 7}')
    with pytest.raises(SystemExit, match="没有启动：LIUHEN_ROUTES "):
        from_environment(NotifySettings)
