"""A customer's message that is a courtesy and nothing else in; the conversation, greeted back or closed, as rows by topic, out.

Each reply is an entry of the knowledge base, word for word. However often it is said, it escalates nothing, fails nothing and reopens
nothing; thanks, agreement or a goodbye after an answer resolve the conversation, as a helpful judgement does. In figures it is a message
that was answered automatically. Where a person has the conversation, it is noted for the person.
"""

from __future__ import annotations

from dataclasses import replace

from agents.support.book import Book
from agents.support.coupling import complain, resolved
from agents.support.courtesies import CLOSING, TOPICS, Courtesy, courtesy_of
from agents.support.courtesy_words import AGREED, GREETING
from agents.support.entries import Entry
from agents.support.hearing import Heard
from agents.support.phrases import PHRASES
from agents.support.policy import LANGUAGES, OUT_OF_SCOPE
from agents.support.reading import Read, RefusedError, Row, known_language
from agents.support.reply import ENGLISH
from agents.support.rows import Decided
from agents.support.state import SupportState
from agents.support.turns import AI, ANSWERED, DUPLICATE, ESCALATED, LATE, RESOLVED, USER, Turn

INTENT = "general_support"  # what a courtesy is counted as, surely


def polite(state: SupportState, row: Row, heard: Heard) -> Courtesy | None:
    """The courtesy that a message is, in the language to reply in; None if it is anything else, or no entry answers it."""
    if heard.dangers or heard.asks_for_person:
        return None
    known = state.conversations.get(row["conversation_id"])
    own, before = known_language(row["language"]), known.language if known else None
    answered = known is not None and (known.last_word == ANSWERED or known.status == RESOLVED)
    asked = [language for language in (own, before, heard.language) if language in LANGUAGES]
    courtesy = courtesy_of(heard.message.text, asked, answered)
    if courtesy is None:
        return None
    said = courtesy.language if courtesy.language != ENGLISH else before or ENGLISH  # all the world says thanks and ok
    kind = GREETING if courtesy.kind == AGREED and not answered else courtesy.kind  # to nothing: how can we help?
    found = Courtesy(kind, own or said)
    return found if _entry(state, found) is not None else None


def greeted(book: Book, read: Read, heard: Heard, courtesy: Courtesy) -> None:
    """What is done about it, and done in the conversation. Raises RefusedError for a message that came before."""
    row, state = read.row, book.state
    heard = replace(heard, language=courtesy.language, outside=0.0, inside=(INTENT,))
    conversation = book.begun(read, heard.language)
    before = conversation.resolution
    turn = Turn(row["message_id"], USER, row["kind"], row["ts"], heard.masked, sentiment=heard.sentiment)
    came = conversation.greets(turn, closes=courtesy.kind in CLOSING)
    if came == DUPLICATE:
        raise RefusedError("DuplicateMessage", f"message {row['message_id']} came before", expected=True)
    book.fill(read, heard.language)
    book.understood(read, conversation, heard, INTENT, 1.0)
    held, late = conversation.status == ESCALATED, came == LATE
    if held or late:
        decided = Decided("NOTED", agent_id=conversation.agent_id, guards=["late" if late else "a person has it"])
    else:
        decided = _reply(book, read, courtesy)
        conversation.greets_back(_turn(row, decided), book.now)
        book.event("MESSAGE_SENT", conversation, row["ts"], read, f"{row['message_id']}/reply", sender=AI, text=decided.reply)
        state.analytics.decided(row["ts"], "answered", 1.0, max(0, book.now - row["ts"]))
    if conversation.resolution != before:
        book.event("CONVERSATION_UPDATED", conversation, row["ts"], read, row["message_id"], reason=RESOLVED)
    state.analytics.said(row["ts"])
    state.analytics.resolved(before, conversation.resolution)
    complain(book, row, conversation, None)
    resolved(book, conversation, row["ts"])
    book.touch(conversation)
    book.decided(read, conversation, heard, {INTENT: 1.0, OUT_OF_SCOPE: 0.0}, decided)


def _reply(book: Book, read: Read, courtesy: Courtesy) -> Decided:
    entry = _entry(book.state, courtesy)
    assert entry is not None
    book.state.entries.cited(entry.entry_id)
    translated = entry.language == courtesy.language
    text = entry.answer if translated else f"{PHRASES['in_english'][courtesy.language]}\n{entry.answer}"
    return Decided("ANSWERED", text, entry.entry_id, guards=[f"courtesy: {courtesy.kind.lower()}"])


def _turn(row: Row, decided: Decided) -> Turn:
    return Turn(f"{row['message_id']}/reply", AI, "TEXT", row["ts"], decided.reply or "", entry_id=decided.entry_id)


def _entry(state: SupportState, courtesy: Courtesy) -> Entry | None:
    """The entry that answers a courtesy, in English where there is none in its language."""
    names = (f"{TOPICS[courtesy.kind]}.{language}" for language in (courtesy.language, ENGLISH))
    return next((state.entries[name] for name in names if name in state.entries), None)
