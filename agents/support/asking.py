"""A cleaned text in; whether it asks for a person instead of a machine, in fifteen languages, out.

Word lists, not a model: what is asked so plainly is to be got, and nobody is to be handed over for having praised an agent. A text is
looked at clause by clause, without case and accents. In languages with blanks a clause asks for a person by

- talking to one: ``talk`` … ``strong``, or ``strong`` … ``after`` where verbs come last; with ``weak`` words only after a word of ``ask``,
- wanting one: ``want`` … ``strong``,
- naming one and nothing but ``polite`` words: ``bare``,

unless it says ``never``; and by one of the ``phrases`` in any case. "…" is up to three words without digits.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from agents.support.asking_elsewhere import PHRASES
from agents.support.asking_scripts import UNSPACED, WORDS
from agents.support.asking_words import Words
from agents.support.text import MARKS
from agents.support.view import branched

_CLAUSES = re.compile(r"[.,;:!?…。、،؛؟~\n()\"]+")
_ALIKE = str.maketrans({"ł": "l", "ø": "o", "æ": "ae", "’": "'", "ʼ": "'", "`": "'", "ى": "ي", "ة": "ه", "ـ": None})  # noqa: RUF001
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
