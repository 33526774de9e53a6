"""What was said of texts, and what is right, in; how right, how well calibrated and how much can be answered, out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import f1_score, roc_auc_score

from agents.support.escalation import ANSWER_FROM
from agents.support.model import Understood
from agents.support.replies import CHOICES
from agents.support.sparse import F64
from ops.support.labelled import OUTSIDE

Mask = npt.NDArray[np.bool_]
Figures = Mapping[str, Any]  # name → number, None where there is none, or more of the same

BINS = 15  # of equal width, of the expected calibration error (Naeini et al., 2015)
DRAWS = 50  # of the error that chance makes alone
PRECISE = 0.98


@dataclass(frozen=True)
class Truth:
    """Of each text the labels that count as right; ``inside``: it is in scope, ``outside``: its own set calls it out of scope, (n,)."""

    right: list[frozenset[str]]
    inside: Mask
    outside: Mask

    def take(self, which: Mask) -> Truth:
        """These texts."""
        return Truth([names for names, taken in zip(self.right, which, strict=True) if taken], self.inside[which], self.outside[which])


def truth_of(right: list[frozenset[str]]) -> Truth:
    """What is right for each text."""
    outside = np.array([names == {OUTSIDE} for names in right])
    return Truth(right, ~outside, outside)


def figures_of(classes: Sequence[str], probability: F64, outside: F64, truth: Truth) -> dict[str, Any]:
    """Accuracy, macro F1 and ECE of the texts in scope; AUROC of telling those out of scope; the share that can be answered with 98 %
    right, most confident first, where answering a text out of scope is wrong.

    ``probability`` (n, classes), ``outside``: of being out of scope, or what grows with it up to 1, (n,).
    """
    names = np.array(classes)
    best, top = names[probability.argmax(axis=1)], probability.max(axis=1)
    correct = np.array([name in right for name, right in zip(best, truth.right, strict=True)])
    inside = truth.inside
    counted = np.array([name if name in right else min(right) for name, right in zip(best, truth.right, strict=True)])
    return {
        "texts": len(best),
        "accuracy": float(correct[inside].mean()) if inside.any() else None,
        "macro_f1": float(f1_score(counted[inside], best[inside], average="macro")) if inside.any() else None,
        "ece": ece(top[inside], correct[inside]) if inside.any() else None,
        "ece_by_chance": ece_by_chance(top[inside]) if inside.any() else None,
        "oos_auroc": float(roc_auc_score(truth.outside, outside)) if truth.outside.any() and inside.any() else None,
        "coverage_98": coverage(top * (1 - outside), correct & inside),
    }


def sets_of(classes: Sequence[str], seen: Understood, truth: Truth) -> dict[str, Any]:
    """Of the texts in scope: how many of the conformal sets have the right class, and how many classes are in a set."""
    names, inside = np.array(classes), truth.inside
    covered = np.array([any(name in right for name in names[row]) for row, right in zip(seen.inside, truth.right, strict=True)])
    if not inside.any():
        return {"set_covers": None, "set_size": None}
    return {"set_covers": float(covered[inside].mean()), "set_size": float(seen.inside[inside].sum(axis=1).mean())}


def automatic_of(classes: Sequence[str], seen: Understood, truth: Truth) -> dict[str, Any]:
    """As the product goes about it: what it is surer of than ANSWER_FROM it answers; else it asks back which of two or three classes is
    meant, where the conformal set has as many, and answers those to whom the right one is offered. All others are handed over.

    → the share that is asked back, the share that is answered, and of that the share with the right class
    """
    names, sure = np.array(classes), seen.probability.max(axis=1) * (1 - seen.outside) > ANSWER_FROM
    correct = np.array([name in right for name, right in zip(names[seen.probability.argmax(axis=1)], truth.right, strict=True)])
    asked = ~sure & np.isin(seen.inside.sum(axis=1), CHOICES)
    offered = np.array([any(name in right for name in names[row]) for row, right in zip(seen.inside, truth.right, strict=True)])
    answered = sure | (asked & offered)
    right = float((correct | ~sure)[answered].mean()) if answered.any() else None
    return {"asked_back": float(asked.mean()), "answered": float(answered.mean()), "answered_right": right}


def ece(top: F64, correct: Mask) -> float:
    """The expected calibration error: how far confidence and accuracy are apart, over BINS of confidence."""
    bins = np.minimum((top * BINS).astype(np.int64), BINS - 1)
    apart = [abs(float(top[bins == i].mean() - correct[bins == i].mean())) * float((bins == i).mean()) for i in np.unique(bins)]
    return float(np.sum(apart))


def ece_by_chance(top: F64) -> float:
    """What the error would be if every text were right exactly as often as it is confident: what so few texts cannot tell from none."""
    drawn = np.random.default_rng(0).random((DRAWS, len(top))) < top
    return float(np.mean([ece(top, right) for right in drawn]))


def coverage(confidence: F64, right: Mask) -> float:
    """The largest share of texts, most confident first, of which PRECISE are right."""
    order = np.argsort(-confidence, kind="stable")
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(precision >= PRECISE)
    return float(good[-1] + 1) / len(order) if len(good) else 0.0


def mean_of(several: Sequence[Figures]) -> dict[str, Any]:
    """The same figures, averaged over folds: texts are added up, and what no fold has stays None."""
    out: dict[str, Any] = {}
    for name, first in several[0].items():
        values = [each[name] for each in several if each[name] is not None]
        if isinstance(first, Mapping):
            out[name] = mean_of(values)
        elif name == "texts":
            out[name] = sum(values)
        else:
            out[name] = float(np.mean(values)) if values else None
    return out
