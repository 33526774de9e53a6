"""The project's own texts to learn from: agents/support/corpus/<language>.tsv and agents/support/opinions/<language>.tsv in; lines out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from agents.support.policy import INTENTS, LANGUAGES, OUT_OF_SCOPE, SENTIMENTS

SUPPORT = Path(__file__).resolve().parents[2] / "agents" / "support"


@dataclass(frozen=True, slots=True)
class Line:
    """A message as a customer would write it; ``also``: further intents in it. Intent or sentiment is empty where it tells none."""

    language: str
    intent: str
    also: tuple[str, ...]
    sentiment: str
    text: str


@cache
def corpus() -> tuple[Line, ...]:
    """All lines, by language and file. Raises ValueError naming the file and line of one that is not well-formed."""
    return tuple(line for language in LANGUAGES for line in _read(language))


@cache
def opinions() -> tuple[Line, ...]:
    """Short texts that only feel something: of no intent. Raises ValueError likewise."""
    return tuple(line for language in LANGUAGES for line in _opinions(language))


def _opinions(language: str) -> list[Line]:
    return [Line(language, "", (), felt, text) for felt, text in _pairs("opinions", language, SENTIMENTS, "sentiment")]


def _pairs(folder: str, language: str, heads: Collection[str], what: str) -> list[tuple[str, str]]:
    """A file's lines of two columns: one of ``heads``, which are ``what``, and a text."""
    path = SUPPORT / folder / f"{language}.tsv"
    found = []
    for number, row in enumerate(path.read_text(encoding="utf-8").splitlines()[1:], 2):
        head, _, text = row.partition("\t")
        if head not in heads or not text.strip() or "\t" in text:
            raise ValueError(f"{path.name}:{number}: not {what} and text with a tab between: {row[:80]!r}")
        found.append((head, text))
    return found


def _read(language: str) -> list[Line]:
    path = SUPPORT / "corpus" / f"{language}.tsv"
    found = []
    for number, row in enumerate(path.read_text(encoding="utf-8").splitlines()[1:], 2):
        parts = row.split("\t")
        intents = parts[0].split("+")
        if len(parts) != 3 or not set(intents) <= {*INTENTS, OUT_OF_SCOPE} or parts[1] not in SENTIMENTS or not parts[2].strip():
            raise ValueError(f"{path.name}:{number}: not intent, sentiment and text with tabs between: {row[:80]!r}")
        found.append(Line(language, intents[0], tuple(intents[1:]), parts[1], parts[2]))
    return found


@dataclass(frozen=True, slots=True)
class Alarm:
    """A message that ``must`` be handed over because of danger, or one of the same words that need not."""

    language: str
    must: bool
    text: str


@cache
def alarms() -> tuple[Alarm, ...]:
    """The texts that danger is learnt from beside the corpus. Raises ValueError naming the file and line of one that is not well-formed."""
    return tuple(line for language in LANGUAGES for line in _alarms(language))


def _alarms(language: str) -> list[Alarm]:
    return [Alarm(language, must == "1", text) for must, text in _pairs("dangers", language, ("0", "1"), "1 or 0")]
