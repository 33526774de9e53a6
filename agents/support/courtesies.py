"""A cleaned text in; whether it is a courtesy and nothing else, of which kind and in which language, out.

A greeting, thanks, agreement (*ok*, 👍) or goodbye asks for nothing: no model has to tell what it means, and no person is needed. Only a
text that consists of the words of courtesies (agents.support.courtesy_words) from its beginning to its end is one, so whatever else a
customer writes, danger above all, takes its usual way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from agents.support.asking import folded
from agents.support.courtesy_words import AGREED, FILLER, GOODBYE, GREETING, KINDS, SIGNS, THANKS, WORDS
from agents.support.policy import LANGUAGES

UNSPACED = ("zh", "ja", "ko")  # where words may be written without blanks
LONGEST = 120  # characters
TOPICS = {GREETING: "support.greeting", THANKS: "support.thanks", AGREED: "support.agreed", GOODBYE: "support.goodbye"}
CLOSING = (THANKS, AGREED, GOODBYE)  # after an answer they say that it was one

_PARTS = re.compile("[^\\W_]+|[" + "".join(sorted(set("".join(SIGNS.values())))) + "]")
_MODIFIERS = re.compile("[\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")  # of signs: joined, as text or picture, of skin
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
_SAYS_SOMETHING = re.compile("[^\\W_]|[\U0001f000-\U0001faff\u2600-\u27bf]")


@dataclass(frozen=True, slots=True)
class Courtesy:
    """``kind``: one of KINDS; ``language``: the first of those asked for whose words it has."""

    kind: str
    language: str


def courtesy_of(text: str, languages: Sequence[str], answered: bool = False) -> Courtesy | None:
    """What courtesy a text is, in one of ``languages``, best first, or else any. ``answered``: what may be both greets no more.

    >>> courtesy_of("Hiii there!", ["en"])
    Courtesy(kind='GREETING', language='en')
    >>> courtesy_of("hi, where is my driver?", ["en"]) is None
    True
    """
    if not 0 < len(text) <= LONGEST:
        return None
    plain = _MODIFIERS.sub("", folded(text))
    parts = _split(plain)
    joined = "".join(parts)
    drawn_out = _DRAWN_OUT.search(joined) is not None
    if not drawn_out and not (_words().issuperset(parts) or _characters().issuperset(joined)):
        return None  # most messages: they have words of their own
    if len(joined) < len(_SAYS_SOMETHING.findall(plain)):
        return None  # a sign that is none of ours
    short = [_short(part) for part in parts] if drawn_out else parts
    ways = [parts, short, [_doubled(part) for part in parts]] if short != parts else [parts]
    begun = {language for way in ways for first in (*way[:1], *(word[0] for word in way[:1])) for language in _beginners().get(first, ())}
    for language in dict.fromkeys((*languages, *LANGUAGES)):
        if language not in begun:
            continue
        if kinds := _kinds([list("".join(short))], language) if language in UNSPACED else _kinds(ways, language):
            return Courtesy(_meant(kinds, answered), language)
    return None


def is_courtesy(topic: str) -> bool:
    """Whether a topic of the knowledge answers courtesies: it is not looked for otherwise."""
    return topic in TOPICS.values()


def cites_courtesy(entry_id: str | None) -> bool:
    """Whether the entry of that id answers courtesies."""
    return is_courtesy((entry_id or "").rpartition(".")[0])


def _meant(kinds: Sequence[frozenset[str]], answered: bool) -> str:
    """Of all that is said: thanks before goodbye before a greeting before agreement."""
    said = [{GOODBYE} if answered and GOODBYE in each else each - {GOODBYE} if GREETING in each else each for each in kinds]
    return next(kind for kind in (THANKS, GOODBYE, GREETING, AGREED) if any(kind in each for each in said))


def _kinds(ways: Sequence[Sequence[str]], language: str) -> list[frozenset[str]]:
    """What each phrase may be that a text, in one way to write its words, consists of; nothing if it consists of others, or fillers."""
    known, longest, begins = _phrases(language)
    if not any(way and way[0] in begins for way in ways):
        return []
    blank = "" if language in UNSPACED else " "
    out, at = [], 0
    while at < len(ways[0]):
        ends = range(min(len(ways[0]), at + longest), at, -1)
        found = next((end for end in ends for way in ways if blank.join(way[at:end]) in known), None)
        if found is None:
            return []
        out.append(next(known[phrase] for way in ways if (phrase := blank.join(way[at:found])) in known))
        at = found
    return [kinds for kinds in out if kinds != {FILLER}]


def _split(plain: str) -> list[str]:
    """Words and signs of a folded text; an apostrophe parts no words."""
    return _PARTS.findall(plain.replace("'", ""))


def _short(word: str) -> str:
    return _DRAWN_OUT.sub(r"\1", word)


def _doubled(word: str) -> str:
    return _DRAWN_OUT.sub(r"\1\1", word)


@cache
def _beginners() -> dict[str, tuple[str, ...]]:
    """First words of phrases, first characters where there are no blanks → the languages that have such."""
    out: dict[str, tuple[str, ...]] = {}
    for language in LANGUAGES:
        out |= {first: (*out.get(first, ()), language) for first in sorted(_phrases(language)[2])}
    return out


@cache
def _words() -> frozenset[str]:
    """Of all phrases of languages with blanks."""
    spaced = [_phrases(language)[0] for language in LANGUAGES if language not in UNSPACED]
    return frozenset(word for phrases in spaced for phrase in phrases for word in phrase.split())


@cache
def _characters() -> frozenset[str]:
    """Of all phrases of languages without blanks."""
    return frozenset("".join(phrase for language in UNSPACED for phrase in _phrases(language)[0]))


@cache
def _phrases(language: str) -> tuple[dict[str, frozenset[str]], int, frozenset[str]]:
    """What each phrase of a language may be; of how many words, or characters, the longest is; and the first ones of all."""
    out: dict[str, set[str]] = {}
    unspaced = language in UNSPACED
    for kind in (*KINDS, FILLER):
        written = [*WORDS[language][kind].split("|"), *SIGNS.get(kind, "")]
        for words in (_split(folded(phrase)) for phrase in written):
            out.setdefault("".join(map(_short, words)) if unspaced else " ".join(words), set()).add(kind)
    split = [list(phrase) if unspaced else phrase.split() for phrase in out]
    known = {phrase: frozenset(kinds - {FILLER} or kinds) for phrase, kinds in out.items()}
    return known, max(map(len, split)), frozenset(words[0] for words in split)
