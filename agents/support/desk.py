"""A task's state and the records of one step in; what support does about each, as rows by topic, and the records it refuses, out.

Here is what persons of support and time do to conversations; what customers write is for agents.support.customers.
"""

from __future__ import annotations

from collections.abc import Callable

from agents.support.book import Book
from agents.support.conversation import Conversation
from agents.support.coupling import CONDUCT, DANGER, resolved, settle
from agents.support.courtesies import cites_courtesy
from agents.support.customers import Customers
from agents.support.danger import dangers
from agents.support.early import FOLLOWERS
from agents.support.hearing import Heard
from agents.support.model import Model, understand
from agents.support.policy import OUT_OF_SCOPE, Policy
from agents.support.privacy import masked
from agents.support.reading import CHANGES, FEEDBACK, MESSAGES, Read, RefusedError, Rejection, Row, known_language
from agents.support.staff import Staff
from agents.support.state import SupportState
from agents.support.text import cleaned
from agents.support.turns import (
    AGAIN,
    ASKED,
    CLOSED,
    DUPLICATE,
    ESCALATED,
    NEW,
    PERSON,
    REOPENED,
    RESOLVED,
    SETTLED,
    STALE,
    SYSTEM,
    USER,
    Change,
    Feedback,
    Resolution,
    Turn,
)


class Desk:
    """One step's work. Rows by topic come into ``book``, records that cannot be decided on into ``rejected``."""

    def __init__(self, state: SupportState, model: Model, policy: Policy, now: int, rejected: list[Rejection]) -> None:
        self.state, self.model, self.policy, self.rejected = state, model, policy, rejected
        self.book = Book(state, now)
        self.staff = Staff(self.book, policy)
        self.customers = Customers(self.book, self.staff, model, policy)

    def take(self, read: Read, heard: Heard | None) -> None:
        """A message, and what waited for it, feedback, or a change of a conversation."""
        self.pass_time(read.row["ts"])
        if read.topic in FOLLOWERS and self._waits(read):
            self.state.early.park(read)
        else:
            self._take(read, heard)
        if read.topic == MESSAGES:
            for each in self.state.early.wanted(read.row["conversation_id"]):
                self.take(each, None)
        self.staff.free()

    def _take(self, read: Read, heard: Heard | None) -> None:
        judged = self._comment if read.row.get("comment") else self._feedback
        follows: dict[str, Callable[[Read], None]] = {FEEDBACK: judged, CHANGES: self._change}
        try:
            if heard is not None:
                self.customers.asked(read, heard)
            else:
                follows.get(read.topic, self._said)(read)
        except RefusedError as refused:
            row = read.row if read.topic in FOLLOWERS else None
            self.rejected.append(Rejection(read.topic, read.offset, refused.error, str(refused), refused.expected, row))

    def _waits(self, read: Read) -> bool:
        """Whether feedback or a change is about a conversation or message that may still come. Comments do not wait."""
        row = read.row
        if row.get("comment") or row["conversation_id"] in self.state.flagged or row["ts"] + self.policy.early_ttl_ms < self.state.clock():
            return False
        conversation, about = self.state.conversations.get(row["conversation_id"]), row.get("message_id")
        return conversation is None or (about is not None and not conversation.knows(about))

    def pass_time(self, ts: int | None = None) -> None:
        """It is ``ts``, or later by the steps' time: idle conversations end, ended ones are forgotten, and who waits may be helped."""
        clock = self.state.clock(ts)
        for read in self.state.early.expired(clock, self.policy):
            self._take(read, None)
        ended, forgotten = self.state.conversations.passed(clock)
        for conversation in ended:
            self.state.analytics.resolved(None, conversation.resolution)
            self.book.event("CONVERSATION_UPDATED", conversation, conversation.updated_ts, None, reason="IDLE")
            self.staff.settle(conversation, clock)
            resolved(self.book, conversation, clock)
        just_ended = {conversation.id for conversation in ended}
        for conversation in forgotten:
            self.staff.release(conversation.id)
            settle(self.book, conversation.id, clock, (CONDUCT,))
            self.book.forget(conversation, ended=conversation.id in just_ended)
        self.staff.free()

    def _said(self, read: Read) -> None:
        """A message of a person of support, or a notice of a system."""
        row = read.row
        conversation = self.book.begun(read, known_language(row["language"]))
        before, turn = conversation.resolution, self._turn(row, conversation)
        if row["sender"] == SYSTEM:
            if any(one.message_id == turn.message_id for one in conversation.history):
                raise RefusedError("DuplicateMessage", f"message {row['message_id']} came before", expected=True)
            conversation.tells(turn)
        else:
            self._person_says(row, turn, conversation)
        self.book.fill(read, known_language(row["language"]))
        who = {"sender": row["sender"], "text": turn.text, "agent_id": row["agent_id"]}
        self.book.event("MESSAGE_SENT", conversation, row["ts"], read, row["message_id"], **who)
        self._happened(conversation, row["ts"], before)

    def _turn(self, row: Row, conversation: Conversation) -> Turn:
        text = cleaned(row["text"], self.policy.longest).text
        language = known_language(row["language"]) or conversation.language or understand(self.model, [text]).languages[0]
        return Turn(row["message_id"], row["sender"], row["kind"], row["ts"], masked(text, language))

    def _person_says(self, row: Row, turn: Turn, conversation: Conversation) -> None:
        waited = row["ts"] - conversation.asked_ts if conversation.last_word == ASKED else None
        came = conversation.person_says(turn, row["agent_id"])
        if came == DUPLICATE:
            raise RefusedError("DuplicateMessage", f"message {row['message_id']} came before", expected=True)
        self.state.analytics.said(row["ts"], row["agent_id"])
        if waited is not None and came == NEW:
            self.state.analytics.replied(row["ts"], row["agent_id"], max(0, waited))

    def _feedback(self, read: Read) -> None:
        """A customer's judgement, or a person's correction, without its comment."""
        row = read.row
        conversation = self._known(row)
        before, person = conversation.resolution, conversation.agent_id if conversation.last_word == PERSON else None
        asked, cited = _about(conversation, row)
        if row["corrected_intent"] is not None and asked is None:
            raise RefusedError("UnknownMessage", f"message {row['message_id']} is not in the conversation's history", expected=True)
        given = Feedback(row["feedback_id"], row["ts"], row["rating"], row["helpful"], row["follow_up"], row["message_id"])
        came = conversation.hears(given)
        if came == DUPLICATE:
            raise RefusedError("DuplicateFeedback", f"feedback {row['feedback_id']} came before", expected=True)
        self.state.analytics.rated(given, None if row["message_id"] and cited else person)
        told = {"rating": row["rating"], "helpful": row["helpful"], "follow_up": row["follow_up"], "agent_id": row["agent_id"]}
        self.book.event("FEEDBACK_SUBMITTED", conversation, row["ts"], read, row["message_id"], **told)
        if came == AGAIN or (conversation.resolution != before):
            reason = "REOPENED" if came == AGAIN else RESOLVED
            self.book.event("CONVERSATION_UPDATED", conversation, row["ts"], read, row["message_id"], reason=reason)
        if row["corrected_intent"] is not None and asked is not None:
            self._correct(conversation, asked, row["corrected_intent"].lower())
        elif row["helpful"] is not None and cited is not None:
            self._judge(conversation, asked, cited, row["helpful"])
        self._happened(conversation, row["ts"], before)

    def _correct(self, conversation: Conversation, asked: Turn, right: str) -> None:
        """The model learns what a message asked for, once, however often it is said; and whether it knew."""
        already = conversation.corrected.get(asked.message_id)
        conversation.correct(asked.message_id, right)
        if already is None:
            self.state.learner.judge(asked.intent == right)
        if already != right and right in (*self.model.classes, OUT_OF_SCOPE):
            seen = understand(self.model, [asked.text], None, [conversation.language])
            self.state.learner.correct(asked.text, seen.probability[0], float(seen.outside[0]), right)

    def _judge(self, conversation: Conversation, asked: Turn | None, cited: Turn, helpful: bool) -> None:
        """The entry that was cited gains or loses by it, and what helped was understood."""
        self.state.entries.judged(cited.entry_id or "", helpful)
        self.state.learner.judge(helpful)
        if helpful and asked is not None and self.state.learner.models and asked.intent in self.model.classes:
            seen = understand(self.model, [asked.text], None, [conversation.language])
            self.state.learner.confirm(asked.text, seen.probability[0], float(seen.outside[0]), asked.intent or "")

    def _comment(self, read: Read) -> None:
        """A customer's comment is looked at for danger only; one that speaks of it begins its conversation where that is not known."""
        row, conversation = read.row, self.state.conversations.get(read.row["conversation_id"])
        text = cleaned(row["comment"], self.policy.longest).text
        language = (conversation and conversation.language) or understand(self.model, [text]).languages[0]
        if row["agent_id"] or not dangers(text, language):
            return
        conversation = self.book.begun(read, language)
        if conversation.heeds(row["feedback_id"]):
            before = conversation.resolution
            self.customers.endangered(read, conversation, masked(text, language))
            self._happened(conversation, row["ts"], before)

    def _change(self, read: Read) -> None:
        """What a person did with a conversation."""
        row, kind = read.row, read.row["change"]
        known = self.state.conversations.get(row["conversation_id"])
        if known is None and kind in (SETTLED, CLOSED) and settle(self.book, row["conversation_id"], row["ts"], (DANGER, CONDUCT)):
            return
        conversation = self._known(row)
        before, over = conversation.resolution, conversation.status == RESOLVED
        if conversation.changes(Change(kind, row["ts"], row["agent_id"])) == STALE:
            raise RefusedError("StaleChange", f"{kind} at {row['ts']} is older than what happened since", expected=True)
        if kind == REOPENED and over and not row["agent_id"] and conversation.status == ESCALATED:
            conversation.goes_to(None)  # whoever resolved it may have left: to who fits best now
        who = row["agent_id"] or conversation.agent_id
        self.book.event("CONVERSATION_UPDATED", conversation, row["ts"], read, reason=kind, agent_id=who)
        self._happened(conversation, row["ts"], before)

    def _happened(self, conversation: Conversation, ts: int, before: Resolution | None) -> None:
        """Something was done with the conversation, whose resolution was ``before``."""
        self.state.analytics.resolved(before, conversation.resolution)
        resolved(self.book, conversation, ts)
        self.staff.settle(conversation, ts)
        self.book.touch(conversation)

    def _known(self, row: Row) -> Conversation:
        conversation = self.state.conversations.get(row["conversation_id"])
        if conversation is None:
            message = f"conversation {row['conversation_id']} is not known, or forgotten, and was waited for"
            raise RefusedError("UnknownConversation", message, expected=True)
        return conversation


def _about(conversation: Conversation, row: Row) -> tuple[Turn | None, Turn | None]:
    """The customer's message that feedback is about, and the answer that cited an entry; about no message: the last of these."""
    name = row["message_id"]
    answers = [(turn.message_id.removesuffix("/reply"), turn) for turn in conversation.history if turn.entry_id]
    cited = [turn for asked, turn in answers if name in (asked, turn.message_id) or (name is None and not cites_courtesy(turn.entry_id))]
    asked_id = cited[-1].message_id.removesuffix("/reply") if cited else name
    asked = next((turn for turn in conversation.history if turn.sender == USER and turn.message_id == asked_id), None)
    return asked, cited[-1] if cited else None
