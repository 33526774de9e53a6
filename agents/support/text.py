"""A message as it came in; the text that is looked at, and what was odd about it, out. Nothing in it is executed, expanded or followed."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

EMPTY, NO_WORDS, SHORTENED, MARKUP, CONTROLS = "empty", "no_words", "shortened", "markup", "control_characters"

_TAGS = re.compile(r"<[a-zA-Z/!][^<>]{0,500}>")
_DIGITS = re.compile(r"\d")
_ASIDE = re.compile(r"(?:https?://|www\.)\S+|(?<![\w.])@\w+")
_BLANKS = re.compile(r"\s+")
_COMBINING = (*range(0x300, 0x20000), *range(0xE0100, 0xE01F0))  # where marks are
MARKS = dict.fromkeys(code for code in _COMBINING if unicodedata.category(chr(code)) == "Mn")  # to be translated to nothing
_BEYOND = 100  # a word or a tag cut off at the end is not left over: so many characters more are read, or fewer kept


@dataclass(frozen=True, slots=True)
class Message:
    """``text``: NFKC, blanks for markup and control characters, all single, as long as asked at most; ``oddities``: in the order found."""

    text: str
    oddities: tuple[str, ...]


def cleaned(raw: str, longest: int) -> Message:
    """What is looked at of ``raw``: its first ``longest`` characters."""
    oddities = [SHORTENED] if len(raw) > longest else []
    text = raw[: longest + _BEYOND]
    if "&" in text:
        text = html.unescape(text)
    text = unicodedata.normalize("NFKC", text)
    if "<" in text and _TAGS.search(text):
        oddities.append(MARKUP)
        text = _TAGS.sub(" ", text)
    kept = text
    if not text.isprintable():
        kept = "".join(c if c.isprintable() or c == "\u200d" else " " if c.isspace() or _controls(c) else "" for c in text)
        if any(_controls(c) and not c.isspace() for c in text):
            oddities.append(CONTROLS)
    kept = _BLANKS.sub(" ", kept).strip()
    if len(kept) > longest or len(raw) > longest + _BEYOND:
        kept = _whole_words(kept[:longest])
    if not kept:
        oddities.append(EMPTY)
    elif not any(c.isalnum() for c in kept):
        oddities.append(NO_WORDS)
    return Message(kept, tuple(oddities))


def _controls(char: str) -> bool:
    """Whether it is a control character: it parts words, while what only shapes them, such as a soft hyphen, does not."""
    return unicodedata.category(char) == "Cc"


def _whole_words(text: str) -> str:
    """A text that was cut without the word that it may have been cut in: half an address is not known for one."""
    blank = text.rfind(" ", max(0, len(text) - _BEYOND))
    return text if blank < 0 else text[:blank]


def bare(text: str) -> str:
    """A cleaned text without links and handles, which say nothing of what is asked for."""
    return _ASIDE.sub(" ", text) if "@" in text or "://" in text or "www." in text else text


@lru_cache(maxsize=256)  # a message is asked about several times in a step
def plain(text: str) -> str:
    """A cleaned text as features see it: without links, handles and case, digits alike."""
    return _DIGITS.sub("0", bare(text).casefold())
