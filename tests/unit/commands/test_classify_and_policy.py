"""`liuhen classify` and `liuhen policy` at the terminal."""

import csv
import json
import shutil
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from classification.model import Model
from liuhen.commands import classify, policy
from tools.errors import SaidClearly
from tools.prepare.model import prepare_model

ROOT = Path(__file__).parents[3]


@pytest.fixture
def app() -> typer.Typer:
    found = typer.Typer()
    classify.register(found)
    policy.register(found)
    return found


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare_model(tmp_path_factory.mktemp("tools") / "classifier.npz")


@pytest.fixture
def messages(tmp_path: Path) -> Path:
    path = tmp_path / "messages.csv"
    sayings = {"市政": "路灯不亮{}", "劳动": "老板欠薪{}", "环保": "河水发臭{}"}
    rows = [(saying.format(number), label) for label, saying in sayings.items() for number in range(12)]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("said", "class"), *rows])
    return path


def test_the_default_model_is_trained_once(model: Path) -> None:
    before = model.stat().st_mtime_ns

    assert prepare_model(model) == model
    assert model.stat().st_mtime_ns == before


def test_a_model_that_is_not_current_is_trained_again(model: Path, tmp_path: Path) -> None:
    stale = tmp_path / "classifier.npz"
    stale.write_bytes(b"something else")

    prepare_model(stale)

    assert Model.load(stale).card.trained_on == Model.load(model).card.trained_on
    assert Model.load(stale).identity == Model.load(model).identity


def test_a_text_is_suggested_a_category(app: typer.Typer, model: Path) -> None:
    told = CliRunner().invoke(app, ["classify", "suggest", "小区的电梯坏了三天没人修", "--model", str(model), "--json"])
    shown = CliRunner().invoke(app, ["classify", "suggest", "小区的电梯坏了三天没人修", "--model", str(model)])
    nothing = CliRunner().invoke(app, ["classify", "suggest", "……", "--model", str(model / "none")])

    answer = json.loads(told.stdout)
    assert (answer["category"], answer["outcome"], answer["certain"]) == ("0101-04", "one", False)
    assert answer["model"] == Model.load(model).identity
    assert "电梯故障" in shown.stdout
    assert "没有合适的分类" in nothing.stdout


def test_training_and_measuring_take_the_columns_that_are_named(
    app: typer.Typer, messages: Path, tmp_path: Path
) -> None:
    columns = ["--text", "said", "--label", "class"]
    out = tmp_path / "model.npz"
    trained = CliRunner().invoke(app, ["classify", "train", str(messages), *columns, "--out", str(out), "--json"])
    measured = CliRunner().invoke(app, ["classify", "measure", str(messages), *columns, "--json"])
    shown = CliRunner().invoke(app, ["classify", "measure", str(messages), *columns, "--yardstick"])

    assert json.loads(trained.stdout)["categories"] == 3
    assert Model.load(out).labels == ("劳动", "市政", "环保")
    assert json.loads(measured.stdout)["figures"]["accuracy"] == 1.0
    assert "正确率 1.000" in shown.stdout
    assert "linear-svm" in shown.stdout


def test_a_stored_model_is_asked_about_a_file_that_it_never_learned(
    app: typer.Typer, model: Path, tmp_path: Path
) -> None:
    file = tmp_path / "calls.csv"
    rows = [
        ("电梯坏了三天没人修", "0101-04"),
        ("我想找个人说说话", "none"),
        ("路灯不亮，路面也坏了", "0401-04 0401-01"),
    ]
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([("text", "category"), *rows])

    told = CliRunner().invoke(app, ["classify", "measure", str(file), "--model", str(model), "--json"])

    found = json.loads(told.stdout)["figures"]
    assert (found["asked"], found["odd"], found["accuracy"]) == (3, 2, 1.0)


def test_a_wrong_column_is_said_clearly(app: typer.Typer, messages: Path) -> None:
    told = CliRunner().invoke(app, ["classify", "measure", str(messages)])

    assert isinstance(told.exception, SaidClearly)
    assert "缺少列 text、category" in str(told.exception)


def test_a_valid_policy_is_called_by_its_version(app: typer.Typer) -> None:
    told = CliRunner().invoke(app, ["policy", "validate", str(ROOT / "policy"), "--json"])

    assert told.exit_code == 0
    assert json.loads(told.stdout)["version"].startswith("2026.1+")


def test_a_faulty_policy_is_named_by_file_and_line(app: typer.Typer, tmp_path: Path) -> None:
    directory = Path(shutil.copytree(ROOT / "policy", tmp_path / "policy"))
    (directory / "units.csv").write_text("code,name\n", encoding="utf-8")
    (directory / "calendar" / "2027.json").write_text("{}", encoding="utf-8")

    told = CliRunner().invoke(app, ["policy", "validate", str(directory)])

    assert told.exit_code == 1
    assert "units.csv:1：" in told.output
    assert "2027.json" in told.output


def test_the_folder_that_the_environment_names_is_validated(app: typer.Typer, tmp_path: Path) -> None:
    found = CliRunner().invoke(app, ["policy", "validate"], env={"LIUHEN_POLICY": str(tmp_path)})

    assert found.exit_code == 1
    assert "请补上" in found.output


def test_schemas_are_written_beside_the_policy(app: typer.Typer, tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["policy", "schema", str(tmp_path)])

    assert told.exit_code == 0
    assert (tmp_path / "schema" / "limits.schema.json").exists()


def test_who_validates_is_warned_of_open_tickets_that_would_be_orphaned(app: typer.Typer, tmp_path: Path) -> None:
    directory = Path(shutil.copytree(ROOT / "policy", tmp_path / "policy"))
    path = directory / "directory.yaml"
    gone = "    name: 房管局\n    valid_to: 2020-12-31\n    successor: market\n"
    path.write_text(path.read_text("utf-8").replace("    name: 房管局\n", gone, 1), "utf-8")
    rows = [{"lead": lead, "closed_at": None} for lead in ("housing", "housing", "lost", "market", None)]
    tickets = tmp_path / "tickets.json"
    tickets.write_text(json.dumps([*rows, {"lead": "lost", "closed_at": "2026-11-01T00:00:00Z"}]), "utf-8")

    told = CliRunner().invoke(app, ["policy", "validate", str(directory), "--open", str(tickets), "--json"])

    assert told.exit_code == 0
    housing, lost, *nights = json.loads(told.stdout)["warnings"]
    assert all("没有排班" in each for each in nights)
    assert "housing 牵头的在办工单有 2 件，而它已撤销，由 market 承接：请执行 liuhen reorganise" in housing
    assert "lost 牵头的在办工单有 1 件，而名录里没有它：请在 directory.yaml 里补回" in lost
