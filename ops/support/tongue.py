"""Texts and the language they should be in, in; those that are in another script or read like another language, out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from agents.support.concepts import folded
from agents.support.text import plain

LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
SCRIPTS = {
    "ru": re.compile(r"[Ѐ-ӿ]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "zh": re.compile(r"[\u4e00-\u9fff]"),
    "ja": re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]"),
    "ko": re.compile(r"[\uac00-\ud7a3]"),
}
KANA = re.compile(r"[\u3040-\u30ff]")
LEAST = 0.6  # of the letters; the rest are names, as in "SMS" and "PayPal"
COMMON = 5  # answers that a word of a language is in, at least


def strange_script(text: str, language: str) -> str | None:
    """What is odd about the script of a text in this language; None if nothing is."""
    letters = sum(char.isalpha() for char in text)
    own = len(SCRIPTS.get(language, LATIN).findall(text))
    if own < LEAST * max(1, letters):
        return f"has {own} letters of {letters} in the script of {language}"
    if language == "ja" and not KANA.search(text):
        return "has no kana"
    if language == "zh" and KANA.search(text):
        return "has kana"
    return None


def tongues(answers: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str, str]]:
    """Of answers by language and topic those that have more of another language's common words than of their own's: language, topic, other.

    Where no blanks part the words the script has to do.
    """
    words = {
        language: {name: folded(plain(text)).split() for name, text in texts.items()}
        for language, texts in answers.items()
        if language not in ("zh", "ja")
    }
    common = {language: _common(texts.values()) for language, texts in words.items()}
    for language, texts in words.items():
        for name, given in texts.items():
            known = {other: sum(word in common[other] for word in given) for other in common}
            best = max(known, key=lambda other: (known[other], other == language))
            if best != language:
                yield language, name, best


def _common(texts: Iterable[list[str]]) -> frozenset[str]:
    found = Counter(word for words in texts for word in dict.fromkeys(words))
    return frozenset(word for word, count in found.items() if count >= COMMON)
