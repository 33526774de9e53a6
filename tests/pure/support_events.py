"""Builders of the support agent's input: rows as keyword arguments in, batches with the schemas' columns out; a model; a task to step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import polars as pl
from hypothesis import HealthCheck, settings

from agents.support.agent import SupportAgent
from agents.support.model import Model
from agents.support.policy import DEFAULT
from agents.support.state import SupportState
from ops.support.corpus import Line
from ops.support.fitting import versioned
from ops.support.train import shipped
from streams.avro import codec
from streams.avro_schema import polars_schema
from streams.batch import Batch, Decisions, Rejected
from streams.contract import contract

NOW = 1_790_000_000_000
SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000  # ms
PARTITION = 3
Row = dict[str, Any]
TOPICS = {
    "entries": "knowledge-entries",
    "rules": "escalation-rules",
    "people": "human-agents",
    "feedback": "feedback",
    "changes": "conversation-changes",
    "messages": "messages",
}
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

STATUS, FARE = "where is my driver, how long until the car arrives", "you charged me twice for this trip, the fare is wrong"
CONDUCT, PAYMENT = "the driver was rude to me, rude and awful", "how do I add a card to pay with"
DOUBTFUL = "card charged"  # a fare, or a way to pay?
OUTSIDE, DANGER = "what is the capital of France", "he had a knife and threatened me"
GERMAN = "Wo ist mein Fahrer, wann kommt das Auto an?"

# intent, sentiment, text; a line of German begins with "de:"
_LINES = """
status_eta|neutral|where is my driver
status_eta|neutral|how long until the car arrives
status_eta|neutral|when will my driver arrive here
status_eta|neutral|where is the car now, how long until it arrives
status_eta|neutral|how long until my driver is here
status_eta|negative|the driver is late, where is the car
status_eta|neutral|what time does my driver arrive
status_eta|positive|thank you, where is my driver now
status_eta|neutral|tell me where the car is and how long until it arrives
status_eta|neutral|is my driver here soon, where is the car
status_eta|neutral|de:Wo ist mein Fahrer
status_eta|neutral|de:Wann kommt das Auto an
status_eta|neutral|de:Wo ist das Auto, wann kommt mein Fahrer an
fare_dispute|negative|you charged me twice for this trip
fare_dispute|negative|the fare is wrong, you charged me too much
fare_dispute|negative|I was charged twice, this fare is wrong
fare_dispute|negative|the fare is too high, I was overcharged
fare_dispute|negative|wrong fare, you charged me twice, I hate this
fare_dispute|neutral|why was I charged twice for this trip
fare_dispute|neutral|the trip fare is wrong, why was I charged too much
fare_dispute|negative|overcharged for this trip, the fare is wrong
fare_dispute|neutral|I was charged twice
fare_dispute|negative|you charged me too much, the fare is awful
fare_dispute|negative|de:Sie haben mir zweimal den falschen Preis berechnet
fare_dispute|negative|de:Der Preis ist falsch, zweimal berechnet
conduct_or_order_quality|negative|the driver was rude to me
conduct_or_order_quality|negative|the driver was rude, awful
conduct_or_order_quality|negative|rude driver, he smelled and was awful
conduct_or_order_quality|negative|my driver was rude and smoked the whole way
conduct_or_order_quality|negative|awful, the driver was so rude
conduct_or_order_quality|negative|he smoked in the car and was rude
conduct_or_order_quality|negative|the driver smelled and was rude, I hate this
conduct_or_order_quality|positive|thank you, the driver was polite and great
conduct_or_order_quality|neutral|the driver was rude
conduct_or_order_quality|negative|rude and awful driver
conduct_or_order_quality|negative|de:Der Fahrer war unhöflich und hat geraucht
conduct_or_order_quality|negative|de:Unhöflich, und er hat im Auto geraucht
payment_method|neutral|how do I add a card
payment_method|neutral|how do I pay with a card
payment_method|neutral|can I add a second card to pay with
payment_method|neutral|add my card to pay with it
payment_method|neutral|which cards can I pay with
payment_method|neutral|how can I change the card I pay with
payment_method|neutral|pay with cash or card, how do I add it
payment_method|positive|thank you, great, now how do I add a card
payment_method|neutral|how do I remove a card and add another card
payment_method|neutral|I want to add a card to pay
payment_method|neutral|de:Wie kann ich eine Karte hinzufügen und damit bezahlen
payment_method|neutral|de:Kann ich mit Karte bezahlen
out_of_scope|neutral|what is the capital of France
out_of_scope|neutral|tell me a joke about cats
out_of_scope|neutral|who won the football game
out_of_scope|neutral|what is the weather in Spain
out_of_scope|positive|thank you, great weather, tell me a joke
out_of_scope|neutral|translate this poem into Latin
out_of_scope|neutral|what is the capital of Spain
out_of_scope|positive|great game, thank you
out_of_scope|neutral|who wrote this poem about France
out_of_scope|neutral|what is two plus two
"""


@cache
def small_model() -> Model:
    """A model of four intents and what is none of them, learnt from the lines above in a second or two; no sentence model."""
    lines = []
    for intent, sentiment, text in (line.split("|") for line in _LINES.strip().split("\n")):
        language, said = ("de", text[3:]) if text.startswith("de:") else ("en", text)
        lines.append(Line(language, intent, (), sentiment, said))
    model = shipped(lines, both=False)
    return versioned(replace(model, first=replace(model.first, set_from=0.2)))  # so that doubt is between two, as it is with more lines


@cache
def agent() -> SupportAgent:
    """The agent with the small model and without a second stage, which does not wait for messages before it takes what is about them."""
    return SupportAgent(replace(DEFAULT, settle_ms=0), small_model())


@cache
def columns(topic: str) -> pl.Schema:
    """The columns of a topic's frames."""
    return polars_schema(contract().schema(topic))


def batch(topic: str, rows: Sequence[Row], offset: int = 0) -> Batch:
    """One batch of a topic, offsets counting from ``offset``."""
    frame = pl.DataFrame(list(rows), schema=columns(topic), orient="row")
    return Batch(topic, PARTITION, np.arange(offset, offset + len(rows), dtype=np.int64), frame)


def batches(offset: int = 0, **rows: Sequence[Row]) -> Mapping[str, Batch]:
    """Batches by topic, from the names of TOPICS."""
    return {TOPICS[name]: batch(TOPICS[name], each, offset) for name, each in rows.items() if each}


def message(message_id: str = "m1", text: str = STATUS, **changed: Any) -> Row:
    """A customer's message."""
    row: Row = {"message_id": message_id, "conversation_id": "c1", "customer_id": "u1", "channel": "CHAT", "sender": "USER", "kind": "TEXT"}
    row |= {
        "text": text,
        "ts": NOW,
        "language": None,
        "service": None,
        "order_id": None,
        "driver_id": "d7",
        "market": "sf",
        "agent_id": None,
    }
    return row | changed


def says(message_id: str = "a1", text: str = "I am looking into it", **changed: Any) -> Row:
    """A message of a person of support."""
    return message(message_id, text, **{"sender": "AGENT", "agent_id": "p1", "driver_id": None, "market": None} | changed)


def feedback(feedback_id: str = "f1", **changed: Any) -> Row:
    """A customer's feedback that says nothing yet."""
    row: Row = {"feedback_id": feedback_id, "conversation_id": "c1", "message_id": "m1", "ts": NOW, "rating": None, "helpful": None}
    return row | {"follow_up": False, "comment": None, "corrected_intent": None, "agent_id": None} | changed


def change(what: str = "RESOLVED", **changed: Any) -> Row:
    """What a person did with a conversation."""
    return {"conversation_id": "c1", "ts": NOW, "change": what, "agent_id": "p1"} | changed


def person(agent_id: str = "p1", **changed: Any) -> Row:
    """A free generalist who speaks English; of a capacity that gives every partition a share of ten."""
    row: Row = {"agent_id": agent_id, "specialisations": [], "languages": ["en"], "services": [], "availability": "AVAILABLE"}
    return row | {"capacity": 80, "deleted": False, "ts": NOW} | changed


def rule(name: str, condition: str = "SAFETY", **changed: Any) -> Row:
    """A rule that hands over."""
    row: Row = {"name": name, "condition": condition, "threshold": 0.3, "intents": [], "services": [], "languages": []}
    return row | {"action": "HAND_OVER", "priority": "MEDIUM", "active": True, "deleted": False, "ts": NOW} | changed


def entry(entry_id: str, question: str, intent: str, **changed: Any) -> Row:
    """An entry of the knowledge base."""
    row: Row = {"entry_id": entry_id, "category": entry_id.partition(".")[0].upper(), "language": entry_id.rpartition(".")[2]}
    row |= {
        "question": question,
        "answer": f"This is what helps: {question.rstrip('?')}.",
        "keywords": question.lower().rstrip("?").split(),
    }
    row |= {"services": [], "intents": [intent], "priority": "MEDIUM", "signed": False, "deleted": False, "ts": NOW}
    return row | changed


ENTRIES = [
    entry("rides.where-is-driver.en", "Where is my driver and how long until the car arrives?", "STATUS_ETA"),
    entry("payment.add-card.en", "How do I add a card to pay with?", "PAYMENT_METHOD"),
    entry("payment.remove-card.en", "How do I remove a card?", "PAYMENT_METHOD"),
    entry("pricing.charged-twice.en", "Why was I charged twice for this trip?", "FARE_DISPUTE"),
    entry("drivers.rude.en", "What if the driver was rude?", "CONDUCT_OR_ORDER_QUALITY"),
    entry("rides.where-is-driver.de", "Wo ist mein Fahrer und wann kommt das Auto an?", "STATUS_ETA"),
]


def rows_of(made: Decisions, topic: str) -> list[Row]:
    """The rows that a step wrote to a topic."""
    return [row for output in made.outputs if output.topic == topic for row in output.frame.to_dicts()]


def checked(made: Decisions) -> Decisions:
    """What a step made, after it was seen to survive the wire as its schemas say."""
    for output in made.outputs:
        assert output.frame.schema == columns(output.topic), output.topic
        back = codec(output.topic).decode(list(codec(output.topic).encode(output.frame).values()))
        assert back.bad == [], output.topic
        assert back.frame.equals(output.frame), output.topic
    return made


class Task:
    """A support task stepped at times relative to NOW, with the knowledge of ENTRIES: rows of the last step by topic, events of all."""

    def __init__(self, made: SupportAgent | None = None, entries: Sequence[Row] = ENTRIES) -> None:
        self.agent = made or agent()
        self.state: SupportState = self.agent.start(PARTITION)
        self.offset = 0
        self.events: list[Row] = []
        self.all: list[Decisions] = []
        self.step(-SECOND, entries=list(entries))

    def step(self, after: int = 0, **rows: list[Row]) -> list[Row]:
        """Step at NOW + ``after`` ms. → the decisions"""
        self.made = checked(self.agent.step(self.state, batches(self.offset, **_timed(rows, after)), NOW + after))
        self.offset += max(map(len, rows.values()), default=0)
        self.all.append(self.made)
        self.events += self["events"]
        self.rejected: list[Rejected] = list(self.made.rejected)
        return self["decisions"]

    def __getitem__(self, topic: str) -> list[Row]:
        """The rows of the last step, of ``support.<topic>`` or the topic itself."""
        return rows_of(self.made, f"support.{topic}") or rows_of(self.made, topic)

    def ask(self, text: str, name: str = "m1", after: int = 0, **changed: Any) -> Row:
        """The decision on one message."""
        (row,) = self.step(after, messages=[message(name, text, **changed)])
        return row

    def errors(self) -> list[tuple[str, bool]]:
        """What was refused in the last step, and whether that is expected."""
        return [(one.error, one.expected) for one in self.rejected]

    def reload(self) -> Task:
        """The same from its state's bytes."""
        self.state = self.agent.load(self.agent.dump(self.state))
        return self


def _timed(rows: Mapping[str, list[Row]], after: int) -> dict[str, list[Row]]:
    """Rows that name no time of their own are of the step's."""
    return {name: [row | {"ts": NOW + after} if row["ts"] == NOW else row for row in each] for name, each in rows.items()}
