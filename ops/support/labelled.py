"""A file of labelled texts in; texts and labels out, and the labels of public sets as this platform's intents by a map.

A file is CSV, or TSV by its name, plain or gzipped, with a header. The column of texts and that of labels are found by their names.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ops.summary import fail

TEXT = ("text", "utterance", "sentence", "content", "message", "query")
LABEL = ("intent", "category", "label", "human_intent", "target")
OUTSIDE_NAMES = frozenset({"oos", "out_of_scope", "no_nodes_detected", "out of scope"})
OUTSIDE = "out_of_scope"
MAPPED_OUTSIDE = "OOS"


@dataclass(frozen=True)
class Rows:
    """Texts and their labels as the file has them; OUTSIDE for what the file itself calls out of scope."""

    path: Path
    texts: list[str]
    labels: list[str]


def read_labelled(path: Path) -> Rows:
    """The rows of a file with a text and a label; ends the command where there are none, or the columns cannot be found."""
    table = _table(path)
    if not table:
        fail(f"{path} has no rows", 2)
    text, label = (_column(path, table[0], names) for names in (TEXT, LABEL))
    given = [((row.get(text) or "").strip(), (row.get(label) or "").split("+")[0].strip()) for row in table]
    rows = [(words, name) for words, name in given if words and name]
    return Rows(path, [one for one, _ in rows], [OUTSIDE if name.lower() in OUTSIDE_NAMES else name for _, name in rows])


def mapped(rows: Rows, path: Path) -> list[frozenset[str]]:
    """For each row the intents that count as right by the map (dataset, source_label, target, confidence): OUTSIDE for none of ours.

    The data set is the one whose labels cover most of the rows; labels that are intents or OUTSIDE already stand for themselves.
    """
    sets: dict[str, dict[str, str]] = {}
    for row in _table(path):
        sets.setdefault(row["dataset"], {})[row["source_label"]] = row["target"]
    covered = {name: sum(label in of for label in rows.labels) for name, of in sets.items()}
    best = max(covered, key=lambda name: covered[name], default="")
    of = sets.get(best, {})
    return [_target(label, of) for label in rows.labels]


def _target(label: str, of: Mapping[str, str]) -> frozenset[str]:
    if label == OUTSIDE:
        return frozenset({OUTSIDE})
    found = of.get(label, of.get(label.replace(" ", "_"), label))
    return frozenset(OUTSIDE if name == MAPPED_OUTSIDE else name for name in found.split("|"))


def _table(path: Path) -> list[dict[str, str]]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        fail(f"{path}: {error.strerror}", 2)
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig", "replace")
    names = [suffix for suffix in path.suffixes if suffix != ".gz"]
    if names[-1:] == [".tsv"]:
        reader = csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE)
    else:
        reader = csv.DictReader(io.StringIO(text))
    return list(reader)


def _column(path: Path, row: Mapping[str, str], names: Sequence[str]) -> str:
    found = next((name for name in names if name in row), None)
    return found or fail(f"{path} has no column named {', '.join(names)}, but {', '.join(row)}", 2)
