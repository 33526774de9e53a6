# ruff: noqa: RUF001
"""Texts in fifteen languages in; which everyday matters they speak of (a refund, a dog, a van), whatever the word, as keys, out.

Customers seldom use the words of an entry. A matter is a list of beginnings of words, in each language ("$": the word ends there):
"reimburs" and "money back" both speak of a refund, and so does "erstatt". The keys are the same in all languages, so that a text finds what
is written in another one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np

from agents.support.beginnings import Beginnings
from agents.support.concepts import ar, de, en, es, fr, it, ja, ko, nl, no, pl, pt, ru, sv, zh
from agents.support.features import Grams
from agents.support.text import MARKS, plain

ASKED = 256  # texts: a message is asked about several times in a step
UNBROKEN = ("ar", "zh", "ja", "ko")  # a word's beginning is not told by a blank before it: articles, particles, no blanks at all

_TABLES = {
    "en": en, "es": es, "fr": fr, "de": de, "pt": pt, "it": it, "nl": nl, "pl": pl,
    "sv": sv, "no": no, "ru": ru, "ar": ar, "zh": zh, "ja": ja, "ko": ko,
}  # fmt: skip
WORDS_BY_LANGUAGE: dict[str, str] = {language: table.WORDS for language, table in _TABLES.items()}
NAMES = tuple(line.partition(":")[0] for line in en.WORDS.split("\n") if line)
_ALIKE = str.maketrans({"ø": "o", "æ": "ae", "ł": "l", "đ": "d", "œ": "oe", "ı": "i", "ـ": "", "ة": "ه", "ى": "ي"})
_WORDS = re.compile(r"[^\W_]+")
_VOICED = "\u3099\u309a"  # marks of kana that make another letter
_MARKS = dict.fromkeys(code for code in MARKS if chr(code) not in _VOICED)


@lru_cache(maxsize=ASKED)
def folded(text: str) -> str:
    """A plain text as it is typed in haste: without accents, blanks for all that is no letter or digit, and without numbers."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).translate(_MARKS)).translate(_ALIKE)
    words = _WORDS.findall(text)
    return " ".join([word for word in words if word.strip("0")] if "0" in text else words)


def concepts(texts: Sequence[str], language: str) -> Grams:
    """What each folded text speaks of, each time it does, as positions in NAMES."""
    found = [spoken_of(text, language) for text in texts]
    owner = np.repeat(np.arange(len(found)), [len(one) for one in found])
    return Grams(owner, np.array([concept for one in found for concept in one], np.uint64))


@lru_cache(maxsize=4096)
def spoken_of(text: str, language: str) -> tuple[int, ...]:
    """What one folded text speaks of, as positions in NAMES: a message is asked about several times in a step."""
    table, words, text = beginnings(language), _words(language), f"{text} "
    if language in UNBROKEN:
        return tuple(concept for _, word in words.all(text, range(len(text))) for concept in table[word])
    return tuple(concept for _, _, found in words.of_words(text) for word in found for concept in table[word])


@cache
def beginnings(language: str) -> dict[str, tuple[int, ...]]:
    """Beginnings of words of a language, folded → positions in NAMES; none of a language that has no table."""
    out: dict[str, tuple[int, ...]] = {}
    for line in filter(None, WORDS_BY_LANGUAGE.get(language, "").split("\n")):
        name, _, words = line.partition(":")
        for word in words.split(","):
            start = folded(plain(word.strip().removesuffix("$"))) + " " * word.endswith("$")
            out[start] = (*out.get(start, ()), NAMES.index(name))
    return out


@cache
def _words(language: str) -> Beginnings:
    return Beginnings(beginnings(language))
