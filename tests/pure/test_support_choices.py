"""What a customer chooses of what was asked back about is understood; control characters part words."""

from __future__ import annotations

import pytest

from agents.support.policy import Policy
from agents.support.saying import Texts, settled
from agents.support.text import CONTROLS, Message, cleaned
from agents.support.turns import ANSWERED
from tests.pure.support_events import DOUBTFUL, Task, small_model

CHOICES = {
    "1": "fare_dispute",
    "the second one": "payment_method",
    "a way to pay": "payment_method",
    "the weather": None,
    "he has a knife": None,
    "agent": None,
    "??": None,
}


@pytest.mark.parametrize("text", CHOICES)
def test_a_choice_of_what_was_asked_back_about_says_surely_what_was_meant(text: str) -> None:
    task, model, intent = Task(), small_model(), CHOICES[text]
    assert task.ask(DOUBTFUL)["guards"] == ["asked back first"]
    conversation = task.state.conversations.get("c1")
    assert conversation is not None
    (said,) = Texts(model, Policy(), None).said([(text, "en")])
    read = settled(said, conversation, model.classes)
    assert settled(said, None, model.classes) is said
    if intent is None:
        assert read is said
        return
    assert (model.classes[int(read.probability.argmax())], read.probability.max()) == (intent, 1.0)
    assert (read.outside, read.inside, read.language) == (0.0, (intent,), "en")
    assert read.query.text.startswith(DOUBTFUL)
    conversation.last_word = ANSWERED
    assert settled(said, conversation, model.classes) is said


def test_control_characters_part_words() -> None:
    assert cleaned("where\0is\x01my\x7fdriver\x1b", 4000) == Message("where is my driver", (CONTROLS,))
    assert cleaned("a soft\xadhyphen, and li\u200bnes\tand\ntabs", 4000) == Message("a softhyphen, and lines and tabs", ())
