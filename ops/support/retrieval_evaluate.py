"""Paraphrases of what entries answer, which no entry was written from, in; how often, how high and how fast each entry is found, out.

A row is language, topic and text, tab-separated; a first row that names the columns is passed over. Nothing but the text and its language
is told to the search, unless ``understood`` says what intents a text is taken for, as the agent's own model does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import typer

from agents.support.entries import Entries
from agents.support.policy import DEFAULT, LANGUAGES
from agents.support.retrieval import Index
from agents.support.text import cleaned
from ops.listing import print_rows, progress
from ops.summary import fail, summarise
from ops.support.knowledge import entries
from ops.support.targets import RETRIEVAL, judged, show

PARAPHRASES = Path(__file__).parents[2] / "tests" / "data" / "support" / "paraphrases.tsv"
DEPTH = 100  # hits that are looked through

Understood = Callable[[str, str], Mapping[str, float]]  # text, language → intent → how probable


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """What a customer might write, and the topic that answers it."""

    language: str
    topic: str
    text: str


def evaluate_retrieval(test: Path | None = None, *, understood: Understood | None = None, as_json: bool = False) -> int:
    """Search for each paraphrase in a file, and print how well it went by language. → 0, or 1 if the target is missed."""
    path = test or PARAPHRASES
    rows = paraphrases(path)
    known = Entries()
    for record in entries():
        known.take(record)
    topics = {entry.topic for entry in known}
    if strange := [row.topic for row in rows if row.topic not in topics]:
        fail(f"{path}: no entry of the knowledge base has the topic {strange[0]!r}", 2)
    ranks, took_us = ranked(rows, Index(known), understood)
    by_language = {
        name: figures(ranks[[i for i, row in enumerate(rows) if row.language == name]])
        for name in LANGUAGES
        if any(row.language == name for row in rows)
    }
    print_rows("retrieval", ("language", *figures(ranks)), [(name, *_shown(each)) for name, each in by_language.items()])
    missed = [
        (row.language, row.topic, row.text[:80], int(rank) or None) for row, rank in zip(rows, ranks, strict=True) if not 1 <= rank <= 5
    ]
    if missed:
        print_rows("not among the first five", ("language", "topic", "text", "rank"), missed)
    every: dict[str, Any] = {"test": path.name, "entries": len(known)} | figures(ranks)
    every |= {"p50_us": float(np.percentile(took_us, 50)), "p99_us": float(np.percentile(took_us, 99))}
    judgement = judged(every, RETRIEVAL)
    summarise("retrieval", every, as_json=False)
    show(judgement)
    if as_json:
        typer.echo(orjson.dumps(every | judgement | {"by_language": by_language}).decode())
    return 0 if judgement["met"] else 1


def paraphrases(path: Path) -> list[Paraphrase]:
    """The rows of a file. Leaves with a message where one is not language, topic, text."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{path}: {getattr(error, 'strerror', None) or error}: give a file of language, topic and text, tab-separated, with --test", 2)
    rows = []
    for number, line in enumerate(lines, 1):
        cells = line.split("\t")
        if cells == ["language", "topic", "text"] or not line.strip():
            continue
        if len(cells) != 3 or cells[0] not in LANGUAGES:
            fail(f"{path}:{number}: {line[:60]!r} is not language, topic and text, tab-separated", 2)
        rows.append(Paraphrase(*cells))
    if not rows:
        fail(f"{path} has no paraphrases", 2)
    return rows


def ranked(rows: Sequence[Paraphrase], index: Index, understood: Understood | None = None) -> tuple[np.ndarray, np.ndarray]:
    """At which place each topic is found, from 1 on, 0 if it is not, and how long each search took, µs: shape (rows,) each."""
    ranks, took = np.zeros(len(rows), np.int64), np.zeros(len(rows))
    for language in LANGUAGES:
        index.search("?", language)  # makes its index, which is not timed
    for i, row in enumerate(progress(rows, "searching")):
        text = cleaned(row.text, DEFAULT.longest).text
        intents = understood(text, row.language) if understood else None
        began = time.perf_counter()
        hits = index.search(text, row.language, None, intents, DEPTH)
        took[i] = (time.perf_counter() - began) * 1e6
        topics = [index.entries[hit.entry_id].topic for hit in hits]
        ranks[i] = topics.index(row.topic) + 1 if row.topic in topics else 0
    return ranks, took


def figures(ranks: np.ndarray) -> dict[str, float]:
    """Of ranks, 0 for what was not found: how many, recall at 1 and 5, the mean reciprocal rank, and the share with no hit at all."""
    found = ranks[ranks > 0]
    count = max(1, len(ranks))
    return {
        "paraphrases": len(ranks),
        "recall_at_1": float(np.count_nonzero(found == 1)) / count,
        "recall_at_5": float(np.count_nonzero(found <= 5)) / count,
        "mrr": float((1 / found).sum()) / count,
        "not_found": float(np.count_nonzero(ranks == 0)) / count,
    }


def _shown(each: Mapping[str, float]) -> list[str]:
    return [str(value) if isinstance(value, int) else f"{value:.3f}" for value in each.values()]
