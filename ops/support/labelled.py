"""A file of labelled texts in; texts and labels out, and the labels of public sets as this platform's intents by a map.

A file is CSV, or TSV by its name, plain or gzipped, with a header. The column of texts and that of labels are found by their names.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agents.support.policy import INTENTS
from ops.summary import fail

TEXT = ("text", "utterance", "sentence", "content", "message", "query")
LABEL = ("intent", "category", "label_en", "label", "human_intent", "target")
OUTSIDE_NAMES = frozenset({"oos", "out_of_scope", "no_nodes_detected", "out of scope"})
OUTSIDE = "out_of_scope"
MAPPED_OUTSIDE = "OOS"
MAP = ("dataset", "source_label", "target")  # columns of a map
TARGETS = frozenset({*INTENTS, OUTSIDE})
SHOWN = 5  # of what is wrong, so many are named


@dataclass(frozen=True)
class Rows:
    """Texts and their labels as the file has them; OUTSIDE for what the file itself calls out of scope. ``others``: its other columns."""

    path: Path
    texts: list[str]
    labels: list[str]
    others: Mapping[str, list[str]] = field(default_factory=dict, compare=False)

    def take(self, which: Sequence[int]) -> Rows:
        """These rows, in this order."""
        others = {name: [column[i] for i in which] for name, column in self.others.items()}
        return Rows(self.path, [self.texts[i] for i in which], [self.labels[i] for i in which], others)


def read_labelled(path: Path) -> Rows:
    """The rows of a file with a text and a label; ends the command where there are none, or the columns cannot be found."""
    table = read_table(path)
    text, label = (_column(path, table[0], names) for names in (TEXT, LABEL))
    given = [(i, (row.get(text) or "").strip(), (row.get(label) or "").split("+")[0].strip()) for i, row in enumerate(table)]
    rows = [(i, words, OUTSIDE if name.lower() in OUTSIDE_NAMES else name) for i, words, name in given if words and name]
    if not rows:
        fail(f"{path}: no row has both a {text} and a {label}", 2)
    others = {name: [table[i].get(name) or "" for i, *_ in rows] for name in table[0] if name not in (text, label, None)}
    return Rows(path, [words for _, words, _ in rows], [name for *_, name in rows], others)


def mapped(rows: Rows, path: Path) -> list[frozenset[str]]:
    """For each row the intents that count as right by the map (dataset, source_label, target, confidence): OUTSIDE for none of ours.

    Labels that are intents or OUTSIDE already stand for themselves. Ends the command where a label is neither, nor in the map.
    """
    name, of = data_set(rows, path)
    found = [_target(label, of) for label in rows.labels]
    unknown = list(dict.fromkeys(label for label, names in zip(rows.labels, found, strict=True) if not names <= TARGETS))
    if unknown:
        where = f"nor in {path} for the data set {name}" if name else f"nor in {path}, which has no data set with such labels"
        fail(f"{rows.path}: {len(unknown)} labels are neither our intents {where}: {_some(unknown)}", 2)
    return found


def data_set(rows: Rows, path: Path) -> tuple[str, dict[str, str]]:
    """The data set of a map whose labels cover most of the rows, and its labels' targets; no name where none covers any."""
    sets: dict[str, dict[str, str]] = {}
    for number, row in enumerate(read_table(path, MAP), 2):
        if strange := [name for name in row["target"].split("|") if name not in TARGETS | {MAPPED_OUTSIDE}]:
            fail(f"{path}:{number}: target {strange[0]!r} is none of {', '.join((*INTENTS, MAPPED_OUTSIDE))}", 2)
        sets.setdefault(row["dataset"], {})[row["source_label"]] = row["target"]
    covered = {name: sum(_written(label, of) in of for label in rows.labels) for name, of in sets.items()}
    best = max(covered, key=lambda name: covered[name], default="")
    return (best, sets[best]) if covered.get(best) else ("", {})


def as_ours(rows: Rows) -> list[frozenset[str]]:
    """For each row its label, which is one of ours. Ends the command where it is not."""
    unknown = [label for label in dict.fromkeys(rows.labels) if label not in TARGETS]
    if unknown:
        fail(f"{rows.path}: {len(unknown)} labels are no intents of ours: {_some(unknown)}; --map tells which they are", 2)
    return [frozenset({label}) for label in rows.labels]


def read_table(path: Path, wanted: Sequence[str] = ()) -> list[dict[str, str]]:
    """A file's rows by the names of its header; ends the command where it cannot be read, has no rows, or lacks a ``wanted`` column.

    A ``wanted`` cell is never missing: a row without it ends the command, too.
    """
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig", "replace")
    except (OSError, EOFError) as error:
        fail(f"{path}: {getattr(error, 'strerror', None) or error}", 2)
    names = [suffix for suffix in path.suffixes if suffix != ".gz"]
    if names[-1:] == [".tsv"]:
        reader = csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE)
    else:
        reader = csv.DictReader(io.StringIO(text))
    rows = list(reader)
    if not rows:
        fail(f"{path} has no rows", 2)
    if lacking := [name for name in wanted if name not in rows[0]]:
        fail(f"{path} has no column named {', '.join(lacking)}, but {_header(rows[0])}", 2)
    for number, row in enumerate(rows, 2):
        if empty := [name for name in wanted if not (row.get(name) or "").strip()]:
            fail(f"{path}: row {number} has no {empty[0]}", 2)
    return rows


def _target(label: str, of: Mapping[str, str]) -> frozenset[str]:
    if label == OUTSIDE:
        return frozenset({OUTSIDE})
    return frozenset(OUTSIDE if name == MAPPED_OUTSIDE else name for name in of.get(_written(label, of), label).split("|"))


def _written(label: str, of: Mapping[str, str]) -> str:
    """The label as the map writes it: with blanks, or with underscores for them."""
    return label if label in of else label.replace(" ", "_")


def _column(path: Path, row: Mapping[str, str], names: Sequence[str]) -> str:
    found = next((name for name in names if name in row), None)
    return found or fail(f"{path} has no column named {', '.join(names)}, but {_header(row)}", 2)


def _header(row: Mapping[str, str]) -> str:
    return ", ".join(str(name) for name in row if name)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")


def limited(path: Path, rows: Sequence[Mapping[str, str]], column: str, symbols: Sequence[str]) -> None:
    """Ends the command where a row has something else in that column."""
    for row in rows:
        if row[column] not in symbols:
            fail(f"{path}: {column} {row[column]!r} is none of {', '.join(symbols)}", 2)
