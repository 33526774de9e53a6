"""The entry that answers, and what the conversation is about, in; the text that the customer is sent out, which cites the entry.

Answers are the entries' own, word for word; around them stand fixed phrases. What comes from a customer is only ever put into a slot, cut,
and escaped: it is never read as a template, as markup, or as an instruction. How an order stands is not known here and never said.
"""

from __future__ import annotations

import html
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.support.entries import Entry
from agents.support.phrase_lists import CLOSINGS, INTENT_NAMES, OR, OTHER_LANGUAGE, OWN_NAMES, SERVICE_NAMES
from agents.support.phrases import PHRASES
from agents.support.policy import INTENTS, LANGUAGES, SERVICES

ENGLISH, SAFETY = "en", "safety"
UNSPACED = ("zh", "ja")  # no blank between sentences
LONGEST = 40  # characters of an order's id that are shown


@dataclass(frozen=True, slots=True)
class Reply:
    """``text``: plain, one line a part; ``entry_id``: what it cites; ``questions``: others that entries answer, to be offered with it."""

    text: str
    entry_id: str
    questions: tuple[str, ...] = ()


def compose(
    entry: Entry,
    language: str,
    entities: Mapping[str, str],
    *,
    sentiment: str = "neutral",
    asks_status: bool = False,
    others: Sequence[Entry] = (),
    most: int = 3,
    turn: int = 0,
) -> Reply:
    """The entry's answer, opened and closed in the customer's language, with up to ``most`` questions of ``others``, the best first.

    ``entities``: kind → value, as the conversation has them; ``asks_status``: the customer asks how an order stands now; ``turn``: how many
    replies the conversation has had, so that the same closing does not come twice in a row.
    """
    language = served(language)
    opening = [_mood(entry, language, sentiment), _about(entry, language, entities), PHRASES["status"][language] if asks_status else ""]
    parts = [_joined(opening, language)]
    if entry.language != language:
        parts.append(PHRASES["in_english"][language])
    parts.append(entry.answer)
    if entry.category != SAFETY:
        first = zlib.crc32(entry.topic.encode())
        parts.append(CLOSINGS[language][(first + turn) % len(CLOSINGS[language])])
    return Reply("\n".join(filter(None, parts)), entry.entry_id, suggested(entry, others, most))


def suggested(entry: Entry, others: Sequence[Entry], most: int) -> tuple[str, ...]:
    """Questions of other entries in the entry's language, one a topic, in their order, at most ``most``."""
    topics = {entry.topic: entry.question}
    for other in others:
        if other.language == entry.language:
            topics.setdefault(other.topic, other.question)
    return tuple(topics.values())[1 : max(0, most) + 1]


def which_of(intents: Sequence[str], language: str) -> str:
    """Asks which of two or three intents was meant. Raises ValueError for others, or for another number of them."""
    if not 2 <= len(dict.fromkeys(intents)) == len(intents) <= 3 or any(intent not in INTENTS for intent in intents):
        raise ValueError(f"which of {list(intents)} was meant cannot be asked: give two or three different ones of {', '.join(INTENTS)}")
    language = served(language)
    names = [INTENT_NAMES[language][INTENTS.index(intent)] for intent in intents]
    between, last = OR[language]
    choices = between.join(names[:-1]) + last + names[-1]
    return PHRASES["which"][language].format(choices=choices)


def handing_over(language: str, urgent: bool = False) -> str:
    """Says that a person takes over; ``urgent``: the safety team, at once."""
    return PHRASES["urgent" if urgent else "handing_over"][served(language)]


def cannot_tell_status(language: str, entities: Mapping[str, str] | None = None) -> str:
    """Says that how an order stands is not known here, and where it is shown."""
    language = served(language)
    return _joined([_order(language, entities or {}), PHRASES["no_status"][language]], language)


def not_known(language: str) -> str:
    """Says that there is no answer to this, and what to do."""
    return PHRASES["not_known"][served(language)]


def not_readable(language: str) -> str:
    """Asks for words where a message had none."""
    return PHRASES["not_readable"][served(language)]


def served_languages() -> str:
    """Says in which languages there are answers, in English and by their own names, where a text is in none of them."""
    return OTHER_LANGUAGE.format(names=", ".join(OWN_NAMES.values()))


def served(language: str) -> str:
    """The language itself, or English for one that is not served."""
    return language if language in LANGUAGES else ENGLISH


def shown(value: str, longest: int = LONGEST) -> str:
    """A customer's value as plain text that nothing reads anything into: one line, printable, not long, with markup escaped."""
    kept = "".join(char if char.isprintable() else " " for char in value[: 2 * longest])
    kept = " ".join(kept.split())
    return html.escape(kept if len(kept) <= longest else kept[: longest - 1].rstrip() + "…", quote=False)


def _joined(sentences: Sequence[str], language: str) -> str:
    """Those that are not empty, as one line."""
    return ("" if language in UNSPACED else " ").join(filter(None, sentences))


def _mood(entry: Entry, language: str, sentiment: str) -> str:
    """What a message's sentiment asks for: sympathy; thanks, but not where somebody's safety is at stake."""
    if sentiment == "negative":
        return PHRASES["sorry"][language]
    return PHRASES["glad"][language] if sentiment == "positive" and entry.category != SAFETY else ""


def _about(entry: Entry, language: str, entities: Mapping[str, str]) -> str:
    """The order, or else the service, if the entry is for it and not for all."""
    order = _order(language, entities)
    service = entities.get("service", "")
    if order or service not in SERVICES or service not in entry.services:
        return order
    return f"{SERVICE_NAMES[language][SERVICES.index(service)]}:"


def _order(language: str, entities: Mapping[str, str]) -> str:
    order = shown(entities.get("order_id", ""))
    return PHRASES["about_order"][language].format(order=order) if order and order != "[order_id]" else ""
