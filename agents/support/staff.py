"""What becomes of conversations in; who of the persons of support has each, or that it waits for one, out.

A conversation that is ESCALATED is somebody's, or waits; any other is nobody's. Whoever changes a conversation says so (`settle`).
"""

from __future__ import annotations

from agents.support.book import Book
from agents.support.conversation import Conversation
from agents.support.escalation import Signals
from agents.support.handover import handed_over
from agents.support.policy import Policy
from agents.support.roster import Need
from agents.support.rows import HANDOVERS, handover_row
from agents.support.turns import ESCALATED, URGENT, USER

NEVER = 1 << 62


class Staff:
    """The persons' side of one step."""

    def __init__(self, book: Book, policy: Policy) -> None:
        self.book, self.state, self.policy = book, book.state, policy

    def assign(self, need: Need) -> str | None:
        """Who gets a conversation that needs somebody; None: it waits."""
        before = self.state.people.holder(need.conversation_id)
        found = self.state.people.assign(need)
        if found is None:
            self.state.look_at = min(self.state.look_at, need.since + self.state.people.patience_ms)
        elif found != before:
            self.state.analytics.assigned(need.since, found)
        return found

    def settle(self, conversation: Conversation, ts: int) -> None:
        """The conversation is as it is now: it is released, taken by its person, or looked for somebody."""
        people, agent_id = self.state.people, conversation.agent_id
        if conversation.status != ESCALATED:
            self.release(conversation.id)
        elif agent_id is None:
            if found := self.assign(_need(conversation, ts)):
                self._goes_to(conversation, found)
        elif people.holder(conversation.id) != agent_id:
            people.take(_need(conversation, ts), agent_id)
            self.state.analytics.assigned(ts, agent_id)
            self.state.look_at = 0  # whoever had it may be free

    def release(self, conversation_id: str) -> None:
        """Nobody is needed for it any more."""
        if self.state.people.release(conversation_id) is not None:
            self.state.look_at = 0

    def left(self, agent_id: str, waiting: list[str]) -> None:
        """A person is new, has changed or left; ``waiting``: conversations that the person had."""
        self.state.look_at = 0
        for conversation in filter(None, map(self.state.conversations.get, waiting)):
            conversation.goes_to(None)
            self.book.touch(conversation)
            self.book.event("CONVERSATION_UPDATED", conversation, self.state.clock(), None, reason="UNASSIGNED", agent_id=agent_id)

    def free(self) -> None:
        """Conversations that waited go to the persons who became free."""
        clock = self.state.clock()
        if clock < self.state.look_at:
            return
        people = self.state.people
        for found in people.freed(clock):
            conversation = self.state.conversations.get(found.conversation_id)
            if conversation is None:
                people.release(found.conversation_id)
                continue
            self.state.analytics.assigned(clock, found.agent_id)
            self._goes_to(conversation, found.agent_id)
        late = people.next_late(clock)
        self.state.look_at = NEVER if late is None else late

    def _goes_to(self, conversation: Conversation, agent_id: str) -> None:
        """A person was found after a while, and gets what there is to know."""
        clock = self.state.clock()
        conversation.goes_to(agent_id)
        self.book.touch(conversation)
        self.book.event("CONVERSATION_UPDATED", conversation, clock, None, reason="ASSIGNED", agent_id=agent_id)
        last = next((turn for turn in reversed(conversation.history) if turn.sender == USER), None)
        signals = Signals(intents={last.intent: last.confidence or 0.0} if last and last.intent else {})
        over = handed_over(conversation, (), signals, self.policy.history)
        self.book.add(HANDOVERS, handover_row(over, last.message_id if last else None, clock, self.book.now))


def _need(conversation: Conversation, ts: int) -> Need:
    danger = conversation.priority == URGENT
    return Need(conversation.id, conversation.priority, ts, conversation.intent, conversation.service, conversation.language, danger)
