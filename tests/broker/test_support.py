"""The support agent on real Kafka: each message is decided once, whatever ends the worker, and personal data stays where it came in."""

from __future__ import annotations

import signal
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from agents.support.policy import EVENTS
from ops.broker import free_port
from ops.support.customers import Customers, message
from ops.support.publish import framed, knowledge_rows, now_ms, rule_rows
from streams.contract import contract
from streams.publish import Publisher
from streams.settings import settings
from tests.conftest import CreateTopics
from tests.workers import committed, decoded, eventually, worker

SUPPORT = [name for name, topic in contract().topics.items() if topic.writer == "support" or "support" in topic.readers]
PEOPLE = [{"agent_id": "p1", "languages": ["en", "de"], "specialisations": [], "services": [], "availability": "AVAILABLE", "capacity": 40}]
CANARIES = {
    "en": (
        "my name is {}, call me: {}, mail {}, card {}",
        ("Zebulon Quartermain", "+1 415 555 0199", "zeb.q@example.com", "4242 4242 4242 4242"),
    ),
    "de": ("Ich heiße {} und wohne {}, Telefon {}", ("Korbinian Zwirnlechner", "Kastanienallee 77", "+49 170 5550142")),
    "es": ("me llamo {} y mi correo es {}", ("Eustaquio Zarandieta", "zarandieta@example.org")),
    "fr": ("je m'appelle {}, plaque {}", ("Théophraste Quincampoix", "AB-123-CD")),
}


@pytest.fixture
def stage(topics: CreateTopics) -> None:
    """The topics of support, its knowledge in English, its rules and one person."""
    assert (settings().models / "current").exists(), "no support model: run `make setup`"
    topics(SUPPORT, 2)
    contract.cache_clear()
    with Publisher() as publisher:
        entries = [row for row in knowledge_rows(0) if row["language"] == "en"]
        for topic, rows in {"knowledge-entries": entries, "escalation-rules": rule_rows()}.items():
            publisher.publish(topic, framed(topic, rows))
        publisher.publish("human-agents", framed("human-agents", [row | {"deleted": False, "ts": now_ms()} for row in PEOPLE]))


def publish(topic: str, rows: list[dict[str, Any]]) -> None:
    with Publisher() as publisher:
        publisher.publish(topic, framed(topic, rows))


@pytest.mark.usefixtures("stage")
def test_every_message_is_decided_once_also_when_the_worker_is_killed(tmp_path: Path) -> None:
    rows = Customers(5, share_english=0.9).write(300)
    publish("feedback", [_feedback(rows[-1])])  # long before its message: it waits, also while the worker is killed
    publish("messages", rows[:150])
    with worker(tmp_path / "w1.log", "support", TRIPO_SENTENCES="off") as process:
        eventually(lambda: len(committed("support.decisions")) >= 40, what="some decisions")
        publish("messages", rows[150:])
        process.stop(signal.SIGKILL)
    with worker(tmp_path / "w2.log", "support", TRIPO_SENTENCES="off") as process:
        eventually(lambda: len(committed("support.decisions")) >= 300, timeout_s=120, what="all decided")
        eventually(lambda: "FEEDBACK_SUBMITTED" in {row["type"] for row in decoded("support.events")}, what="feedback heard")
        assert process.stop() == 0, process.tail()
    decisions = decoded("support.decisions")
    assert Counter(row["message_id"] for row in decisions) == Counter(row["message_id"] for row in rows)
    events = decoded("support.events")
    assert max(Counter(row["event_id"] for row in events).values()) == 1
    assert {row["type"] for row in events} == set(EVENTS) - ({"CONVERSATION_UPDATED"} - {row["type"] for row in events})
    assert not committed("support.dead-letters")
    answered = [row for row in decisions if row["outcome"] == "ANSWERED"]
    assert answered
    assert all(row["entry_id"] and row["reply"] for row in answered)


@pytest.mark.usefixtures("stage")
def test_what_identifies_people_is_found_nowhere_but_in_the_messages(tmp_path: Path) -> None:
    rows = [message(f"c-{language}", text.format(*said), language=language) for language, (text, said) in CANARIES.items()]
    # these three become dead letters
    rows += [rows[0], rows[1] | {"message_id": ""}, rows[2] | {"message_id": "early", "ts": now_ms() + 10**9}]
    port = free_port()
    publish("messages", rows)
    with worker(tmp_path / "w.log", "support", TRIPO_METRICS_PORT=str(port)) as process:
        eventually(lambda: len(committed("support.decisions")) == len(CANARIES), what="all decided")
        eventually(lambda: len(committed("support.dead-letters")) == 3, what="three refused")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            metrics = answer.read()
        assert process.stop() == 0, process.tail()
    written = [topic for topic in SUPPORT if contract().topic(topic).writer == "support"]
    places = {topic: b"".join(m.value() or b"" for m in committed(topic)) for topic in written}
    places |= {"log": (tmp_path / "w.log").read_bytes(), "metrics": metrics}
    for _, said in CANARIES.values():
        for value in said:
            found = [place for place, content in places.items() if value.encode() in content]
            assert not found, (value, found)
    assert any(value.encode() in m.value() for m in committed("messages") for value in CANARIES["en"][1])


UNICORNS: dict[str, Any] = {
    "entry_id": "rides.unicorn-rides.en",
    "category": "RIDES",
    "language": "en",
    "keywords": ["unicorn", "unicorns", "horn"],
}
UNICORNS |= {
    "question": "How do unicorn rides work?",
    "answer": "Unicorn rides leave from the silver gate; bring two apples.",
}
UNICORNS |= {"services": [], "intents": ["BOOK_OR_CHANGE", "GENERAL_SUPPORT"], "priority": "MEDIUM", "signed": True, "deleted": False}


@pytest.mark.usefixtures("stage")
def test_an_entry_about_something_new_is_cited_as_soon_as_it_is_published(tmp_path: Path) -> None:
    rules = [row | {"active": False} for row in rule_rows() if row["name"] == "low confidence"]  # what the model makes of unicorns is open
    publish("escalation-rules", rules)
    asked: list[str] = []

    def answers() -> list[dict[str, Any]]:
        """Ask once more, where all that was asked is decided; the answers until now."""
        found = {row["message_id"]: row for row in decoded("support.decisions")}
        if all(name in found for name in asked):
            row = message(f"c-{len(asked)}", "how do unicorn rides work, can I book a unicorn?", language="en")
            asked.append(row["message_id"])
            publish("messages", [row])
        return [row for row in found.values() if row["outcome"] == "ANSWERED"]

    with worker(tmp_path / "w.log", "support", TRIPO_SENTENCES="off") as process:
        before = eventually(answers, timeout_s=120, what="an answer without the entry")
        assert all(row["entry_id"] != UNICORNS["entry_id"] for row in before)
        publish("knowledge-entries", [UNICORNS | {"ts": now_ms()}])
        cited = eventually(
            lambda: [row for row in answers() if row["entry_id"] == UNICORNS["entry_id"]], timeout_s=120, what="an answer that cites it"
        )
        assert process.stop() == 0, process.tail()
    assert all(UNICORNS["answer"] in row["reply"] for row in cited)


def _feedback(row: dict[str, Any]) -> dict[str, Any]:
    same = {"conversation_id": row["conversation_id"], "message_id": row["message_id"]}
    return same | {"feedback_id": "f1", "ts": now_ms(), "follow_up": False, "rating": 5, "helpful": True}
