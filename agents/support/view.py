# ruff: noqa: RUF001
"""A text as entities are looked for in it, and patterns that are quick to look for, out.

Every pattern of the finders is bounded or possessive, so the time they take grows with the text and with nothing else.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

EASTERN = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"  # letters of scripts without blanks, and Korean
UPPER = "".join(char for char in map(chr, range(0x530)) if char.isupper())
CAP = rf"[{UPPER}][^\W\d_]*+(?:['-][^\W\d_]++)*+"  # a word with a capital


@dataclass(frozen=True, slots=True)
class Entity:
    """What ``text[start:end]`` names. ``kind``: one of policy.ENTITIES; ``value``: normalised as its finder says."""

    kind: str
    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True)
class View:
    """A text as finders see it; all strings are equally long. ``seen``: digits, dashes and blanks alike; ``low``: that without case.

    ``words``: those of ``low``; ``caps``: where words with a capital are in ``seen``, ``numbers``: where digits are; ``run``: how many of
    these follow one another with no more than blanks and signs between them; ``loud``: most letters are capitals; the rest:
    whether there are letters of such a script.
    """

    language: str
    text: str
    seen: str
    low: str
    words: frozenset[str]
    caps: tuple[tuple[int, int], ...]
    numbers: tuple[tuple[int, int], ...]
    run: int
    loud: bool
    cyrillic: bool = False
    arabic: bool = False
    eastern: bool = False

    def entity(self, kind: str, start: int, end: int) -> Entity:
        """What is there, with its value as written."""
        return Entity(kind, start, end, self.text[start:end])


def view(text: str, language: str) -> View:
    """The view of a text in a language."""
    plain, seen = text.isascii(), alike(text)
    low = seen.lower()
    if len(low) != len(seen):  # a few letters grow
        low = "".join(small if len(small := char.lower()) == 1 else char for char in seen)
    words = frozenset(_WORD.findall(low))
    caps = () if low == seen else tuple(m.span() for m in _CAP.finditer(seen) if not seen[m.start() - 1 : m.start()].isalnum())
    numbers = tuple(m.span() for m in _NUMBER.finditer(seen))
    run = _longest(seen, numbers)
    loud = len(caps) > 2 and 5 * sum(end - start for start, end in caps if end - start > 1 and seen[start:end].isupper()) > 2 * len(seen)
    if plain:
        return View(language, text, seen, low, words, caps, numbers, run, loud)
    return View(language, text, seen, low, words, caps, numbers, run, loud, *(script.search(low) is not None for script in _SCRIPTS))


def alike(text: str) -> str:
    """A text with digits, dashes and blanks of all scripts as ASCII has them, equally long."""
    return text if text.isascii() else text.translate(_ALIKE)


def _longest(seen: str, numbers: tuple[tuple[int, int], ...]) -> int:
    most = run = last = 0
    for start, end in numbers:
        near = start - last < 4 and not seen[last:start].strip(" ./()-")
        run = end - start + (run if near else 0)
        most, last = max(most, run), end
    return most


_WORD = re.compile(r"[^\W\d_]+")
_CAP = re.compile(CAP)
_NUMBER = re.compile("[0-9]+")
_SCRIPTS = tuple(re.compile(f"[{span}]") for span in ("\u0400-\u04ff", "\u0600-\u06ff", EASTERN))


_ODD = {".": "٫．", ",": "٬،，", "'": "’‘ʼ", "@": "＠", "+": "＋", "(": "（", ")": "）", ":": "：", "/": "／", "#": "＃"}


def _alike() -> dict[int, str]:
    """What odd characters are read as: digits of all scripts, dashes, blanks, and characters that take no space."""
    table = {ord(odd): usual for usual, odds in _ODD.items() for odd in odds}
    for code in range(128, 0x20000):
        category = unicodedata.category(chr(code))
        if category == "Nd":
            table[code] = str(unicodedata.digit(chr(code)))
        elif category in {"Pd", "Zs", "Zl", "Zp", "Cf"}:
            table[code] = "-" if category == "Pd" else " "
    return table


_ALIKE = _alike()


def one_of(words: Iterable[str]) -> str:
    """A pattern of any of some words, the longest first, branching letter by letter."""
    branches = defaultdict(list)
    for word in words:
        branches[word[:1]].append(word[1:])
    if list(branches) == [""]:
        return ""
    inner = [re.escape(letter) + one_of(rest) for letter, rest in branches.items() if letter]
    return (inner[0] if len(inner) == 1 and "" not in branches else "(?:" + "|".join(inner) + ")") + ("?" if "" in branches else "")


def branched(pattern: str, depth: int = 3) -> str:
    """An equal pattern for ``a|b|…`` that branches by first letters, so that most of its alternatives need not be tried."""
    alternatives: dict[str, list[str]] = defaultdict(list)
    nesting = 0
    start = 0
    for i, char in enumerate(pattern + "|"):
        nesting += (char in "([") - (char in ")]") if pattern[i - 1 : i] != "\\" else 0
        if char == "|" and nesting == 0:
            one, start = pattern[start:i], i + 1
            plain = one[:1].isalpha() and one[1:2] not in {"?", "*", "+", "{"}
            alternatives[one[:1] if plain else ""].append(one[1:] if plain else one)
    if nesting:
        raise ValueError(f"brackets do not match in {pattern!r}")
    grouped = [letter + branched("|".join(rest), depth - 1) for letter, rest in alternatives.items() if letter] if depth else [pattern]
    others = alternatives[""] if depth else []
    return "(?:" + "|".join(grouped + others) + ")"
