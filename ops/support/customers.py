"""`tripo support simulate` and `say`: customers who write what the corpus has, or one who writes what you do, in; messages, out, and in
the simulation what is said of the answers: customers judge them, and people of support tell what a message really asked for."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from typing import Any

import numpy as np

from agents.support.policy import LANGUAGES, OUT_OF_SCOPE
from ops.following import Follower
from ops.listing import print_rows
from ops.reading import LogError
from ops.summary import fail, summarise
from ops.support.corpus import corpus
from ops.support.publish import QUIET, TEAM, framed, now_ms
from streams.publish import Publisher, PublishError

Row = dict[str, Any]
AGAIN = 0.3  # of the messages are in a conversation that was begun before
BEGUN = 200  # conversations that may be gone on with
DECISIONS = "support.decisions"
HELPED = 0.8  # of the answers that customers judge
AFTER_MS = 3000  # after a message it is judged; by then it was answered


def message(conversation_id: str, text: str, **given: Any) -> Row:
    """A customer's record of ``messages``, of now."""
    usual = {"message_id": uuid.uuid4().hex, "customer_id": f"cu-{conversation_id}", "channel": "CHAT", "sender": "USER", "kind": "TEXT"}
    return usual | {"conversation_id": conversation_id, "text": text, "ts": now_ms()} | given


class Customers:
    """Customers of all languages, at random by ``seed``; what they write is the corpus's, so no accuracy can be told from it."""

    def __init__(self, seed: int, share_english: float = 0.5) -> None:
        self.rng = np.random.default_rng(seed)
        self.by_language = {name: [line.text for line in corpus() if line.language == name] for name in LANGUAGES}
        rest = (1 - share_english) / (len(LANGUAGES) - 1)
        self.shares = [share_english if name == "en" else rest for name in LANGUAGES]
        self.run = uuid.uuid4().hex[:6]
        self.begun: list[tuple[str, str]] = []

    def write(self, count: int, **given: Any) -> list[Row]:
        """The next messages."""
        return [self._one(**given) for _ in range(count)]

    def _one(self, **given: Any) -> Row:
        if self.begun and self.rng.random() < AGAIN:
            name, language = self.begun[int(self.rng.integers(len(self.begun)))]
        else:
            name, language = f"c-{self.run}-{self.rng.integers(1 << 40):x}", str(self.rng.choice(LANGUAGES, p=self.shares))
            self.begun = [*self.begun[-BEGUN + 1 :], (name, language)]
        texts = self.by_language[language]
        about = {"market": "san-francisco", "driver_id": f"cab-{self.rng.integers(500)}"} if self.rng.random() < 0.5 else {}
        return message(name, texts[int(self.rng.integers(len(texts)))], **about) | given


class Judges:
    """What is said, after a while, of the ``judged`` share of messages, by ``corrected`` of which a person tells the intent that the corpus
    has; the others the customers judge, at random. Shares in [0, 1]."""

    def __init__(self, seed: int, judged: float, corrected: float) -> None:
        self.rng = np.random.default_rng((seed, 1))
        self.judged, self.corrected = judged, corrected
        self.intents = {line.text: line.intent for line in corpus()}
        self.waiting: list[Row] = []

    def hear(self, rows: Sequence[Row]) -> None:
        """Messages were written; some of them will be judged."""
        self.waiting += [row for row in rows if self.rng.random() < self.judged]

    def say(self, now: int) -> list[Row]:
        """The feedback that is due at ``now``, ms."""
        due = [row for row in self.waiting if row["ts"] + AFTER_MS <= now]
        self.waiting = [row for row in self.waiting if row["ts"] + AFTER_MS > now]
        return [self._one(row, now) for row in due]

    def _one(self, row: Row, now: int) -> Row:
        about = {"feedback_id": f"f-{row['message_id']}", "conversation_id": row["conversation_id"], "message_id": row["message_id"]}
        about |= {"ts": now, "follow_up": False}
        if self.rng.random() < self.corrected:
            person = TEAM[int(self.rng.integers(len(TEAM)))]["agent_id"]
            return about | {"corrected_intent": self.intents[row["text"]].upper(), "agent_id": person}
        helpful = bool(self.rng.random() < HELPED)
        return about | {"helpful": helpful, "rating": int(self.rng.integers(4, 6) if helpful else self.rng.integers(1, 3))}


def simulate(*, rate: float, seconds: float, seed: int, judged: float, corrected: float, brokers: str | None, as_json: bool) -> int:
    """Let customers write, ``rate`` messages a second, for ``seconds`` (0: until Ctrl-C), and judge (see Judges). → 0."""
    customers, judges, sent, said, began = Customers(seed), Judges(seed, judged, corrected), 0, 0, time.monotonic()
    try:
        with Publisher(brokers, **QUIET) as publisher:
            publisher.partitions("messages")  # that Kafka answers is known before it is waited for
            while not seconds or time.monotonic() - began < seconds:
                due = int((time.monotonic() - began) * rate) - sent
                if due > 0:
                    rows = customers.write(due)
                    publisher.publish("messages", framed("messages", rows))
                    judges.hear(rows)
                    sent += due
                if feedback := judges.say(now_ms()):
                    publisher.publish("feedback", framed("feedback", feedback))
                    said += len(feedback)
                time.sleep(min(0.05, 1 / rate))
    except KeyboardInterrupt:
        pass
    except PublishError as error:
        fail(str(error))
    summarise("customers", {"messages": sent, "feedback": said, "seconds": round(time.monotonic() - began, 1)}, as_json=as_json)
    return 0


def say(text: str, *, conversation: str | None, language: str | None, wait_s: float, as_json: bool) -> int:
    """Write one message and show what support does about it. → 0; 1 if nothing came in time."""
    if language not in (None, *LANGUAGES):
        fail(f"--language {language}: none of {', '.join(LANGUAGES)}", 2)
    row = message(conversation or f"c-{uuid.uuid4().hex[:8]}", text, language=language)
    try:
        follower = Follower([DECISIONS])
        with Publisher(**QUIET) as publisher:
            publisher.publish("messages", framed("messages", [row]))
    except (LogError, PublishError) as error:
        fail(str(error))
    until = time.monotonic() + wait_s
    try:
        while time.monotonic() < until:
            for found in (each for part in follower.poll(0.2) for each in part.frame.iter_rows(named=True)):
                if found["message_id"] == row["message_id"]:
                    _show(found, as_json)
                    return 0
    finally:
        follower.close()
    return fail(f"no decision within {wait_s:g} s: is a support worker running (tripo worker support)?")


def _show(found: Row, as_json: bool) -> None:
    names = (
        "conversation_id",
        "outcome",
        "intent",
        "confidence",
        "language",
        "sentiment",
        "priority",
        "agent_id",
        "entry_id",
        "dangers",
        "entities",
        "reply",
    )
    shown = {name: found[name] for name in names}
    if as_json:
        summarise("decided", shown, as_json=True)
        return
    print_rows("decided", ("field", "value"), [(name, value) for name, value in shown.items() if value not in (None, [])])
    if found["intent"] == OUT_OF_SCOPE.upper():
        print("out of scope: no intent of ours")
