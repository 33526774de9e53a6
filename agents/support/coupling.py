"""What customers say of drivers and charges in; what matching and pricing are told, out.

A complaint about a driver is settled when its conversation is resolved. One of danger is always handed over, so by a person; also when the
conversation was forgotten meanwhile, which settles other complaints.
"""

from __future__ import annotations

from agents.support.book import Book
from agents.support.conversation import Conversation
from agents.support.escalation import Signals
from agents.support.policy import Policy
from agents.support.reading import Row
from agents.support.rows import FLAGS, OVERCHARGES
from agents.support.turns import RESOLVED

CONDUCT_INTENT, FARE_INTENT = "conduct_or_order_quality", "fare_dispute"
DANGER, CONDUCT = "SAFETY", "CONDUCT"
UNKNOWN = ""  # driver


def couple(book: Book, policy: Policy, row: Row, conversation: Conversation, signals: Signals, *, danger: bool) -> None:
    """A safety incident or a complaint about a driver reaches matching, a disputed charge pricing."""
    complains = signals.intents.get(CONDUCT_INTENT, 0.0) >= policy.conduct and signals.sentiment <= policy.displeased
    complain(book, row, conversation, DANGER if danger else CONDUCT if complains else None)
    probability = signals.intents.get(FARE_INTENT, 0.0)
    if conversation.market and probability >= policy.overcharge:
        told = {"market": conversation.market, "conversation_id": conversation.id, "service": signals.service, "ts": row["ts"]}
        book.add(OVERCHARGES, told | {"amount": signals.amount, "probability": probability})


def complain(book: Book, row: Row, conversation: Conversation, reason: str | None) -> None:
    """A message complains about the driver, or (None) may tell whom an earlier complaint is about."""
    told = book.state.flagged.get(conversation.id, {})
    _, before = told.get(UNKNOWN, ["", ""])
    worst = DANGER if DANGER in (reason, before) else reason or before
    if not worst:
        return
    told = book.state.flagged.setdefault(conversation.id, told)
    driver, market = row.get("driver_id") or conversation.driver_id, row.get("market") or conversation.market
    if not driver or not market:
        told[UNKNOWN] = ["", worst]
        return
    told.pop(UNKNOWN, None)
    if told.get(driver, ["", ""])[1] not in (worst, DANGER):
        told[driver] = [market, worst]
        _flag(book, conversation.id, driver, row["ts"], cleared=False)


def resolved(book: Book, conversation: Conversation, ts: int) -> None:
    """If the conversation is, the drivers may drive again."""
    if conversation.status == RESOLVED:
        settle(book, conversation.id, ts, (DANGER, CONDUCT))


def settle(book: Book, conversation_id: str, ts: int, reasons: tuple[str, ...]) -> bool:
    """What was said of these reasons in the conversation holds no longer. → whether there was anything"""
    told = book.state.flagged.get(conversation_id, {})
    over = sorted(driver for driver, (_, reason) in told.items() if reason in reasons)  # states of older dumps have lost their order
    for driver in over:
        if driver != UNKNOWN:
            _flag(book, conversation_id, driver, ts, cleared=True)
        del told[driver]
    if over and not told:
        del book.state.flagged[conversation_id]
    return bool(over)


def _flag(book: Book, conversation_id: str, driver: str, ts: int, *, cleared: bool) -> None:
    market, reason = book.state.flagged[conversation_id][driver]
    told = {"driver_id": driver, "market": market, "conversation_id": conversation_id, "ts": ts}
    book.add(FLAGS, told | {"reason": reason, "cleared": cleared})
