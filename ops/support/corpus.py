"""The project's own corpus: agents/support/corpus/<language>.tsv in; its lines out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from agents.support.policy import INTENTS, LANGUAGES, OUT_OF_SCOPE, SENTIMENTS

FOLDER = Path(__file__).resolve().parents[2] / "agents" / "support" / "corpus"


@dataclass(frozen=True, slots=True)
class Line:
    """A message as a customer would write it; ``also``: further intents in it."""

    language: str
    intent: str
    also: tuple[str, ...]
    sentiment: str
    text: str


@cache
def corpus() -> tuple[Line, ...]:
    """All lines, by language and file. Raises ValueError naming the file and line of one that is not well-formed."""
    return tuple(line for language in LANGUAGES for line in _read(language))


def _read(language: str) -> list[Line]:
    path = FOLDER / f"{language}.tsv"
    found = []
    for number, row in enumerate(path.read_text(encoding="utf-8").splitlines()[1:], 2):
        parts = row.split("\t")
        intents = parts[0].split("+")
        if len(parts) != 3 or not set(intents) <= {*INTENTS, OUT_OF_SCOPE} or parts[1] not in SENTIMENTS or not parts[2].strip():
            raise ValueError(f"{path.name}:{number}: not intent, sentiment and text with tabs between: {row[:80]!r}")
        found.append(Line(language, intents[0], tuple(intents[1:]), parts[1], parts[2]))
    return found
