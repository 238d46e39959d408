"""What the broker lacks and what it has too much is told by comparison; passwords stand in files and nowhere else."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Final

import pytest
from pydantic import SecretStr

from chassis.broker import Access, Broker, NoPasswordError
from chassis.settings import Settings
from schemas.principals import ADMIN, principals
from schemas.values import Channel
from services.intake.settings import IntakeSettings
from tools.prepare.rights import NOTHING, Rights, plan, rule
from tools.prepare.secrets import NAMED, make_named, renewed, secret

BEFORE: Final = principals(["housing", "ironworks"])
AFTER: Final = principals(["housing"])
ALL: Final = Rights(
    frozenset(each.name for each in BEFORE), frozenset(rule(grant) for each in BEFORE for grant in each.grants)
)


def test_a_new_broker_lacks_everybody_and_everything() -> None:
    assert plan(NOTHING, BEFORE).new == ALL
    assert not plan(NOTHING, BEFORE).takes_away


def test_what_is_granted_no_more_is_taken_away_and_nothing_else() -> None:
    needed = plan(ALL, AFTER)
    assert needed.new == NOTHING
    assert needed.takes_away
    assert needed.gone.users == {"department.ironworks"}
    assert needed.gone.rules
    assert all("ironworks" in each.name or "ironworks" in each.principal for each in needed.gone.rules)


def test_the_brokers_own_user_is_never_taken_away() -> None:
    assert plan(Rights(ALL.users | {ADMIN}, ALL.rules), BEFORE).gone == NOTHING


def test_a_secret_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    made = secret(folder, "intake")
    assert secret(folder, "intake") == made
    assert renewed(folder, "intake") != made
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "intake").stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["intake"]


def test_a_password_is_read_from_the_folder_or_said_outright_and_never_shown(tmp_path: Path) -> None:
    made = secret(tmp_path, "intake")
    read = Access("here:1", tmp_path).as_user("intake")
    assert (read.password, made in repr(read)) == (made, False)
    said = Access("here:1", tmp_path, password="spoken").as_user("intake")
    assert (said.password, "spoken" in repr(said)) == ("spoken", False)


@pytest.mark.parametrize("folder", [None, Path("nowhere")])
def test_without_a_password_it_is_said_whose_is_missing(folder: Path | None) -> None:
    with pytest.raises(NoPasswordError, match="不知道 intake 的密码"):
        Access("here:1", folder).as_user("intake")


def test_lines_are_sealed_where_an_authority_is_named() -> None:
    sealed = Broker("here:1", "intake", "p", Path("ca.pem")).for_librdkafka()
    assert (sealed["security.protocol"], sealed["ssl.ca.location"]) == ("SASL_SSL", "ca.pem")
    assert Broker("here:1", "intake", "p").for_aiokafka()["security_protocol"] == "SASL_PLAINTEXT"


def test_values_that_everybody_knows_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "liuhen")
    known = IntakeSettings(wechat_token=SecretStr("of-our-own"))
    assert known.known_to_everybody() == (
        "contact_key",
        "hotline_token",
        "master_key",
        "pgpassword",
        "redaction_secret",
        "secret",
        "survey_token",
    )
    monkeypatch.setenv("PGPASSWORD", "of-our-own")
    ours = Settings(redaction_secret=SecretStr("of-our-own"), master_key=SecretStr("new-of-our-own old-of-our-own"))
    assert ours.known_to_everybody() == ()


def test_a_secret_is_read_from_the_file_that_a_variable_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "key"
    file.write_text("of-our-own\n", "ascii")
    monkeypatch.setenv("LIUHEN_SECRET_FILE", str(file))
    monkeypatch.setenv("LIUHEN_SECRET", "said-too")
    assert IntakeSettings().secret.get_secret_value() == "of-our-own"
    file.unlink()
    with pytest.raises(OSError, match="key"):
        IntakeSettings()


def test_tokens_that_are_valid_together_are_read_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "survey-token"
    file.write_text("the-old-one", "ascii")
    monkeypatch.setenv("LIUHEN_SURVEY_TOKEN_FILE", str(file))
    settings = IntakeSettings()
    file.write_text("the-new-one the-old-one", "ascii")
    assert settings.tokens(Channel.SURVEY) == ("the-new-one", "the-old-one")
    assert settings.tokens(Channel.WECHAT) == ("development-wechat",)
    assert settings.tokens(Channel.HOTLINE) == ("development-hotline",)


def test_what_everybody_knows_is_named_also_beside_what_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIUHEN_SURVEY_TOKEN", "of-our-own development-survey")
    assert "survey_token" in IntakeSettings().known_to_everybody()


def test_the_named_secrets_are_what_operators_say_else_chance(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    make_named(folder, {"LIUHEN_SURVEY_TOKEN": "said-by-an-operator"})
    made = {name: secret(folder, name) for name in NAMED}
    assert made["survey-token"] == "said-by-an-operator"
    assert len(set(made.values())) == len(NAMED)
    make_named(folder, {})
    assert {name: secret(folder, name) for name in NAMED} == made


def test_a_service_logs_in_under_its_own_name_unless_told_otherwise() -> None:
    assert Settings(kafka_password=SecretStr("p")).broker("sla").user == "sla"
    assert Settings(kafka_password=SecretStr("p"), kafka_user="other").broker("sla").user == "other"
