"""A cleaned text in; whether it asks for a person instead of a machine, and which of two offers it chooses, in fifteen languages, out.

Word lists, not a model: what is asked so plainly is to be got, and nobody is to be handed over for having praised an agent. A text is
looked at clause by clause, without case and accents. In languages with blanks a clause asks for a person by

- talking to one: ``talk`` … ``strong``, or ``strong`` … ``after`` where verbs come last; with ``weak`` words only after a word of ``ask``,
- wanting one: ``want`` … ``strong``,
- naming one and nothing but ``polite`` words: ``bare``,

unless it says ``never``; and by one of the ``phrases`` in any case. "…" is up to three words without digits.

Where it was asked back which of two or three intents was meant, a text chooses one by its place ("2", "the first one"), or by words of its
name that the others' names have not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from agents.support.asking_elsewhere import PHRASES
from agents.support.asking_scripts import UNSPACED, WORDS
from agents.support.asking_words import Words
from agents.support.phrase_lists import AROUND, INTENT_NAMES, NOT, NUMBERS, ORDINALS
from agents.support.phrases import PHRASES as SAID
from agents.support.policy import INTENTS, LANGUAGES
from agents.support.text import MARKS
from agents.support.view import branched

_CLAUSES = re.compile(r"[.,;:!?…。、،؛؟~\n()\"]+")
_ALIKE = str.maketrans({"ł": "l", "ø": "o", "æ": "ae", "’": "'", "ʼ": "'", "`": "'", "ى": "ي", "ة": "ه", "ـ": None})  # noqa: RUF001
_WORDS = re.compile(r"[^\W_]+")
CRAMPED = ("zh", "ja", "ko")  # words that a blank does not always part
_STEM = 5  # letters that words have in common that mean the same
_LONGEST = 100  # characters of a text that only chooses
_GAP = r"(?: [^ \d]+)"


@dataclass(frozen=True, slots=True)
class Patterns:
    """Of one language: ``wishes`` count unless ``never`` is there too."""

    wishes: re.Pattern[str]
    never: re.Pattern[str]
    phrases: re.Pattern[str]

    def ask(self, clause: str) -> bool:
        """Whether a folded clause asks for a person."""
        if self.wishes.search(clause) and not self.never.search(clause):
            return True
        return self.phrases.search(clause) is not None


def asks_for_person(text: str, language: str | None = None) -> bool:
    """Whether ``text`` (see text.cleaned) asks for a person, in its language or English; in any if its language is not known.

    In one that is not served in any case: what a short text is taken to be in may be wrong.
    """
    clauses = [" ".join(clause.split()) for clause in _CLAUSES.split(folded(text))]
    for name in dict.fromkeys((language, "en")) if language in WORDS else WORDS:
        patterns = _patterns(str(name))
        for clause in clauses:
            if clause and patterns.ask(clause.replace(" ", "") if name in UNSPACED else clause):
                return True
    elsewhere = _elsewhere()
    return any(elsewhere.search(clause) for clause in clauses)


@lru_cache(maxsize=256)  # a message is asked about several times in a step
def folded(text: str) -> str:
    """Without case, accents, vowel signs and the like."""
    low = text.casefold()
    if not low.isascii():
        low = unicodedata.normalize("NFC", unicodedata.normalize("NFD", low).translate(MARKS))
    return low.translate(_ALIKE)


@cache
def _patterns(language: str) -> Patterns:
    words = WORDS[language]
    wishes = _bare(words) if language in UNSPACED else "|".join((*_spaced(words), _bare(words)))
    edges = ("", "") if language in UNSPACED else (r"(?<!\w)", r"(?!\w)")
    wishes, never, phrases = (edges[0] + f"(?:{part})" + edges[1] for part in (wishes, words.never or "(?!)", words.phrases))
    return Patterns(*(re.compile(folded(part)) for part in (wishes, never, phrases)))


@cache
def _elsewhere() -> re.Pattern[str]:
    """Of languages that are not served: what a short text in one of them is taken to be in is any that is alike."""
    return re.compile(rf"(?<!\w){branched('|'.join(folded(part) for part in PHRASES.values()))}")


def _spaced(words: Words) -> list[str]:
    """A clause talks to somebody, or wants somebody."""
    strong, weak, talk, ask, want = map(branched, (words.strong, words.weak, words.talk, words.ask, words.want))
    asked = f"(?:^|{ask}{_GAP}{{0,3}} )"
    out = [f"{talk}{_GAP}{{0,3}} {strong}", f"{asked}{talk}{_GAP}{{0,1}} {weak}", f"{want}{_GAP}{{0,2}} {strong}"]
    if words.after:
        out += [f"{strong}{_GAP}{{0,2}} (?:{words.after})", f"{asked}(?:(?:mit|met) )?{weak}{_GAP}{{0,2}} (?:{words.after})"]
    return out


def _bare(words: Words) -> str:
    """A clause of nothing but a person and politeness."""
    polite = f"(?:{words.polite})"
    return f"^(?:{polite} ?){{0,4}}(?:{words.bare})(?: ?{polite}){{0,4}}$"


def offered(reply: str, language: str | None = None) -> tuple[str, ...]:
    """The intents that a reply asks to choose from (see reply.which_of), in its order; none if it asks no such thing."""
    for name in dict.fromkeys((language if language in LANGUAGES else LANGUAGES[0], *LANGUAGES)):
        before, _, after = SAID["which"][str(name)].partition("{choices}")
        if reply.startswith(before) and reply.endswith(after):
            places = {intent: reply.find(called, len(before)) for intent, called in zip(INTENTS, INTENT_NAMES[str(name)], strict=True)}
            return tuple(sorted((intent for intent, place in places.items() if place >= 0), key=places.__getitem__))
    return ()


def chosen(text: str, intents: Sequence[str], language: str | None) -> str | None:
    """Which of ``intents``, offered in this order and language, a cleaned text chooses; None if it says something else.

    >>> chosen("the second one please", ("lost_item", "cancel_refund"), "en")
    'cancel_refund'
    >>> chosen("refund", ("lost_item", "cancel_refund"), "en")
    'cancel_refund'
    >>> chosen("not a refund", ("lost_item", "cancel_refund"), "en") is None
    True
    """
    if not intents or len(text) > _LONGEST:
        return None
    known = language if language in LANGUAGES else LANGUAGES[0]
    said = [_western(word) for word in _WORDS.findall(folded(text).replace("'", " "))]
    for name in dict.fromkeys((str(known), "en")):
        if (place := _place(said, name)) is not None:
            return intents[place] if place < len(intents) else None
    return _named(said, intents, str(known))


def _western(word: str) -> str:
    return "".join(str(unicodedata.digit(char)) if char.isdigit() else char for char in word) if not word.isascii() else word


def _place(said: Sequence[str], language: str) -> int | None:
    """The place, from 0 on, that is all that is said; -1 for the last."""
    ways = _places(language)
    text = ("" if language in CRAMPED else " ").join(said)
    for place, way in ways:
        if way.fullmatch(text):
            return place
    return None


@cache
def _places(language: str) -> tuple[tuple[int, re.Pattern[str]], ...]:
    """What says each place, with nothing but words of AROUND."""
    blank = "" if language in CRAMPED else " "
    around = f"(?:{_any_of(AROUND[language])})"
    ways = [(-1 if at == len(NUMBERS[language]) else at, words) for at, words in enumerate(ORDINALS[language])]
    ways += enumerate(NUMBERS[language])
    return tuple((place, re.compile(f"(?:{around}{blank})*(?:{_any_of(words)})(?:{blank}{around})*")) for place, words in ways)


def _any_of(words: str) -> str:
    return branched("|".join(sorted(folded(words).split(), key=len, reverse=True)))


def _named(said: Sequence[str], intents: Sequence[str], language: str) -> str | None:
    """The intent whose name has most of what is said, more than any other that was offered, and something that no other at all has."""
    parts = _said_of(" ".join(said), language)
    alike = {intent: {part for part in parts if any(_alike(part, own, language) for own in name)} for intent, name in _names(language)}
    best = max(intents, key=lambda intent: len(alike[intent]))
    most = len(alike[best])
    if 2 * most <= len(parts) or any(len(alike[intent]) == most for intent in intents if intent != best):
        return None
    if alike[best] <= set().union(*(alike[intent] for intent in INTENTS if intent != best)):
        return None
    denied = set(said) & set(folded(NOT).split()) - alike[best]
    return None if denied else best


@cache
def _names(language: str) -> tuple[tuple[str, set[str]], ...]:
    return tuple((intent, _said_of(folded(name), language)) for intent, name in zip(INTENTS, INTENT_NAMES[language], strict=True))


def _said_of(text: str, language: str) -> set[str]:
    """The words of a folded text that say something; of languages without blanks, or with endings, each two characters."""
    if language in CRAMPED:
        joined = re.sub(_any_of(AROUND[language]), " ", "".join(_WORDS.findall(text)))
        return {run[at : at + 2] for run in joined.split() for at in range(max(1, len(run) - 1))}
    around = set(folded(AROUND[language]).split())
    return {word for word in _WORDS.findall(text.replace("'", " ")) if len(word) > 2 and word not in around}


def _alike(one: str, other: str, language: str) -> bool:
    return one == other or (language not in CRAMPED and min(len(one), len(other)) > 3 and one[:_STEM] == other[:_STEM])
