"""Looking at texts beforehand, or with others, changes nothing; and after warming up no language's first message waits for its tables."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.support import model as understanding
from agents.support import saying
from agents.support.agent import SupportAgent
from agents.support.model import understand
from agents.support.policy import LANGUAGES
from streams.agent import Prepares, Warms
from streams.batch import Batch, Decisions
from streams.settings import ROOT
from tests.pure.support_events import (
    CONDUCT,
    DANGER,
    DOUBTFUL,
    ENTRIES,
    FARE,
    GERMAN,
    NOW,
    OUTSIDE,
    PAYMENT,
    STATUS,
    batches,
    message,
    says,
    small_model,
    unhurried,
)
from tests.pure.test_support_model import alike, embedded, two_stages

several = settings(parent=unhurried, max_examples=25)
TEXTS = (
    STATUS,
    FARE,
    CONDUCT,
    PAYMENT,
    DOUBTFUL,
    OUTSIDE,
    DANGER,
    GERMAN,
    "",
    "?",
    "ok",
    "12",
    "ok danke",
    "My name is Ana Gil, 12 Main Street",
)
ROWS = st.lists(
    st.tuples(st.sampled_from(TEXTS), st.integers(0, 3), st.sampled_from([None, "en", "de", "tlh"]), st.booleans()), min_size=1, max_size=8
)


def asked(rows: list[tuple[str, int, str | None, bool]], part: str = "") -> dict[str, Batch]:
    """Messages of customers, and (False) of a person, in a few conversations."""
    made = []
    for i, (text, conversation, language, customer) in enumerate(rows):
        given: dict[str, Any] = {"conversation_id": f"c{conversation}", "language": language, "ts": NOW + i}
        made.append(message(f"{part}{i}", text, **given) if customer else says(f"{part}{i}", text, **given))
    return dict(batches(messages=made))


def shown(decisions: Decisions) -> list[object]:
    return [[(output.topic, output.frame.rows()) for output in decisions.outputs], list(decisions.rejected)]


@given(ROWS, ROWS)
@several
def test_a_step_decides_the_same_prepared_or_not(rows: list[tuple[str, int, str | None, bool]], others: list[Any]) -> None:
    plain, prepared = SupportAgent(model=small_model()), SupportAgent(model=small_model())
    assert isinstance(prepared, Prepares)
    states = [agent.start(0) for agent in (plain, prepared)]
    known = {"first": ENTRIES, "later": [ENTRIES[0] | {"keywords": ["something else"]}]}
    for part, entries in known.items():  # the second time most of it was looked at before, and compared with other entries
        for agent, state in zip((plain, prepared), states, strict=True):
            agent.step(state, batches(entries=entries), NOW)
        prepared.prepare([asked(rows[: len(others)], part)], NOW + 5)  # those that were there already
        prepared.prepare([asked(others), asked(rows, part)], NOW + 10)
        expected = shown(plain.step(states[0], asked(rows, part), NOW + 10))
        assert shown(prepared.step(states[1], asked(rows, part), NOW + 10)) == expected
        assert prepared.dump(states[1]) == plain.dump(states[0])


def test_what_is_remembered_of_texts_is_bounded() -> None:
    texts = SupportAgent(model=small_model()).texts
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(saying, "REMEMBERED", 3)
        for i in range(10):
            texts.look_at([(f"where is my ride {i}", "en"), ("x" * (saying.SHORT + 1), "en")])
            assert len(texts._late) + len(texts._early) < 2 * 3
    assert texts.said([("where is my ride 9", "en")])[0] is texts._said["where is my ride 9", "en"]


def test_what_was_looked_at_early_is_not_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    texts, seen = SupportAgent(model=small_model()).texts, list[str]()
    monkeypatch.setattr(saying, "understand", lambda model, given, *rest: (seen.extend(given), understand(model, given, *rest))[1])
    long = [f"where is my ride {i} {'x' * saying.SHORT}" for i in range(3)]
    texts.look_at([(long[0], "en"), (long[1], "en")])
    texts.look_at([(long[1], "en"), (long[2], "en")])
    assert seen == long
    assert set(texts._said) == {(long[1], "en"), (long[2], "en")}


@pytest.mark.parametrize("stages", [1, 2])
@given(texts=st.lists(st.one_of(st.sampled_from(TEXTS), st.text(max_size=40)), min_size=2, max_size=9))
@several
def test_a_text_is_understood_the_same_with_others_before_any_rounding(stages: int, texts: list[str]) -> None:
    model, embed = (small_model(), None) if stages == 1 else (two_stages(), embedded)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(understanding, "DIGITS", 17)
        whole = understand(model, texts, embed)
        for i, text in enumerate(texts):
            assert alike(understand(model, [text], embed), 0, whole, i)


FIRST_AND_SECOND = """
import json, time
from agents.support.agent import SupportAgent
from agents.support.policy import LANGUAGES
from tests.pure.support_events import ENTRIES, NOW, batches, message, small_model

agent = SupportAgent(model=small_model())
agent.warm()
state, took = agent.start(0), {}
agent.step(state, batches(entries=ENTRIES), NOW)
for language in LANGUAGES:
    for i in range(3):
        text = f"Hi, Anna Smith here, 12 Main Street, at {i} pm: where is my driver, order 4821{i}, he took $12.5{i}?"
        batch = batches(messages=[message(f"{language}{i}", text, conversation_id=f"{language}{i}", language=language)])
        began = time.process_time()
        agent.step(state, batch, NOW + i)
        took.setdefault(language, []).append(1000 * (time.process_time() - began))
print(json.dumps(took))
"""


def test_after_warming_up_the_first_message_in_a_language_waits_for_no_tables() -> None:
    """In a process of its own: here other tests have made them."""
    assert isinstance(SupportAgent(model=small_model()), Warms)
    run = subprocess.run([sys.executable, "-c", FIRST_AND_SECOND], cwd=ROOT, capture_output=True, text=True, check=True, timeout=300)
    took = json.loads(run.stdout.splitlines()[-1])
    assert set(took) == set(LANGUAGES)
    usual = sorted(max(later) for _, *later in took.values())[len(took) // 2]
    late = {language: first for language, (first, *_) in took.items() if first > 4 * usual + 10}
    assert not late, f"CPU ms of the first message, where {usual:.1f} is usual: {late}"
