"""Where no category came with a contact, one is suggested from its text, with a score and how it came about."""

import csv
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classification import model as module
from classification.corpus import Example, TrainingDataError, fingerprint, read_examples
from classification.keywords import Keywords
from classification.measuring import measure
from classification.model import NONE, Model, ModelRefusedError, grams
from classification.suggest import Method, Outcome, Suggester
from classification.training import folds, train
from examples.district.wording import calls, training_rows
from rulebook import Policy, load_policy
from rulebook.rules import Proof
from services.dispatch.__main__ import suggestions

POLICY = load_policy(Path(__file__).parents[3] / "policy")
EXAMPLES = tuple(
    Example(text, category, wording or None) for text, category, wording in training_rows(POLICY, 1, per_wording=1)
)
MODEL = train(EXAMPLES, policy=POLICY, source="wordings", measured=False)
UNSEEN = tuple(Example(said.text, said.label) for said in calls() if said.part == "unseen")


@pytest.fixture
def suggester() -> Suggester:
    """One whose policy takes every category for proved, so that the score alone decides."""
    proved = (Proof(category=each.code, checked=100, right=100) for each in POLICY.categories)
    return Suggester(_trusting(POLICY, *proved), MODEL)


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("小区里的电梯坏了三天没人修，老人下不了楼", "0101-04"),
        ("隔壁饭店油烟排到我家窗口", "0501-01"),
        ("公司拖欠工资两个月了", "0801-01"),
        ("楼下有人在楼道里给电瓶车充电", "0703-02"),
        ("想问小孩今年上学对口哪个小学，怎么划片", "0901-01"),
    ],
)
def test_what_people_say_finds_its_category(suggester: Suggester, text: str, category: str) -> None:
    found = suggester.suggest(text)

    assert found.category == category
    assert found.method is Method.RULES_AND_MODEL
    assert found.score > 0.5


def test_what_is_proved_and_sure_enough_goes_by_itself(suggester: Suggester) -> None:
    assert suggester.is_certain(suggester.suggest("小区里的电梯坏了三天没人修，老人下不了楼"))


@pytest.mark.parametrize("shown", [1, 4])
def test_as_many_alternatives_are_shown_as_the_policy_says(shown: int) -> None:
    suggestion = POLICY.automation.suggestion.model_copy(update={"shown": shown})
    policy = POLICY.model_copy(update={"automation": POLICY.automation.model_copy(update={"suggestion": suggestion})})
    guess = suggestions(Suggester(policy, MODEL))("小区里的电梯坏了三天没人修，老人下不了楼")
    assert guess is not None
    assert len(guess.alternatives) == shown
    assert guess.category not in guess.alternatives


def test_a_text_that_says_nothing_is_never_certain(suggester: Suggester) -> None:
    for text in ("", "你好", "喂喂喂", "12345", "........", "hello", "我要投诉", "锟斤拷烫烫烫"):
        assert not suggester.is_certain(suggester.suggest(text)), text


@pytest.mark.parametrize(
    "text",
    [
        "唔知咩事咁样 0949b0f6-f002-4cc4-9a3e-7d6ddf36c9d2",
        "2026-110-12345-60-24 3331134450380107",
        "唔知咩事咁样乜嘢都冇人理睇下点算好啦 水管",
    ],
)
def test_a_text_in_words_that_the_model_never_saw_waits_for_a_person(suggester: Suggester, text: str) -> None:
    assert not suggester.is_certain(suggester.suggest(text))


def test_runners_up_come_with_their_scores_in_order(suggester: Suggester) -> None:
    found = suggester.suggest("隔壁饭店油烟排到我家窗口")

    scores = [found.score, *(candidate.score for candidate in found.runners_up)]
    assert scores == sorted(scores, reverse=True)
    assert len(found.runners_up) == POLICY.automation.suggestion.shown
    assert found.margin == pytest.approx(scores[0] - scores[1])


@given(text=st.text(max_size=300))
def test_any_text_gets_one_answer_for_ever(text: str) -> None:
    suggester = Suggester(POLICY, MODEL)
    found = suggester.suggest(text)

    assert found == Suggester(POLICY, MODEL).suggest(text)
    assert 0 <= found.score <= 1


@pytest.mark.parametrize("model", [MODEL, None])
@given(text=st.text(max_size=80) | st.lists(st.sampled_from([e.text for e in EXAMPLES]), max_size=3).map("，".join))
def test_scores_are_in_order_and_sum_to_at_most_one(model: Model | None, text: str) -> None:
    found = Suggester(POLICY, model).suggest(text)

    scores = [*([found.score] if found.category else []), *(each.score for each in found.runners_up)]
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) <= 1.0005  # four digits each
    assert len({found.category, *(each.category for each in found.runners_up)}) == 1 + len(found.runners_up)


@pytest.mark.parametrize(
    "text", ["", "路" * 5000, "😀" * 40, "nothing works here", "110 119 120", "\x00\ud800", "路灯不亮" * 2000, "Ａ１"]
)
def test_no_text_is_too_strange(text: str) -> None:
    for model in (MODEL, None):
        assert Suggester(POLICY, model).suggest(text) == Suggester(POLICY, model).suggest(text)


@pytest.mark.parametrize(
    "text", ["你好", "你好，请问", "打电话", "老板", "路" * 5000, "锟斤拷烫烫烫", "我要投诉", "他不给我"]
)
def test_a_text_that_says_too_little_is_about_nothing_in_particular(text: str) -> None:
    assert Suggester(POLICY, MODEL).suggest(text).outcome is not Outcome.ONE


def test_a_text_that_no_category_is_for_gets_none() -> None:
    for text in ("我想找个人说说话，家里就我一个", "今天股票跌了，大盘什么时候涨", "喂，听得到吗？喂？"):
        found = Suggester(POLICY, MODEL).suggest(text)
        assert (found.category, found.score, found.margin) == (None, 0.0, 0.0), text
        assert not Suggester(POLICY, MODEL).is_certain(found)
    assert Suggester(POLICY, MODEL).suggest("我的股票亏了一半").outcome is Outcome.NONE


def test_a_text_that_several_are_for_shows_them_and_forces_none() -> None:
    found = Suggester(POLICY, MODEL).suggest("工资拖了四个月，社保也一直没交")

    assert found.outcome is Outcome.SEVERAL
    assert {"0801-01", "0801-04"} <= {each.category for each in found.runners_up}


def test_a_suggestion_names_the_model_that_was_asked(tmp_path: Path) -> None:
    MODEL.save(tmp_path / "model.npz")

    named = {Suggester(POLICY, each).suggest("路灯不亮").model for each in (MODEL, Model.load(tmp_path / "model.npz"))}

    assert named == {MODEL.identity}
    assert suggestions(Suggester(POLICY, MODEL))("门口的路灯不亮了") is not None
    assert Suggester(POLICY, None).suggest("路灯不亮").model is None
    assert train(EXAMPLES[:400], policy=POLICY, measured=False).identity != MODEL.identity


def test_a_damaged_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    MODEL.save(path)
    with np.load(path) as stored:
        arrays = {name: stored[name] for name in stored.files}
    arrays["weights"][3, 5] += 1
    np.savez(path, **arrays)

    with pytest.raises(ModelRefusedError, match="damaged"):
        Model.load(path)


def test_of_a_models_categories_those_count_that_the_catalogue_has() -> None:
    lift = "0101-04"
    policy = POLICY.model_copy(update={"categories": tuple(each for each in POLICY.categories if each.code != lift)})

    found = Suggester(policy, MODEL).suggest("小区里的电梯坏了三天没人修，老人下不了楼")

    assert Suggester(POLICY, MODEL).suggest("小区里的电梯坏了三天没人修，老人下不了楼").category == lift
    assert lift not in {found.category, *(each.category for each in found.runners_up)}


def test_without_a_model_keywords_alone_suggest() -> None:
    suggester = Suggester(POLICY, None)

    found = suggester.suggest("路面塌陷出现一个大坑")

    assert found.category == "0401-02"
    assert found.method is Method.RULES
    assert suggester.suggest("今天天气好").method is Method.NONE
    assert suggester.suggest("今天天气好").category is None


def test_a_keyword_inside_a_longer_one_says_nothing() -> None:
    weights = Keywords.of(POLICY).weigh("有人被困，电梯困人了")

    assert weights["0101-05"] > weights.get("0101-04", 0)


def test_probabilities_add_up() -> None:
    for text in ("楼道堆物", ""):
        shares, none = MODEL.likely(MODEL.read(text))
        assert shares.sum() + none == pytest.approx(1)


def test_the_exported_scorer_says_what_scikit_learn_says() -> None:
    sklearn_text = pytest.importorskip("sklearn.feature_extraction.text")
    vectorizer = sklearn_text.TfidfVectorizer(
        analyzer=grams, sublinear_tf=True, min_df=2, max_features=len(MODEL.vocabulary)
    )
    whole = [example for example in EXAMPLES if not example.several]
    matrix = vectorizer.fit_transform([example.text for example in whole])

    for at in range(0, len(whole), 97):
        expected = matrix[at].toarray()[0] @ MODEL.weights + MODEL.intercept
        read = MODEL.read(whole[at].text)
        np.testing.assert_allclose(np.r_[read.leaves, read.firsts], expected, rtol=1e-3, atol=1e-4)


def test_a_model_is_read_as_it_was_stored(tmp_path: Path) -> None:
    MODEL.save(tmp_path / "model.npz")

    loaded = Model.load(tmp_path / "model.npz", trained_on=fingerprint(EXAMPLES))

    assert loaded.labels == MODEL.labels
    assert Suggester(POLICY, loaded).suggest("公厕太脏") == Suggester(POLICY, MODEL).suggest("公厕太脏")


def test_a_model_of_another_scikit_learn_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    MODEL.save(tmp_path / "model.npz")
    monkeypatch.setattr(module, "version", lambda _: "0.1")

    with pytest.raises(ModelRefusedError, match=rf"sklearn 是 {version('scikit-learn')}，应为 0.1.*classify train"):
        Model.load(tmp_path / "model.npz")


def test_a_model_of_other_training_data_is_refused(tmp_path: Path) -> None:
    MODEL.save(tmp_path / "model.npz")

    with pytest.raises(ModelRefusedError, match="trained_on 是"):
        Model.load(tmp_path / "model.npz", trained_on="another")


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.npz").write_bytes(b"not a model")
    np.savez(tmp_path / "other.npz", figures=np.zeros(3))

    for name, said in (("model.npz", "不是存好的模型"), ("other.npz", "不是存好的模型"), ("none.npz", "没有模型")):
        with pytest.raises(ModelRefusedError, match=said):
            Model.load(tmp_path / name)


def test_a_model_with_categories_that_the_catalogue_does_not_have_is_refused() -> None:
    strange = train([Example(f"{word}{number}", word) for word in ("苹果树", "香蕉叶") for number in range(4)])

    with pytest.raises(ModelRefusedError, match="苹果树"):
        Suggester(POLICY, strange)


def test_two_labels_are_enough() -> None:
    model = train([Example(f"{word}{number}", word) for word in ("路灯不亮", "垃圾成堆") for number in range(8)])

    for text, label in (("垃圾", "垃圾成堆"), ("路灯", "路灯不亮")):
        assert model.labels[int(model.likely(model.read(text))[0].argmax())] == label


def test_variations_of_one_sentence_are_never_on_both_sides() -> None:
    parts = list(folds(EXAMPLES, seed=3))

    for learned, asked in parts:
        assert asked
        assert not {e.group for e in learned if e.group} & {e.group for e in asked}
        assert len(learned) + len(asked) == len(EXAMPLES)
    assert sum(len(asked) for _, asked in parts) == len([e for e in EXAMPLES if e.group])


def test_calls_of_another_hand_are_suggested_rightly_or_left_to_a_person() -> None:
    found = measure(Suggester(POLICY, MODEL), UNSEEN)

    assert not {e.text for e in UNSEEN} & {e.text for e in EXAMPLES}
    plain = [e for e in UNSEEN if e.label != NONE and not e.several]
    assert sum(map(sum, found.confusion)) == len(plain)
    assert found.accuracy > 0.75
    assert found.settled > 0.4
    assert found.settled_right > 0.9
    assert found.odd_forced / found.odd < 0.4
    assert found.calibration_error < 0.2
    reached = {each.score: each for each in found.certain}
    assert reached[POLICY.automation.suggestion.threshold].share > 0.1
    assert reached[POLICY.automation.suggestion.threshold].right > 0.9


def test_a_file_is_read_by_the_columns_that_are_named(tmp_path: Path) -> None:
    path = tmp_path / "messages.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [("主题", "详情", "分类"), ("路灯", "不亮", "市政"), ("欠薪", "半年", "劳动"), ("", "", "劳动")]
        )

    assert read_examples(path, ["主题", "详情"], "分类") == (
        Example("路灯 不亮", "市政"),
        Example("欠薪 半年", "劳动"),
    )
    with pytest.raises(TrainingDataError, match="缺少列 类别，有的是 主题、详情、分类"):
        read_examples(path, ["主题"], "类别")
    with pytest.raises(TrainingDataError, match="没有文件"):
        read_examples(tmp_path / "none.csv", ["主题"], "分类")


def test_training_data_that_teaches_nothing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("text,category\n路灯,市政\n", encoding="utf-8")

    with pytest.raises(TrainingDataError, match="至少要有两个不同的分类"):
        read_examples(path, ["text"], "category")
    with pytest.raises(TrainingDataError, match="至少要两段文字"):
        train([Example("路灯不亮", "市政"), Example("欠薪", "劳动"), Example("工资", "劳动")])


def test_a_suggestion_takes_less_than_a_millisecond(suggester: Suggester) -> None:
    text = EXAMPLES[-1].text
    suggester.suggest(text)

    def once() -> float:
        before = time.perf_counter()
        suggester.suggest(text)
        return time.perf_counter() - before

    assert min(once() for _ in range(50)) < 0.001


def test_nothing_is_certain_as_shipped_and_only_a_proved_category_above_the_threshold_ever_is() -> None:
    text = "小区里的电梯坏了三天没人修"
    found = Suggester(POLICY, MODEL).suggest(text)
    assert found.category is not None
    proof = Proof(category=found.category, checked=100, right=100)
    other = Proof(category="0101-01", checked=100, right=100)

    assert not Suggester(POLICY, MODEL).is_certain(found)
    assert not Suggester(_trusting(POLICY, other), MODEL).is_certain(found)
    assert Suggester(_trusting(POLICY, proof), MODEL).is_certain(found)
    assert not Suggester(_trusting(POLICY, proof, threshold=1.0), MODEL).is_certain(found)
    assert not Suggester(_trusting(POLICY, proof.model_copy(update={"right": 98})), MODEL).is_certain(found)


@pytest.mark.parametrize(
    ("checked", "right", "proved"), [(72, 72, False), (73, 73, True), (500, 484, False), (500, 486, True)]
)
def test_a_category_is_proved_where_the_lower_end_of_wilsons_interval_reaches_the_floor(
    checked: int,
    right: int,
    proved: bool,  # noqa: FBT001 - the case
) -> None:
    proof = Proof(category="0401-04", checked=checked, right=right)

    assert (proof.at_least >= POLICY.automation.suggestion.floor) is proved


def _trusting(policy: Policy, *proved: Proof, threshold: float = 0.8) -> Policy:
    suggestion = policy.automation.suggestion.model_copy(update={"threshold": threshold, "proved": proved})
    automation = policy.automation.model_copy(update={"suggestion": suggestion})
    return policy.model_copy(update={"automation": automation})
