"""The intent model: its bytes, its probabilities, and that a text's reading does not depend on the texts around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agents.support import model_bytes
from agents.support.features import grams
from agents.support.model import DANGER, NO_DANGER, Model, Understood, blended, softmax, understand
from agents.support.model_bytes import dump, load
from agents.support.models import CURRENT, NoModelError, sentence_model, shipped
from agents.support.policy import SENTIMENTS
from agents.support.vectors import F32
from ops.support.fitting import Labelled, as_often, fit, head_of, matrix, stacked_head, versioned
from ops.support.heads import OUTSIDE
from tests.pure.support_events import CONDUCT, DOUBTFUL, FARE, GERMAN, PAYMENT, STATUS, small_model, unhurried
from tests.pure.support_events import OUTSIDE as STRANGE

several = settings(parent=unhurried, max_examples=12)
ASKED = (STATUS, FARE, CONDUCT, PAYMENT, GERMAN, STRANGE, DOUBTFUL, "", "???", "my driver charged my card twice", "x" * 4000)
texts = st.lists(st.one_of(st.sampled_from(ASKED), st.text(max_size=60)), min_size=1, max_size=8)
PARTS = ("probability", "outside", "second", "inside", "felt", "danger")


def embedded(some: Sequence[str]) -> F32:
    """Stands for the sentence model: the words of a text, thrown into 384 places, of length 1."""
    out = np.zeros((len(some), 384), np.float32)
    found = grams([text.lower() for text in some])["words", 1]
    np.add.at(out, (found.text, (found.key % np.uint64(383)).astype(np.int64)), np.float32(1))
    out[:, 383] = 0.1
    vectors: F32 = (out / np.linalg.norm(out, axis=1, keepdims=True)).astype(np.float32)
    return vectors


@cache
def two_stages() -> Model:
    """A model of two labels and what is none of them, whose second stage looks at whatever is not quite sure."""
    ways, things = ("please", "now", "today", "thank you", "can you", "I want you to", "quickly", "again"), ("taxi", "car", "ride", "cab")
    both = [(way, thing) for way in ways for thing in things]
    lines = [(f"{way} book a {thing}", "book") for way, thing in both] + [(f"{way} cancel my {thing}", "cancel") for way, thing in both]
    lines += [(f"{way} sing me a song about {thing}", OUTSIDE) for way in ways for thing in ("love", "cats", "rain")]
    names, labels = [text for text, _ in lines], np.array([label for _, label in lines])
    data = Labelled(names, labels, np.full(len(names), "en"), embedded(names))
    model, alarming = fit(data), np.where(labels == "cancel", DANGER, NO_DANGER)
    danger, unseen = head_of(matrix(data, model.vocabulary, model.matters), alarming)
    return versioned(replace(model, unsure=0.999, danger=danger, peril=stacked_head(unseen, embedded(names), alarming)))


@cache
def many_classes() -> Model:
    """A model of so many labels that its second stage reads the n-grams themselves."""
    ways, things = ("please", "now", "today", "thank you", "can you", "again"), ("taxi", "car", "bill", "bag")
    labels = [f"{verb} {thing}" for verb in ("book", "cancel", "change", "lose", "find", "rate") for thing in things]
    lines = [(f"{way} {label}", label) for label in labels for way in ways]
    lines += [(f"{way} sing of {thing}", OUTSIDE) for way in ways for thing in ("love", "cats", "rain")]
    names, told = [text for text, _ in lines], np.array([label for _, label in lines])
    model = fit(Labelled(names, told, np.full(len(names), "en"), embedded(names)))
    return versioned(replace(model, unsure=1.1))  # it looks at all


def alike(one: Understood, i: int, other: Understood, j: int) -> bool:
    """Whether both say the same of a text, to the last bit."""
    return all(np.array_equal(getattr(one, part)[i], getattr(other, part)[j]) for part in PARTS if getattr(one, part) is not None) and (
        one.languages[i] == other.languages[j]
    )


def test_it_tells_what_it_was_taught() -> None:
    seen = understand(small_model(), ASKED)
    named = [small_model().classes[i] for i in seen.probability.argmax(axis=1).tolist()]
    assert named[:5] == ["status_eta", "fare_dispute", "conduct_or_order_quality", "payment_method", "status_eta"]
    assert (seen.outside[:5] < 0.5).all()
    assert seen.outside[5] > 0.5
    assert seen.languages[:5] == ["en", "en", "en", "en", "de"]
    assert small_model().sentiment is not None
    assert small_model().sentiment.classes == SENTIMENTS  # type: ignore[union-attr]
    assert not seen.second.any()


def test_danger_is_told_apart_from_the_intents_and_as_often_as_is_said() -> None:
    asked = ["please cancel my taxi", "please book a taxi", "quickly cancel my ride"]
    seen = understand(two_stages(), asked, embedded).danger
    assert seen is not None
    assert ((seen > 0.5) == [True, False, True]).all()
    assert understand(small_model(), asked).danger is None
    head, labels = two_stages().danger, np.array([DANGER] * 30 + [NO_DANGER] * 70)
    assert head is not None
    margins = np.zeros((1, 2))
    odds = [one.probabilities(margins)[0, 0] / one.probabilities(margins)[0, 1] for one in (head, as_often(head, labels, DANGER, 0.1))]
    assert odds[1] == pytest.approx(odds[0] * (0.1 / 0.9) / (0.3 / 0.7))


@pytest.mark.parametrize("model", [small_model, two_stages, many_classes])
def test_bytes_are_the_model_and_equal_models_have_equal_bytes(model: object) -> None:
    one: Model = model()  # type: ignore[operator]
    data = dump(one)
    again = load(data)
    assert dump(again) == data
    assert again.version == one.version == versioned(again).version
    first, second = understand(one, ASKED, embedded), understand(again, ASKED, embedded)
    assert all(alike(first, i, second, i) for i in range(len(ASKED)))


def test_another_content_is_another_version_and_another_format_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    model = small_model()
    assert versioned(replace(model, unsure=0.5)).version != model.version
    monkeypatch.setattr(model_bytes, "FORMAT", 7)
    data = dump(model)
    monkeypatch.undo()
    with pytest.raises(ValueError, match="format 7"):
        load(data)


@given(texts)
@example(list(ASKED))
@several
def test_probabilities_are_such(some: list[str]) -> None:
    for model in (small_model(), two_stages()):
        seen = understand(model, some, embedded)
        assert seen.probability.shape == seen.inside.shape == (len(some), len(model.classes))
        assert (seen.probability >= 0).all()
        np.testing.assert_allclose(seen.probability.sum(axis=1), 1, atol=1e-5)
        assert ((seen.outside >= 0) & (seen.outside <= 1)).all()
        assert len(seen.languages) == len(some)
        if seen.felt is not None:
            np.testing.assert_allclose(seen.felt.sum(axis=1), 1, atol=1e-5)


@given(texts)
@example(list(ASKED))
@several
def test_a_texts_reading_does_not_depend_on_the_others(some: list[str]) -> None:
    for model in (small_model(), two_stages(), many_classes()):
        together = understand(model, some, embedded)
        for i, text in enumerate(some):
            assert alike(together, i, understand(model, [text], embedded), 0)
        backwards = understand(model, some[::-1], embedded)
        assert all(alike(together, i, backwards, len(some) - 1 - i) for i in range(len(some)))


def test_the_second_stage_looks_at_what_is_unsure_and_in_english_only() -> None:
    model = replace(two_stages(), unsure=0.9)
    asked = ["book a car", "cancel my ride", "book or cancel", "taxi", "song"]
    looked: list[str] = []

    def watched(some: Sequence[str]) -> F32:
        looked.extend(some)
        return embedded(some)

    first = understand(model, asked)
    seen = understand(model, asked, watched)
    unsure = [text for text, sure in zip(asked, first.probability.max(axis=1).tolist(), strict=True) if sure < 0.9]
    assert looked == unsure == [text for text, second in zip(asked, seen.second.tolist(), strict=True) if second]
    assert 0 < len(unsure) < len(asked)
    sure = np.flatnonzero(~seen.second).tolist()
    assert all(alike(first, i, seen, i) for i in sure)
    assert not understand(model, asked, watched, ["de"] * len(asked)).second.any()


def test_the_second_stage_reads_the_n_grams_where_classes_are_many() -> None:
    model, few = many_classes(), two_stages()
    assert (model.joined, few.joined) == (True, False)
    known = len(model.vocabulary) + len(model.matters)
    assert model.second is not None
    assert model.second.head.weights.shape == (known + 384, 24)
    asked = ["could you change the taxi", "I did lose a bag", "will you find my bill"]
    seen = understand(model, asked, embedded)
    assert [model.classes[i] for i in seen.probability.argmax(axis=1).tolist()] == ["change taxi", "lose bag", "find bill"]
    assert seen.second.all()


def test_a_language_that_is_known_is_not_told() -> None:
    assert understand(small_model(), [GERMAN, GERMAN], None, ["sv", None]).languages == ["sv", "de"]


@given(st.lists(st.lists(st.floats(-900, 900), min_size=3, max_size=3), min_size=1, max_size=5))
@several
def test_softmax_and_blending_give_probabilities(scores: list[list[float]]) -> None:
    one = softmax(np.array(scores))
    both = blended(one, one[::-1])
    for probability in (one, both):
        assert np.isfinite(probability).all()
        np.testing.assert_allclose(probability.sum(axis=1), 1)
    np.testing.assert_allclose(blended(one, one), one, atol=1e-9)


def test_what_cannot_be_learnt_is_refused_with_the_reason() -> None:
    few = Labelled(["a b", "a c", "b c"], np.array(["x", "x", "y"]), np.full(3, "en"), None)
    with pytest.raises(ValueError, match="at least two labels with 5 texts"):
        fit(few)


def test_the_shipped_model_is_the_one_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoModelError, match="run `tripo support train`"):
        shipped(tmp_path)
    (tmp_path / "a.npz").write_bytes(dump(small_model()))
    (tmp_path / CURRENT).write_text("a.npz\n")
    assert shipped(tmp_path).version == small_model().version
    installed = sentence_model()
    with monkeypatch.context() as off:
        off.setenv("TRIPO_SENTENCES", "off")
        assert sentence_model() is None
    assert sentence_model() is installed  # that it was switched off is not remembered
