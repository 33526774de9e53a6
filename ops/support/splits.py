"""Labelled files in; what is trained on and what is tested on, out: two files, the folds of one, or the parts that one names."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import StratifiedKFold

from ops.summary import fail
from ops.support.labelled import Rows

PART = "part"  # the column that names a row's part


@dataclass(frozen=True)
class Split:
    """Rows that no row of the other has part in."""

    name: str
    train: Rows
    test: Rows


def by_files(train: Rows, test: Rows) -> list[Split]:
    """One file to train on, another to test on. Ends the command where they have no label in common."""
    if not set(train.labels) & set(test.labels):
        fail(f"{test.path}: none of its labels, such as {test.labels[0]}, is among those of {train.path}, such as {train.labels[0]}", 2)
    return [Split(f"{train.path.name} → {test.path.name}", train, test)]


def by_folds(rows: Rows, folds: int, which: Sequence[int], seed: int) -> list[Split]:
    """Each of the folds ``which``, all if there are none, tested on what is trained on the others; every label is spread evenly."""
    most = max(Counter(rows.labels).values())
    if not 2 <= folds <= most:
        fail(f"--folds {folds}: from 2 to {most}, as many as the commonest label of {rows.path} has rows", 2)
    if strange := [i for i in which if not 0 <= i < folds]:
        fail(f"--fold {strange[0]}: of {folds} folds, the first is 0 and the last {folds - 1}", 2)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)  # such rows are wrong where none is trained on
        parts = list(StratifiedKFold(folds, shuffle=True, random_state=seed).split(np.zeros(len(rows.labels)), rows.labels))
    chosen = sorted(set(which)) or range(folds)
    return [Split(f"fold {i}", rows.take(parts[i][0].tolist()), rows.take(parts[i][1].tolist())) for i in chosen]


def by_part(rows: Rows, names: Sequence[str]) -> list[Split]:
    """The rows of these parts tested on what is trained on all others."""
    parts = rows.others.get(PART) or fail(f"{rows.path} has no column named {PART}", 2)
    if strange := [name for name in names if name not in parts]:
        fail(f"{rows.path} has no part {strange[0]!r}, but {', '.join(dict.fromkeys(parts))}", 2)
    tested = [i for i, part in enumerate(parts) if part in names]
    trained = [i for i, part in enumerate(parts) if part not in names]
    if not trained:
        fail(f"--part {','.join(names)}: that is all of {rows.path}, and nothing is left to train on", 2)
    return [Split(f"part {', '.join(names)}", rows.take(trained), rows.take(tested))]
