"""What is learnt online: a correction moves the words it was about and nothing else, never too far, and survives its bytes."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.support import learning
from agents.support.learning import FURTHEST, MOST_WORDS, OWN, Learner
from agents.support.policy import OUT_OF_SCOPE
from tests.pure.support_events import unhurried

CLASSES = ("fare", "lost", "status")
SAID = np.array([0.03, 0.02, 0.95])
OTHER = np.array([0.9, 0.06, 0.04])
several = settings(parent=unhurried, max_examples=40)
texts = st.sampled_from(["you took my money twice", "I left my bag", "where is my driver", "我要退款", "", "money", "где мой водитель"])
shares = st.lists(st.floats(0, 1), min_size=3, max_size=3).map(lambda some: (np.array(some) + 1e-9) / (sum(some) + 3e-9))


def corrected(times: int = 1, right: str = "fare", text: str = "you took my money twice", outside: float = 0.1) -> Learner:
    out = Learner(CLASSES)
    for _ in range(times):
        out.correct(text, SAID, outside, right)
    return out


def test_nothing_moves_until_something_is_learnt() -> None:
    assert Learner(CLASSES).moved("you took my money twice", SAID) is SAID
    learner = Learner(CLASSES)
    learner.confirm("you took my money twice", SAID, 0.1, "status")
    assert learner.moved("you took my money twice", SAID) is SAID
    assert learner.facts() == Learner(CLASSES).facts()


def test_a_correction_moves_what_it_was_about_and_more_of_them_settle_it() -> None:
    text, seen = "you took my money twice", [SAID]
    for times in range(1, 13):
        seen.append(corrected(times).moved(text, SAID))
        assert seen[-1][0] > seen[-2][0]
        assert seen[-1][2] < seen[-2][2]
    assert seen[-1].argmax() == 0
    assert corrected(3).corrections == 3


def test_however_often_one_message_is_corrected_others_stay_as_they_are() -> None:
    learner = corrected(200)
    for probability in (SAID, OTHER, np.array([0.2, 0.5, 0.3])):
        np.testing.assert_allclose(learner.moved("left bag here", probability), probability, atol=1e-5)


def test_words_in_common_are_taken_back_where_an_answer_helped() -> None:
    text = "my driver is late"
    learner = Learner(CLASSES)
    for some in ("my money is gone", "my driver took too much", "the price is wrong"):
        learner.correct(some, SAID, 0.1, "fare")
    before = learner.moved(text, SAID)[2]
    words = set(learner.models["fare"].weights)
    for _ in range(20):
        learner.confirm(text, SAID, 0.1, "status")
    assert before < learner.moved(text, SAID)[2]
    assert set(learner.models["fare"].weights) == words, "of what was not learnt about nothing is kept"
    assert learner.corrections == 3


def test_words_never_move_a_message_further_than_so_much() -> None:
    learner = corrected(2000)
    learner.models["fare"]._weights["money"] = 100.0
    own = np.log(SAID[0] / (1 - SAID[0]))
    raw = learning._share(learner.models["fare"], learning._features(["money"], 1, SAID[0]))
    assert raw == pytest.approx(1 / (1 + np.exp(-own - FURTHEST)))


def test_the_models_own_opinion_always_counts_in_full() -> None:
    learner = corrected(50)
    assert {model.weights[OWN] for model in learner.models.values()} == {1.0}


@given(st.lists(st.tuples(texts, shares, st.sampled_from([*CLASSES, OUT_OF_SCOPE, "confirm"])), max_size=25), texts, shares)
@several
def test_probabilities_stay_such_and_what_was_learnt_survives_json(
    events: list[tuple[str, np.ndarray, str]], text: str, own: np.ndarray
) -> None:
    learner, loaded = Learner(CLASSES), Learner(CLASSES)
    for i, (told, probability, what) in enumerate(events):
        for one in (learner, loaded):
            if what == "confirm":
                one.confirm(told, probability, 0.3, "lost")
            else:
                one.correct(told, probability, 0.3, what)
            one.judge(i % 3 > 0)
        loaded = Learner.of(CLASSES, json.loads(json.dumps(loaded.facts())))
        assert json.dumps(loaded.facts()) == json.dumps(learner.facts())
    moved = learner.moved(text, own)
    assert moved.tolist() == loaded.moved(text, own).tolist()
    assert 0 <= learner.moved_outside(text, 0.4) == loaded.moved_outside(text, 0.4) <= 1
    assert (moved >= 0).all()
    assert moved.sum() == pytest.approx(1, abs=1e-5)


def test_what_is_in_scope_is_learnt_and_what_is_not() -> None:
    text = "where is my car"
    learner = corrected(12, "status", text, outside=0.85)
    assert corrected(0).moved_outside(text, 0.85) == 0.85
    assert learner.moved_outside(text, 0.85) < 0.4
    assert learner.moved_outside("sing a song", 0.85) == pytest.approx(0.85, abs=1e-5)
    strange = corrected(12, OUT_OF_SCOPE, "sing a song", outside=0.1)
    assert strange.moved_outside("sing a song", 0.1) > 0.6
    assert strange.moved("sing a song", SAID)[2] < SAID[2], "what it was taken for is doubted"


def test_what_is_surest_can_be_mended() -> None:
    sure = np.array([0.0001, 0.989, 0.0109])
    learner = Learner(CLASSES)
    for _ in range(60):
        learner.correct("I left my bag", sure, 0.01, "fare")
    assert learner.moved("I left my bag", sure).argmax() == 0


def test_no_more_than_so_many_words_are_kept_and_the_heaviest() -> None:
    learner = corrected(30, text="money")
    for i in range(MOST_WORDS // 20):
        learner.correct(" ".join(f"{chr(97 + i % 26)}{chr(97 + i // 26)}{chr(97 + j)}word" for j in range(25)), SAID, 0.1, "fare")
    weights = learner.models["fare"].weights
    assert len(weights) == MOST_WORDS + 1
    assert {OWN, "money"} <= set(weights)


def test_words_are_told_in_all_scripts() -> None:
    assert learning._words("Größere RECHNUNG, bitte! 12") == ["grossere", "rechnung", "bitte"]
    assert learning._words("где мой водитель") == ["где", "мои", "водитель"]
    assert learning._words("أين سيارتي") == ["اين", "سيارتي"]
    assert learning._words("드라이버가 어디에") == ["드라이버가", "어디에"]
    assert learning._words("我要退款") == ["我要", "要退", "退款"]
    assert len(learning._words("word " * 500 + " ".join(chr(97 + i % 26) * (2 + i // 26) for i in range(90)))) == 30


def test_what_is_no_intent_is_refused_and_those_of_another_model_are_forgotten() -> None:
    with pytest.raises(ValueError, match="'weather' is none of fare, lost, status"):
        Learner(CLASSES).correct("rain", SAID, 0.1, "weather")
    other = Learner.of(("status", "rain"), corrected().facts())
    assert list(other.models) == ["status"]
    assert other.corrections == 1


def test_a_rise_of_the_errors_is_told_once_also_when_the_state_was_loaded_in_between() -> None:
    steady, risen, loaded = Learner(CLASSES), Learner(CLASSES), Learner(CLASSES)
    for i in range(400):
        steady.judge(i % 10 != 0)
        for one in (risen, loaded):
            one.judge(i % 10 != 0 if i < 200 else i % 10 == 0)
        loaded = Learner.of(CLASSES, json.loads(json.dumps(loaded.facts())))
    assert (steady.drifts, risen.drifts, loaded.drifts) == (0, 1, 1)
    assert (steady.judged, steady.wrong) == (400, 40)
