"""What happens in a conversation in; its status, its last turns and who has it, out.

OPEN → IN_PROGRESS (answered or asked back) → RESOLVED, or ESCALATED (a person has it or is looked for) → RESOLVED; what the customer writes
after that reopens it. Rules for what comes late or twice, by event time:

- A message whose id is among the last remembered ones is a duplicate: nothing happens.
- A message older than the last message or the last change is late: it is put in its place in the history, and changes no status.
- A change older than the last change is stale, and so is RESOLVED or CLOSED when the customer has written since: nothing happens.
- A courtesy (thanks, a greeting) reopens nothing; thanks, agreement or goodbye after an answer resolve.
- An answer bears the time of the message that it answers, and stands behind it.
- Failures in a row (asked back, nothing found, not helpful) end with a helpful answer, with the resolution, or when after an answer that
  nobody objected to the customer asks for something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from hashlib import blake2b
from operator import attrgetter
from typing import Any

from agents.support.policy import PRIORITIES
from agents.support.privacy import PLACEHOLDERS
from agents.support.turns import (
    AGAIN,
    ANSWERED,
    ASKED,
    CLARIFIED,
    CLOSED,
    DEFAULT,
    DUPLICATE,
    ESCALATED,
    IN_PROGRESS,
    LATE,
    LOW,
    NEW,
    NOBODY,
    OPEN,
    PERSON,
    RESOLVED,
    SETTLED,
    STALE,
    TAKEN,
    USER,
    Change,
    Feedback,
    Limits,
    Resolution,
    Turn,
)

LONGEST_VALUE = 100  # characters of an entity
LEARNT = ("customer_id", "language", "service", "order_id", "driver_id", "market")  # what messages may tell of it sooner or later


@dataclass(slots=True)
class Conversation:
    """A customer's conversation. Times are ms of event time; 0 or None: not yet."""

    id: str
    customer_id: str | None = None
    channel: str = "CHAT"
    language: str | None = None
    service: str | None = None
    order_id: str | None = None
    driver_id: str | None = None
    market: str | None = None
    status: str = OPEN
    priority: str = LOW  # the highest it was handed over with
    agent_id: str | None = None  # who has it, or resolved it
    reasons: list[str] = field(default_factory=list)  # rules that handed it over last
    created_ts: int = 0
    updated_ts: int = 0
    answered_ts: int | None = None  # first
    escalated_ts: int | None = None  # first
    resolved_ts: int | None = None  # None when it was closed without being resolved
    asked_ts: int = 0  # the customer's last message
    spoken_ts: int = 0  # the last message of the customer or a person
    changed_ts: int = 0  # the last change
    ended: bool = False  # was idle for too long
    last_word: str = NOBODY
    failures: int = 0
    messages: int = 0
    reopened: int = 0
    rating: int | None = None
    intent: str | None = None  # of the customer's last message, as corrected
    entities: dict[str, str] = field(default_factory=dict)  # the last value of each kind; placeholders where they identify
    history: list[Turn] = field(default_factory=list)
    corrected: dict[str, str] = field(default_factory=dict)  # message id → the intent that a person gave it, the last ones
    seen: list[str] = field(default_factory=list)  # hashes of ids, the last ones

    @property
    def resolution(self) -> Resolution | None:
        """None unless it is resolved; also when it was only closed."""
        if self.status != RESOLVED or self.resolved_ts is None:
            return None
        took_ms = max(0, self.resolved_ts - self.created_ts)
        return Resolution(self.resolved_ts, self.agent_id, took_ms, self.reopened == 0, self.escalated_ts is None)

    def asks(self, turn: Turn, limits: Limits = DEFAULT) -> str:
        """The customer's message. → NEW, AGAIN (it reopened the conversation), LATE or DUPLICATE"""
        outcome = self._came(turn, limits)
        if outcome != NEW:
            return outcome
        if self.last_word == ANSWERED and turn.intent != self.intent:
            self.failures = 0
        self.asked_ts, self.last_word, self.intent, self.ended = turn.ts, ASKED, turn.intent, False
        if self.status != RESOLVED:
            return NEW
        self._reopen(IN_PROGRESS, None)
        return AGAIN

    def greets(self, turn: Turn, *, closes: bool, limits: Limits = DEFAULT) -> str:
        """The customer is polite and asks for nothing: that reopens nothing, and resolves what was answered if it ``closes``.

        → NEW, LATE or DUPLICATE
        """
        outcome = self._came(turn, limits)
        if outcome == NEW and closes and self.last_word == ANSWERED and self.status in (OPEN, IN_PROGRESS):
            self._resolve(turn.ts, None)
        return outcome

    def greets_back(self, turn: Turn, at: int, limits: Limits = DEFAULT) -> None:
        """A reply to a courtesy, given ``at`` ms: it answers no question, so it is not the last word on any."""
        self._put(turn, limits)
        self._first_answer(max(at, turn.ts))
        self.status = IN_PROGRESS if self.status == OPEN else self.status

    def answers(self, turn: Turn, at: int | None = None, limits: Limits = DEFAULT) -> None:
        """An answer to the customer's message of the same ``ts``, given ``at`` ms."""
        self._answer(turn, ANSWERED, at, limits)

    def clarifies(self, turn: Turn, at: int | None = None, limits: Limits = DEFAULT) -> None:
        """A question back, because the customer was not understood well enough: a failure."""
        self._answer(turn, CLARIFIED, at, limits)
        self.failures += 1

    def fails(self) -> None:
        """Nothing was found to answer with, or it was not understood and nothing is asked."""
        self.failures += 1

    def tells(self, turn: Turn, limits: Limits = DEFAULT) -> None:
        """A notice, as that a person is coming: it changes nothing."""
        self._put(turn, limits)

    def escalates(self, ts: int, priority: str, reasons: Iterable[str], agent_id: str | None = None) -> None:
        """It is handed over, to ``agent_id`` or whoever becomes free; also because of a late message, and after it was resolved."""
        if self.status == RESOLVED:
            self._reopen(ESCALATED, None)
        self.status, self.ended = ESCALATED, False
        self.agent_id = agent_id or self.agent_id
        self.priority = max(self.priority, priority, key=PRIORITIES.index)
        self.reasons = list(reasons)
        self.escalated_ts = ts if self.escalated_ts is None else min(self.escalated_ts, ts)
        self.updated_ts = max(self.updated_ts, ts)

    def goes_to(self, agent_id: str | None) -> None:
        """A person was found for it, or None: a person is looked for again."""
        self.agent_id = agent_id

    def person_says(self, turn: Turn, agent_id: str, limits: Limits = DEFAULT) -> str:
        """A person's message, who has the conversation with it unless it is resolved. → NEW, LATE or DUPLICATE"""
        outcome = self._came(turn, limits)
        if outcome == NEW:
            self.last_word, self.ended = PERSON, False
            self._first_answer(turn.ts)
            if self.status != RESOLVED:
                self._taken(turn.ts, agent_id)
        return outcome

    def changes(self, change: Change) -> str:
        """What a person did with it. → NEW, AGAIN (it is open again) or STALE (nothing happened)"""
        ends, over = change.kind in (SETTLED, CLOSED), self.status == RESOLVED
        if change.ts < self.changed_ts or (ends and (over or change.ts < self.asked_ts)):
            return STALE
        self.changed_ts, self.updated_ts, self.ended = change.ts, max(self.updated_ts, change.ts), False
        if ends:
            self._resolve(change.ts if change.kind == SETTLED else None, change.agent_id or self.agent_id)
            return NEW
        agent_id = change.agent_id or self.agent_id
        if over:
            self._reopen(ESCALATED if agent_id else IN_PROGRESS, agent_id)
        if change.kind == TAKEN:
            self._taken(change.ts, agent_id)
        return AGAIN if over else NEW

    def hears(self, feedback: Feedback, limits: Limits = DEFAULT) -> str:
        """Feedback: a helpful answer resolves, one that was not is a failure, and who needs more reopens it. → NEW, AGAIN or DUPLICATE"""
        if not self._remember("feedback", feedback.feedback_id, limits):
            return DUPLICATE
        self.updated_ts = max(self.updated_ts, feedback.ts)
        self.rating = self.rating if feedback.rating is None else feedback.rating
        if feedback.helpful is False:
            self.failures += 1
            self.last_word = ASKED if self.last_word == ANSWERED else self.last_word
        elif feedback.helpful:
            self.failures = 0
            answered = self.last_word == ANSWERED and feedback.ts >= self.asked_ts and self.status in (OPEN, IN_PROGRESS)
            if answered and not feedback.follow_up:
                self._resolve(feedback.ts, None)
        if not (feedback.follow_up and self.status == RESOLVED):
            return NEW
        self._reopen(IN_PROGRESS, None)
        self.last_word = ASKED
        return AGAIN

    def correct(self, message_id: str, intent: str, limits: Limits = DEFAULT) -> Turn | None:
        """A person says what a message asked for. → the turn as it was understood, or None if it is not in the history any more"""
        self.corrected.pop(message_id, None)
        self.corrected[message_id] = intent
        while len(self.corrected) > limits.history:
            del self.corrected[next(iter(self.corrected))]
        place = next((i for i, turn in enumerate(self.history) if turn.message_id == message_id), None)
        if place is None:
            return None
        turn = self.history[place]
        self.history[place] = replace(turn, intent=intent)
        if turn.sender == USER and turn.ts == self.asked_ts:
            self.intent = intent
        return turn

    def knows(self, message_id: str) -> bool:
        """Whether a message, or the answer to it, is among the last ones: in the history, or its id remembered."""
        if _hashed("message", message_id.removesuffix("/reply")) in self.seen:
            return True
        return any(turn.message_id == message_id for turn in self.history)

    def heeds(self, feedback_id: str, limits: Limits = DEFAULT) -> bool:
        """A comment is heeded. → whether it was not before"""
        return self._remember("comment", feedback_id, limits)

    def mentions(self, entities: Iterable[tuple[str, str]]) -> None:
        """Entities (kind, value) of a message: of those that identify somebody only that there was one is kept."""
        for kind, value in entities:
            self.entities[kind] = PLACEHOLDERS.get(kind, value[:LONGEST_VALUE])

    def learns(self, told: Mapping[str, str | None]) -> None:
        """What a message tells of it, by LEARNT, where that was not known."""
        for name in LEARNT:
            if getattr(self, name) is None:
                setattr(self, name, told[name])

    def due_ms(self, limits: Limits = DEFAULT) -> int:
        """When it ends, or is forgotten, if nothing happens until then."""
        if self.status == ESCALATED:
            return self.updated_ts + limits.forget_escalated_ms
        return self.updated_ts + (limits.forget_ms if self.over else limits.idle_ms)

    @property
    def over(self) -> bool:
        """Whether it ended, by resolution or by being idle."""
        return self.status == RESOLVED or self.ended

    def idles(self) -> None:
        """Nothing happened for so long that it ends: RESOLVED, as of what happened last, if that was an answer; else as it stands."""
        self.ended = True
        if self.last_word == ANSWERED and self.status != ESCALATED:
            self._resolve(self.updated_ts, None)

    def facts(self) -> list[Any]:
        """The state, in the order of the fields."""
        out = list(_VALUES(self))
        for place in _COPIED:
            out[place] = out[place].copy()
        out[_HISTORY] = [list(_OF_TURN(turn)) for turn in self.history]
        return out

    @classmethod
    def of(cls, facts: Iterable[Any]) -> Conversation:
        """The conversation whose ``facts()`` these are."""
        values: list[Any] = [value.copy() if isinstance(value, (list, dict)) else value for value in facts]
        values[_HISTORY] = [Turn(*turn) for turn in values[_HISTORY]]
        return cls(*values)

    def _came(self, turn: Turn, limits: Limits) -> str:
        """A message of the customer's or a person's is put in its place. → NEW, LATE or DUPLICATE"""
        if not self._remember("message", turn.message_id, limits):
            return DUPLICATE
        self._put(turn, limits)
        if turn.ts < max(self.spoken_ts, self.changed_ts):
            return LATE
        self.spoken_ts = turn.ts
        return NEW

    def _answer(self, turn: Turn, word: str, at: int | None, limits: Limits) -> None:
        self._put(turn, limits)
        self._first_answer(turn.ts if at is None else max(at, turn.ts))
        if turn.ts >= self.asked_ts and self.status in (OPEN, IN_PROGRESS):
            self.last_word, self.status = word, IN_PROGRESS

    def _first_answer(self, ts: int) -> None:
        self.answered_ts = ts if self.answered_ts is None else min(self.answered_ts, ts)

    def _put(self, turn: Turn, limits: Limits) -> None:
        """Into the history, behind all that are not younger."""
        place = len(self.history)
        while place and self.history[place - 1].ts > turn.ts:
            place -= 1
        self.history.insert(place, turn if len(turn.text) <= limits.text else replace(turn, text=turn.text[: limits.text]))
        del self.history[: -limits.history]
        self.messages += 1
        self.created_ts = min(self.created_ts or turn.ts, turn.ts)
        self.updated_ts = max(self.updated_ts, turn.ts)

    def _remember(self, kind: str, name: str, limits: Limits) -> bool:
        """Whether this id is none of the last ones."""
        key = _hashed(kind, name)
        if key in self.seen:
            return False
        self.seen.append(key)
        del self.seen[: -limits.remembered]
        return True

    def _taken(self, ts: int, agent_id: str | None) -> None:
        self.status, self.agent_id = ESCALATED, agent_id
        self.escalated_ts = ts if self.escalated_ts is None else min(self.escalated_ts, ts)

    def _resolve(self, ts: int | None, agent_id: str | None) -> None:
        self.status, self.resolved_ts, self.agent_id, self.failures = RESOLVED, ts, agent_id, 0

    def _reopen(self, status: str, agent_id: str | None) -> None:
        self.status, self.agent_id, self.resolved_ts, self.ended = status, agent_id, None, False
        self.reopened += 1


def _hashed(kind: str, name: str) -> str:
    return blake2b(f"{kind} {name}".encode(), digest_size=8).hexdigest()


_FIELDS = tuple(each.name for each in fields(Conversation))
_HISTORY = _FIELDS.index("history")
_COPIED = tuple(_FIELDS.index(name) for name in ("reasons", "entities", "corrected", "seen"))
_VALUES = attrgetter(*_FIELDS)
_OF_TURN = attrgetter(*(each.name for each in fields(Turn)))
