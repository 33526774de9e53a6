"""A customer's message, and what it says, in; it is answered, asked back about, handed over, or noted where a person has the conversation
already, as rows by topic.

Danger comes before all of it, also in late messages and while a person has it.
"""

from __future__ import annotations

from dataclasses import replace

from agents.support.book import Book
from agents.support.conversation import Conversation
from agents.support.coupling import couple
from agents.support.courteous import greeted, polite
from agents.support.danger import everyday
from agents.support.escalation import SAFETY_INTENT, Rule, Signals, fired, urgency
from agents.support.handover import handed_over
from agents.support.hearing import Heard
from agents.support.model import Model
from agents.support.policy import OUT_OF_SCOPE, UNKNOWN, Policy
from agents.support.reading import Read, RefusedError
from agents.support.replies import dangers_of, decide
from agents.support.roster import Need
from agents.support.rows import HANDOVERS, Decided, handover_row
from agents.support.saying import settled
from agents.support.staff import Staff
from agents.support.takeover import suspicion
from agents.support.turns import AI, DUPLICATE, ESCALATED, LATE, MEDIUM, USER, Turn

ACCOUNT_INTENT = "account_access"


class Customers:
    """The customers' side of one step."""

    def __init__(self, book: Book, staff: Staff, model: Model, policy: Policy) -> None:
        self.book, self.state, self.staff, self.model, self.policy = book, book.state, staff, model, policy

    def asked(self, read: Read, heard: Heard) -> None:
        """A customer's message. Raises RefusedError for one that came before."""
        if heard.dangers and not self._endangers(heard):
            heard = replace(heard, dangers=())
        if courtesy := polite(self.state, read.row, heard):
            return greeted(self.book, read, heard, courtesy)
        return self._asked(read, heard)

    def _asked(self, read: Read, heard: Heard) -> None:
        row, book = read.row, self.book
        known = self.state.conversations.get(row["conversation_id"])
        heard = settled(_spoken_before(heard, known), known, self.model.classes)
        language = None if heard.language == UNKNOWN else heard.language
        conversation = book.begun(read, language)
        before, had = conversation.resolution, conversation.status
        shares = heard.shares(self.model.classes)
        intent = Signals(shares).intent or OUT_OF_SCOPE
        turn = Turn(row["message_id"], USER, row["kind"], row["ts"], heard.masked, intent, shares[intent], heard.sentiment)
        came = conversation.asks(turn)
        if came == DUPLICATE:
            raise RefusedError("DuplicateMessage", f"message {row['message_id']} came before", expected=True)
        book.fill(read, language)
        self._learns(conversation, heard, late=came == LATE)
        if conversation.status != had:
            book.event("CONVERSATION_UPDATED", conversation, row["ts"], read, row["message_id"], reason="REOPENED")
        book.understood(read, conversation, heard, intent, shares[intent])
        signals = self._signals(conversation, heard, shares)
        rules = fired(signals, self.state.rules)
        decided = self._decide(read, conversation, heard, signals, rules, late=came == LATE)
        self.state.analytics.said(row["ts"])
        self.state.analytics.resolved(before, conversation.resolution)
        couple(book, self.policy, row, conversation, signals, danger=bool(dangers_of(rules)) and self._grounds(heard, shares))
        book.touch(conversation)
        book.decided(read, conversation, heard, shares, decided)

    def endangered(self, read: Read, conversation: Conversation, text: str) -> None:
        """The comment of feedback speaks of danger: it is handed over, with the masked comment as the customer's last word."""
        row, danger = read.row, self.policy.danger
        conversation.tells(Turn(row["feedback_id"], USER, "TEXT", row["ts"], text, SAFETY_INTENT, danger))
        signals = Signals({SAFETY_INTENT: danger}, safety=danger, service=conversation.service, language=conversation.language)
        rules = fired(signals, self.state.rules)
        self._escalate(read, conversation, signals, Decided("ESCALATED", rules=rules))
        couple(self.book, self.policy, row, conversation, signals, danger=True)

    def _learns(self, conversation: Conversation, heard: Heard, *, late: bool) -> None:
        """What is known of the conversation by now; a late message changes nothing of that."""
        if not late and heard.language != UNKNOWN:
            conversation.language = heard.language
        known = conversation.entities if late else {}
        conversation.mentions((one.kind, one.value) for one in heard.entities if one.kind not in known)

    def _signals(self, conversation: Conversation, heard: Heard, shares: dict[str, float]) -> Signals:
        """What the rules look at. Danger is told by words as well as by the model, whatever the scope."""
        unscoped = dict(zip(self.model.classes, heard.probability.tolist(), strict=True))
        amounts = [_number(one.value) for one in heard.entities if one.kind == "amount"]
        services = [one.value for one in heard.entities if one.kind == "service"]
        account = unscoped.get(ACCOUNT_INTENT, 0.0)
        return Signals(
            intents=shares,
            confidence=max(shares[name] for name in shares if name != OUT_OF_SCOPE),
            safety=max(self.policy.danger if heard.dangers else 0.0, heard.suspicion),
            takeover=suspicion(heard.message.text, heard.language, account) if heard.readable else 0.0,
            sentiment=heard.score,
            failures=conversation.failures,
            asks_for_person=heard.asks_for_person,
            amount=max((amount for amount in amounts if amount is not None), default=None),
            service=services[0] if services else conversation.service,
            language=heard.language,
        )

    def _endangers(self, heard: Heard) -> bool:
        """Whether the words tell of danger; one that everyday speech has, too, does not if the model is sure that there is none."""
        doubted = everyday(heard.dangers) and SAFETY_INTENT in self.model.classes and heard.language != UNKNOWN and heard.readable
        return bool(heard.dangers) and not (doubted and heard.suspicion < self.policy.doubt)

    def _grounds(self, heard: Heard, shares: dict[str, float]) -> bool:
        """Whether danger is likely enough, or was chosen when asked back, for the driver not to be matched until a person has looked: words
        of danger alone are not, where the model can tell."""
        told = SAFETY_INTENT in shares and heard.language != UNKNOWN and heard.readable
        return not told or not max(heard.danger, shares[SAFETY_INTENT]) < self.policy.grounded

    def _decide(self, read: Read, conversation: Conversation, heard: Heard, signals: Signals, rules: list[Rule], *, late: bool) -> Decided:
        """What is done about the message, and done in the conversation."""
        row, state = read.row, self.state
        dangers, held = dangers_of(rules), conversation.status == ESCALATED
        new_danger = bool(dangers) and not (held and dangers <= set(conversation.reasons))
        if (held or late) and not new_danger:
            return Decided("NOTED", rules=rules, agent_id=conversation.agent_id, guards=["late" if late else "a person has it"])
        decided = decide(state, conversation, heard, signals, rules, self.policy)
        if decided.outcome == "ESCALATED":
            self._escalate(read, conversation, signals, decided)
        how = {"ANSWERED": "answered", "ASKED": "clarified", "ESCALATED": "escalated"}[decided.outcome]
        state.analytics.decided(row["ts"], how, signals.confidence, max(0, self.book.now - row["ts"]))
        self._reply(read, conversation, decided)
        return decided

    def _escalate(self, read: Read, conversation: Conversation, signals: Signals, decided: Decided) -> None:
        row, rules = read.row, decided.rules
        priority, danger = urgency(rules) or MEDIUM, bool(dangers_of(rules))
        need = Need(conversation.id, priority, row["ts"], signals.intent, signals.service, signals.language, danger)
        decided.agent_id = self.staff.assign(need)
        conversation.escalates(row["ts"], priority, [rule.name for rule in rules], decided.agent_id)
        reason, who = rules[0].name if rules else "", decided.agent_id
        self.book.event("ESCALATION_TRIGGERED", conversation, row["ts"], read, row["message_id"], reason=reason, agent_id=who)
        over = handed_over(conversation, rules, signals, self.policy.history)
        self.book.add(HANDOVERS, handover_row(over, row["message_id"], row["ts"], self.book.now))

    def _reply(self, read: Read, conversation: Conversation, decided: Decided) -> None:
        """What the customer is told becomes part of the conversation."""
        row = read.row
        turn = Turn(f"{row['message_id']}/reply", AI, "TEXT", row["ts"], decided.reply or "", entry_id=decided.entry_id)
        if decided.outcome == "ANSWERED":
            conversation.answers(turn, self.book.now)
        elif decided.outcome == "ASKED":
            conversation.clarifies(turn, self.book.now)
        else:
            conversation.tells(turn)
        self.book.event("MESSAGE_SENT", conversation, row["ts"], read, turn.message_id, sender=AI, text=turn.text)


def _spoken_before(heard: Heard, conversation: Conversation | None) -> Heard:
    """What is of no known language is taken to be of that which its conversation was in before."""
    before = conversation.language if conversation else None
    return heard if heard.language != UNKNOWN or before is None else replace(heard, language=before)


def _number(value: str) -> float | None:
    """The number an amount begins with."""
    first = value.partition(" ")[0]
    try:
        return float(first)
    except ValueError:
        return None
