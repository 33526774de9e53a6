"""`tripo support evaluate`: what is trained on and what is tested, the baseline, the targets, and what cannot be measured."""

from __future__ import annotations

import json
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from agents.support.model import Understood
from agents.support.model_bytes import dump
from agents.support.models import CURRENT
from ops.support.baseline import baseline_figures, published_figures
from ops.support.command import app
from ops.support.corpus import corpus
from ops.support.labelled import Rows
from ops.support.scores import automatic_of, coverage, ece, ece_by_chance, figures_of, mean_of, truth_of
from ops.support.splits import by_files, by_folds, by_part
from ops.support.targets import Target, judged
from tests.pure.support_events import DANGER, FARE, GERMAN, OUTSIDE, STATUS, small_model, unhurried

HERE = Path("a.csv")
Run = Callable[..., Any]


def rows_of(labels: Sequence[str], parts: Sequence[str] = ()) -> Rows:
    return Rows(HERE, [f"text {i}" for i in range(len(labels))], list(labels), {"part": list(parts)} if parts else {})


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small model, as `tripo support train` leaves it."""
    folder, model = tmp_path_factory.mktemp("models"), small_model()
    (folder / "support.npz").write_bytes(dump(model))
    (folder / CURRENT).write_text("support.npz")
    return folder


@pytest.fixture
def run(models: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`tripo support evaluate …` → exit code, last line as JSON where there is any, all output."""
    monkeypatch.setenv("TRIPO_SENTENCES", "off")
    monkeypatch.setattr("ops.support.evaluate.corpus", lambda: corpus()[::20])  # the baseline learns from less, and so sooner

    def evaluate(*words: object) -> tuple[int, dict[str, Any], str]:
        done = CliRunner().invoke(app, ["evaluate", *map(str, words)])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        lines = done.stdout.splitlines()
        return done.exit_code, json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}, done.output

    def with_models(*words: object) -> tuple[int, dict[str, Any], str]:
        return evaluate(*words, "--models", models)

    return with_models


def labelled(path: Path, rows: Sequence[tuple[str, ...]], header: str = "text,intent") -> Path:
    path.write_text("\n".join([header, *(",".join(row) for row in rows)]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    """Sixty texts of two labels that are easily told apart, a fifth of which are of the part val."""
    ways, things = ("please", "now", "today", "can you", "quickly"), ("taxi", "car", "ride", "cab", "van", "lift")
    rows = [(f"{way} {verb} a {thing}", verb) for verb in ("book", "cancel") for way in ways for thing in things]
    return labelled(tmp_path / "lines.csv", [(*row, "val" if i % 5 == 0 else "train") for i, row in enumerate(rows)], "text,intent,part")


# what is trained on and what is tested on


@unhurried
@given(st.lists(st.sampled_from("abc"), min_size=6, max_size=40), st.integers(2, 4), st.integers(0, 3))
def test_folds_are_disjoint_cover_everything_spread_labels_and_are_the_same_each_time(labels: list[str], folds: int, seed: int) -> None:
    if max(Counter(labels).values()) < folds:
        return
    splits = by_folds(rows_of(labels), folds, (), seed)
    assert sorted(text for split in splits for text in split.test.texts) == sorted(rows_of(labels).texts)
    for split in splits:
        assert not set(split.train.texts) & set(split.test.texts)
        assert len(split.train.texts) + len(split.test.texts) == len(labels)
        for label, count in Counter(labels).items():
            assert abs(Counter(split.test.labels)[label] - count / folds) < 1
    assert by_folds(rows_of(labels), folds, (), seed) == splits
    assert by_folds(rows_of(labels), folds, (1, 0, 1), seed) == splits[:2]


def test_another_seed_makes_other_folds() -> None:
    one, other = (by_folds(rows_of("ab" * 20), 4, (0,), seed)[0].test.texts for seed in (0, 1))
    assert one != other


def test_a_label_of_one_text_warns_nobody() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(by_folds(rows_of("aaaab"), 2, (), 0)) == 2


def test_parts_are_tested_on_what_is_trained_on_the_others() -> None:
    rows = rows_of("abab", ("train", "val", "oos_val", "train"))
    (split,) = by_part(rows, ["val", "oos_val"])
    assert (split.train.texts, split.test.texts) == (["text 0", "text 3"], ["text 1", "text 2"])
    assert split.test.others == {"part": ["val", "oos_val"]}


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: by_folds(rows_of("aab"), 3, (), 0), "--folds 3: from 2 to 2"),
        (lambda: by_folds(rows_of("aab"), 1, (), 0), "--folds 1: from 2 to 2"),
        (lambda: by_folds(rows_of("aab"), 2, (2,), 0), "--fold 2: of 2 folds, the first is 0 and the last 1"),
        (lambda: by_part(rows_of("aab"), ["val"]), "no column named part"),
        (lambda: by_part(rows_of("aa", ("train", "val")), ["test"]), "no part 'test', but train, val"),
        (lambda: by_part(rows_of("aa", ("train", "val")), ["val", "train"]), "nothing is left to train on"),
        (lambda: by_files(rows_of("a"), rows_of("b")), "none of its labels, such as b"),
    ],
)
def test_what_cannot_be_split_ends_the_command(make: Callable[[], object], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        make()
    assert ended.value.exit_code == 2
    assert why in capsys.readouterr().err


# figures


def test_figures_of_a_worked_example() -> None:
    truth = truth_of([frozenset({"a"}), frozenset({"b"}), frozenset({"a", "b"}), frozenset({"out_of_scope"})])
    probability = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.5, 0.5]])
    found = figures_of(("a", "b"), probability, np.array([0.1, 0.2, 0.0, 0.9]), truth)
    assert found["texts"] == 4
    assert found["accuracy"] == pytest.approx(2 / 3)
    assert found["macro_f1"] == pytest.approx((2 / 3 + 2 / 3) / 2)  # a: one right, one too many; b: one right, one missed
    assert found["ece"] == pytest.approx((0.1 + 0.6 + 0.2) / 3)
    assert found["oos_auroc"] == 1.0
    assert found["coverage_98"] == 0.5  # 0.81 and 0.8 are right, 0.48 is wrong


def test_without_texts_out_of_scope_nothing_is_said_of_them_and_without_others_nothing_of_accuracy() -> None:
    probability = np.array([[0.9, 0.1], [0.2, 0.8]])
    inside = figures_of(("a", "b"), probability, np.zeros(2), truth_of([frozenset("a"), frozenset("b")]))
    outside = figures_of(("a", "b"), probability, np.zeros(2), truth_of([frozenset({"out_of_scope"})] * 2))
    assert (inside["oos_auroc"], inside["accuracy"], inside["coverage_98"]) == (None, 1.0, 1.0)
    assert (outside["oos_auroc"], outside["accuracy"], outside["ece"], outside["coverage_98"]) == (None, None, None, 0.0)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=50))
def test_calibration_error_and_coverage_are_shares(answers: list[tuple[float, bool]]) -> None:
    top, right = np.array([one for one, _ in answers]), np.array([one for _, one in answers])
    assert 0 <= ece(top, right) <= 1
    assert 0 <= coverage(top, right) <= 1
    assert (coverage(top, right) == 1) == (right.mean() >= 0.98)


def test_few_texts_are_off_by_chance_and_many_are_not() -> None:
    top = np.linspace(0.5, 1.0, 900)
    assert 0.02 < ece_by_chance(top) < 0.05
    assert ece_by_chance(np.tile(top, 100)) < 0.005
    assert ece_by_chance(np.ones(9)) == 0


def test_means_over_folds_add_up_texts_and_leave_out_what_a_fold_has_not() -> None:
    folds = [
        {"texts": 3, "accuracy": 0.5, "oos_auroc": None, "first": {"ece": 0.1}},
        {"texts": 2, "accuracy": 1.0, "oos_auroc": 0.9, "first": {"ece": 0.3}},
    ]
    assert mean_of(folds) == {"texts": 5, "accuracy": 0.75, "oos_auroc": 0.9, "first": {"ece": pytest.approx(0.2)}}
    assert mean_of([{"oos_auroc": None}, {"oos_auroc": None}]) == {"oos_auroc": None}


def test_the_baseline_learns_words_and_never_answers_out_of_scope() -> None:
    texts, labels = ["red apple", "green apple", "red car", "fast car", "blue sky"], ["fruit", "fruit", "car", "car", "out_of_scope"]
    tested = ["an apple", "a car", "sky"]
    found = baseline_figures(texts, labels, tested, truth_of([frozenset({"fruit"}), frozenset({"car"}), frozenset({"out_of_scope"})]))
    assert found["accuracy"] == 1.0
    assert found["oos_auroc"] == 1.0


def test_what_is_unsure_is_asked_back_and_answered_where_the_right_one_is_offered() -> None:
    classes = ("a", "b", "c", "d")
    rows: list[tuple[list[float], float, str, str]] = [  # probabilities, of being out of scope, in the conformal set, right
        ([0.9, 0.1, 0.0, 0.0], 0.0, "a", "a"),  # answered, right
        ([0.9, 0.1, 0.0, 0.0], 0.0, "ab", "b"),  # answered, wrong
        ([0.9, 0.1, 0.0, 0.0], 0.5, "a", "a"),  # not sure that it is in scope, and nothing to choose from: handed over
        ([0.6, 0.4, 0.0, 0.0], 0.0, "ab", "b"),  # asked back, and answered
        ([0.4, 0.3, 0.3, 0.0], 0.0, "abc", "d"),  # asked back in vain
        ([0.3, 0.3, 0.2, 0.2], 0.0, "abcd", "a"),  # too many to choose from
    ]
    n = len(rows)
    seen = Understood(
        np.array([row[0] for row in rows]), np.array([row[1] for row in rows]), np.zeros(n, np.bool_),
        np.array([[name in row[2] for name in classes] for row in rows]), ["en"] * n, np.ones(n, np.bool_), None, None,
    )  # fmt: skip
    found = automatic_of(classes, seen, truth_of([frozenset({row[3]}) for row in rows]))
    assert found == {"asked_back": pytest.approx(2 / 6), "answered": pytest.approx(3 / 6), "answered_right": pytest.approx(2 / 3)}


def test_targets_are_judged_on_what_was_measured() -> None:
    targets = (Target("ece", 0.02, falls=True), Target("first.accuracy", 0.9), Target("oos_auroc", 0.9), Target("accuracy", 0.9, both=True))
    found = judged({"ece": 0.02, "first": {"accuracy": 0.89}, "oos_auroc": None, "accuracy": 0.1}, targets)
    assert [(row["figure"], row["met"]) for row in found["targets"]] == [("ece", True), ("first.accuracy", False)]
    assert not found["met"]
    assert [row["figure"] for row in judged({"accuracy": 0.9, "second_share": 0.5}, targets)["targets"]] == ["accuracy"]
    assert judged({}, targets) == {"targets": [], "met": True}


def test_published_pipelines_are_fitted_anew_and_the_second_reads_vectors_too() -> None:
    texts, labels = ["aa bb", "bb aa", "cc dd", "dd cc"], ["one", "one", "two", "two"]
    tested, truth = ["aa", "xx"], truth_of([frozenset({"one"}), frozenset({"two"})])
    without = published_figures(texts, labels, tested, truth, None)
    known = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], np.float32)
    beside = published_figures(texts, labels, tested, truth, (known, np.array([[1, 0], [0, 1]], np.float32)))
    assert set(without) == {"words_and_characters"}
    assert beside == {**without, "joined": 1.0}


# the commands


def test_one_file_is_split_into_folds_and_stands_beside_the_baseline(run: Run, lines: Path) -> None:
    code, found, shown = run("--train", lines, "--folds", "3", "--fold", "2,0", "--baseline", "--json")
    assert (found["texts"], found["classes"], found["trained_on"], found["split"]) == (40, 2, 40, "fold 0, fold 2")
    assert found["accuracy"] == 1.0
    assert found["ahead_of_baseline"] == pytest.approx(found["accuracy"] - found["baseline"]["accuracy"])
    assert found["published"] == {"words_and_characters": 1.0}  # without sentence vectors, which the other one has beside
    assert [fold["split"] for fold in found["folds"]] == ["fold 0", "fold 2"]
    assert np.mean([fold["figures"]["ece"] for fold in found["folds"]]) == pytest.approx(found["ece"])
    assert code == (0 if found["met"] else 1)
    assert "accuracy\t1.0\t1.0" in shown


def test_a_part_of_a_file_is_tested_on_the_rest(run: Run, lines: Path) -> None:
    _, found, _ = run("--train", lines, "--part", "val", "--json")
    assert (found["texts"], found["trained_on"], found["accuracy"]) == (12, 48, 1.0)
    assert "baseline" not in found


def test_two_files_and_a_map_that_names_the_set_are_held_to_its_targets(run: Run, lines: Path, tmp_path: Path) -> None:
    test = labelled(tmp_path / "test.csv", [("kindly book a taxi", "book"), ("cancel a car", "cancel"), ("cancel a lift", "book")])
    by_map = labelled(
        tmp_path / "map.csv",
        [("banking77", "book", "book_or_change", "high"), ("banking77", "cancel", "cancel_refund", "high")],
        "dataset,source_label,target,confidence",
    )
    code, found, _ = run("--train", lines, "--test", test, "--map", by_map, "--json")
    assert found["accuracy"] == pytest.approx(2 / 3)
    assert found["mapped"] == {"accuracy": pytest.approx(2 / 3), "texts": 3}
    missed = {row["figure"] for row in found["targets"] if not row["met"]}
    assert "first.accuracy" in missed
    assert "accuracy" not in {row["figure"] for row in found["targets"]}  # that one is of both stages, and there is no second here
    assert (code, found["met"]) == (1, False)


def test_the_product_is_measured_by_language_with_language_and_sentiment(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "test.tsv"
    rows = [("en", "status_eta", "neutral", STATUS), ("en", "fare_dispute", "positive", FARE), ("de", "status_eta", "neutral", GERMAN)]
    rows += [("en", "out_of_scope", "neutral", OUTSIDE)]
    path.write_text("\n".join(["language\tintent\tsentiment\ttext", *("\t".join(row) for row in rows)]), encoding="utf-8")
    _, found, shown = run("--product", "--test", path, "--baseline", "--json")
    assert (found["texts"], found["accuracy"], found["oos_auroc"], found["language_right"]) == (4, 1.0, 1.0, 1.0)
    assert found["sentiment_right"] < 1.0
    assert {name: part["texts"] for name, part in found["by_language"].items()} == {"en": 3, "de": 1}
    assert found["by_language"]["de"]["oos_auroc"] is None
    assert 0 <= found["baseline"]["accuracy"] <= 1
    assert "de\t1\t1.0" in shown


def test_messages_about_rides_are_to_be_ahead_of_the_baseline(run: Run, tmp_path: Path) -> None:
    by_map = labelled(tmp_path / "map.csv", [("uber_tweets_B", "ride", "status_eta|lost_item")], "dataset,source_label,target")
    test = labelled(tmp_path / "test.csv", [(STATUS.replace(",", ""), "ride")])
    code, found, _ = run("--product", "--test", test, "--map", by_map, "--baseline", "--json")
    (ahead,) = (row for row in found["targets"] if row["figure"] == "ahead_of_baseline")
    assert (ahead["bound"], ahead["met"]) == (0.1, found["accuracy"] - found["baseline"]["accuracy"] >= 0.1)
    assert code == (0 if found["met"] else 1)


@pytest.mark.parametrize("command", ["escalation", "safety"])
def test_dangers_are_counted_by_language_and_a_missed_one_ends_with_1(run: Run, tmp_path: Path, command: str) -> None:
    path = tmp_path / "test.tsv"
    header = {"escalation": "language\tintent\ttext", "safety": "id\tlanguage\ttext\tmust"}[command]
    said = [("en-weapon", "en", DANGER, True), ("en-near-thing-1", "en", STATUS, False), ("de-near-thing-1", "de", GERMAN, False)]

    def measured(*more: tuple[str, str, str, bool]) -> tuple[int, dict[str, Any], str]:
        rows = [
            (name, language, text, "1" if must else "0")
            if command == "safety"
            else (language, "safety_incident" if must else "status_eta", text)
            for name, language, text, must in (*said, *more)
        ]
        path.write_text("\n".join([header, *("\t".join(row) for row in rows)]), encoding="utf-8")
        return run(command, "--test", path, "--json")  # type: ignore[no-any-return]

    code, found, _ = measured()
    assert (code, found["met"], found["dangers"], found["others"]) == (0, True, 1, 2)
    assert (found["escalated"], found["false_alarms"], found["test"]) == (1.0, 0.0, "test.tsv")
    assert found["by_language"]["de"] == {"dangers": 0, "escalated": None, "others": 1, "false_alarms": 0.0}
    code, found, shown = measured(("de-weapon", "de", "guten Tag zusammen", True))
    assert (code, found["met"], found["escalated"], found["by_language"]["de"]["escalated"]) == (1, False, 0.5, 0.0)
    assert ("guten Tag" in shown) == (command == "escalation")  # a blind set stays blind
    if command == "safety":
        assert found["by_kind"] == {"weapon": {"messages": 2, "escalated": 0.5}, "near-thing": {"messages": 2, "escalated": 0.0}}


GOOD = "language\tintent\ttext\nen\tsafety_incident\thelp\n"


@pytest.mark.parametrize(
    ("command", "body", "why"),
    [
        ("escalation", "", "has no rows"),
        ("escalation", "language\tintent\ttext\n", "has no rows"),
        ("escalation", "intent\ttext\nsafety_incident\thelp\n", "no column named language, but intent, text"),
        ("escalation", GOOD + "en\tsafety_incident\n", "row 3 has no text"),
        ("escalation", GOOD + "en\tsafty\thelp\n", "intent 'safty' is none of book_or_change"),
        ("escalation", GOOD.replace("en\t", "xx\t"), "language 'xx' is none of en, es"),
        ("escalation", GOOD.replace("safety_incident", "lost_item"), "none of the 1 messages is of danger"),
        ("safety", GOOD, "no column named id, must, but language, intent, text"),
        ("safety", "id\tlanguage\ttext\tmust\nen-x\ten\thelp\tyes\n", "must 'yes' is none of 1, 0"),
        ("safety", "id\tlanguage\ttext\tmust\nen-x\ten\thelp\t0\n", "none of the 1 messages is of danger"),
        ("retrieval", "", "has no paraphrases"),
        ("retrieval", "en\tonly two\n", "is not language, topic and text"),
        ("retrieval", "en\tvehicles.spaceships\twhere do I dock\n", "no entry of the knowledge base has the topic 'vehicles.spaceships'"),
    ],
)
def test_a_file_that_cannot_be_measured_ends_with_2_and_the_reason(run: Run, tmp_path: Path, command: str, body: str, why: str) -> None:
    path = tmp_path / "test.tsv"
    path.write_text(body, encoding="utf-8")
    code, _, shown = run(command, "--test", path)
    assert (code, why in shown, str(path) in shown) == (2, True, True), shown


@pytest.mark.parametrize("command", ["escalation", "safety", "retrieval"])
def test_a_file_that_is_none_ends_with_2(run: Run, tmp_path: Path, command: str) -> None:
    for path, why in ((tmp_path / "none.tsv", "No such file"), (tmp_path, "Is a directory")):
        code, _, shown = run(command, "--test", path)
        assert (code, why in shown) == (2, True), shown


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "give --product --test FILE, or --train FILE"),
        (("--product",), "give --product --test FILE, or --train FILE"),
        (("--train", "LINES"), "give --product --test FILE, or --train FILE"),
        (("--train", "LINES", "--folds", "2", "--part", "val"), "with one of --test FILE, --folds K, --part A,B"),
        (("--product", "--test", "LINES", "--folds", "2"), "give --product --test FILE, or --train FILE"),
        (("--product", "--test", "LINES"), "2 labels are no intents of ours: book, cancel; --map tells which they are"),
        (("--train", "LINES", "--test", "LINES", "--fold", "1"), "--fold goes with --folds K"),
        (("--train", "LINES", "--folds", "2", "--fold", "x"), "--fold 'x': numbers from 0 on"),
        (("--product", "escalation"), "options go after the command: tripo support evaluate escalation"),
    ],
)
def test_what_is_asked_wrongly_ends_with_2_and_what_to_do(run: Run, lines: Path, words: tuple[str, ...], why: str) -> None:
    code, _, shown = run(*(str(lines) if word == "LINES" else word for word in words))
    assert (code, why in " ".join(shown.split())) == (2, True), shown


def test_without_a_model_the_command_says_how_to_make_one(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["evaluate", "safety", "--models", str(tmp_path)])
    assert (done.exit_code, "run `tripo support train`" in done.output) == (2, True)
