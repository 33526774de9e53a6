"""A text in; whether it speaks of a matter (agents.support.concepts), out."""

from __future__ import annotations

from agents.support.concepts import NAMES, folded, spoken_of
from agents.support.text import plain


def speaks_of(text: str, language: str, matter: str) -> bool:
    """Whether a cleaned text speaks of the matter of that name."""
    return NAMES.index(matter) in spoken_of(folded(plain(text)), language)
