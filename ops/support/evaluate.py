"""A model and labelled texts it has not seen in; how right, how calibrated, how fast it is, out.

`tripo support evaluate --train FILE --test FILE` fits the same pipeline on any labelled file first, `--product` takes the shipped model and
judges it by a map of the file's labels.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.progress import track
from sklearn.metrics import f1_score, roc_auc_score

from agents.support.model import F64, Embed, Model, Understood, understand
from agents.support.models import english_model, sentence_model
from agents.support.policy import DEFAULT
from agents.support.text import bare, cleaned
from agents.support.vectors import F32
from ops.summary import fail, summarise
from ops.support.fitting import LEAST, OUTSIDE, Labelled, fit
from ops.support.labelled import Rows, mapped, read_labelled

Mask = npt.NDArray[np.bool_]

BINS = 15  # of equal width, of the expected calibration error (Naeini et al., 2015)
PRECISE = 0.98
SOME = 32  # texts whose sentence vectors are computed between two looks at the progress bar
TIMED = 300  # messages that are timed one by one


@dataclass(frozen=True)
class Truth:
    """Of each text the labels that count as right; ``inside``: it is in scope, ``outside``: its own set calls it out of scope, (n,)."""

    right: list[frozenset[str]]
    inside: Mask
    outside: Mask


def evaluate_fitted(train: Path, test: Path, by_map: Path | None, *, both: bool, as_json: bool) -> int:
    """Fit on one file and score on another, on the labels the files have. → 0."""
    rows, model = read_labelled(test), fitted(read_labelled(train), both=both)
    truth = truth_of([frozenset({label}) for label in rows.labels])
    measured, seen = scored(model, rows.texts, truth, english() if both else None)
    figures = {"train": train.name, "test": test.name, "classes": len(model.classes)} | measured
    if by_map is not None:
        figures["mapped"] = _as_ours(model, rows, by_map, seen)
    summarise(f"{train.name} → {test.name}", figures, as_json=as_json)
    return 0


def evaluate_product(model: Model, test: Path, by_map: Path | None, *, both: bool, as_json: bool) -> int:
    """Score the shipped model on a file, its labels made ours by the map. → 0."""
    rows = read_labelled(test)
    found = sentence_model() if both else None
    measured, _ = scored(model, rows.texts, truth_of(ours(rows, by_map)), None if found is None else found.vectors)
    figures = {"model": model.version, "test": test.name} | measured
    summarise(f"{model.version} on {test.name}", figures, as_json=as_json)
    return 0


def ours(rows: Rows, by_map: Path | None) -> list[frozenset[str]]:
    """For each row the intents that count as right; without a map the file's labels are ours."""
    return [frozenset({label}) for label in rows.labels] if by_map is None else mapped(rows, by_map)


def fitted(rows: Rows, *, both: bool) -> Model:
    """The pipeline's model of these rows; labels with fewer than LEAST texts count theirs several times."""
    texts, labels = [cleaned(text, DEFAULT.longest).text for text in rows.texts], np.array(rows.labels)
    names, counts = np.unique(labels, return_counts=True)
    rare = [np.resize(np.flatnonzero(labels == name), LEAST - count) for name, count in zip(names, counts, strict=True) if count < LEAST]
    index = np.concatenate([np.arange(len(labels)), *rare]).astype(np.int64)
    sentence = sentences(texts, english()) if both else None
    data = Labelled(texts, labels, np.full(len(texts), "en"), sentence).take(index)
    try:
        return fit(data, None if OUTSIDE in labels else background(both=both))
    except ValueError as error:
        fail(f"{rows.path}: {error}", 2)


def background(*, both: bool) -> Labelled | None:
    """Texts that are out of any scope: the project's own, in English."""
    from ops.support.corpus import corpus

    texts = [line.text for line in corpus() if line.language == "en" and line.intent == OUTSIDE]
    sentence = sentences(texts, english()) if both else None
    return Labelled(texts, np.full(len(texts), OUTSIDE), np.full(len(texts), "en"), sentence)


def sentences(texts: Sequence[str], embed: Embed | None = None) -> F32 | None:
    """Their sentence vectors by ``embed``, else by the shipped model's, with a progress bar; None where there is no sentence model."""
    if embed is None and (model := sentence_model()) is not None:
        embed = model.vectors
    return None if embed is None or not texts else _shown(embed)([bare(text) for text in texts])


def english() -> Embed | None:
    """All sentence models that read English, side by side: slower and a little better than the one of the shipped model; None if none is
    installed."""
    found = [model.vectors for model in (sentence_model(), english_model()) if model is not None]
    return (lambda texts: np.concatenate([embed(texts) for embed in found], axis=1)) if found else None


def truth_of(right: list[frozenset[str]]) -> Truth:
    """What is right for each text."""
    outside = np.array([names == {OUTSIDE} for names in right])
    return Truth(right, ~outside, outside)


def scored(model: Model, texts: Sequence[str], truth: Truth, embed: Embed | None) -> tuple[dict[str, Any], Understood]:
    """Every figure of a model on texts: see ``figures_of`` for those of both stages, under ``first`` those of the first alone.

    → the figures, and what they are of
    """
    looked = [cleaned(text, DEFAULT.longest).text for text in texts]
    started = time.perf_counter()
    first = understand(model, looked)
    each_s = (time.perf_counter() - started) / len(looked)
    embed = None if model.second is None else embed
    seen = first if embed is None else understand(model, looked, _shown(embed))
    figures: dict[str, Any] = dict(figures_of(model, seen, truth))
    if embed is not None:
        figures["second_share"] = float(seen.second.mean())
        figures["first"] = figures_of(model, first, truth)
    return figures | {"first_per_second": 1.0 / each_s, **_latency(model, looked, embed)}, seen


def figures_of(model: Model, seen: Understood, truth: Truth) -> dict[str, float | None]:
    """Accuracy, macro F1 and ECE of the texts in scope; AUROC of telling those out of scope; the share that can be answered with 98 %
    right, most confident first, where answering a text out of scope is wrong; the conformal sets' coverage and mean size."""
    names = np.array(model.classes)
    best, top = names[seen.probability.argmax(axis=1)], seen.probability.max(axis=1)
    correct = np.array([name in right for name, right in zip(best, truth.right, strict=True)])
    inside = truth.inside
    counted = [next(iter(sorted(right))) if name not in right else name for name, right in zip(best, truth.right, strict=True)]
    covered = [any(name in right for name in names[row]) for row, right in zip(seen.inside, truth.right, strict=True)]
    return {
        "texts": float(len(best)),
        "accuracy": float(correct[inside].mean()) if inside.any() else None,
        "macro_f1": float(f1_score(np.array(counted)[inside], best[inside], average="macro")) if inside.any() else None,
        "ece": ece(top[inside], correct[inside]) if inside.any() else None,
        "oos_auroc": float(roc_auc_score(truth.outside, seen.outside)) if truth.outside.any() and inside.any() else None,
        "coverage_98": coverage(top * (1 - seen.outside), correct & inside),
        "set_covers": float(np.array(covered)[inside].mean()) if inside.any() else None,
        "set_size": float(seen.inside[inside].sum(axis=1).mean()) if inside.any() else None,
    }


def ece(top: F64, correct: Mask) -> float:
    """The expected calibration error: how far confidence and accuracy are apart, over BINS of confidence."""
    bins = np.minimum((top * BINS).astype(np.int64), BINS - 1)
    apart = [abs(float(top[bins == i].mean() - correct[bins == i].mean())) * float((bins == i).mean()) for i in np.unique(bins)]
    return float(np.sum(apart))


def coverage(confidence: F64, right: Mask) -> float:
    """The largest share of texts, most confident first, of which PRECISE are right."""
    order = np.argsort(-confidence, kind="stable")
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(precision >= PRECISE)
    return float(good[-1] + 1) / len(order) if len(good) else 0.0


def _as_ours(model: Model, rows: Rows, by_map: Path, seen: Understood) -> dict[str, float | None]:
    """Accuracy where both the file's and the model's labels are made ours."""
    names = [model.classes[i] for i in seen.probability.argmax(axis=1).tolist()]
    said, truth = mapped(Rows(rows.path, names, names), by_map), mapped(rows, by_map)
    right = [bool(a & b) for a, b in zip(said, truth, strict=True) if b != {OUTSIDE}]
    return {"accuracy": float(np.mean(right)) if right else None, "texts": float(len(right))}


def _latency(model: Model, texts: Sequence[str], embed: Embed | None) -> dict[str, float]:
    """Milliseconds a message, one by one, of the first stage, and of both."""
    out: dict[str, float] = {}
    for name, second in (("first", None), ("both", embed)):
        if name == "both" and embed is None:
            continue
        took = []
        for text in texts[:TIMED]:
            started = time.perf_counter()
            understand(model, [text], second)
            took.append(1000 * (time.perf_counter() - started))
        out |= {f"{name}_ms_p50": float(np.percentile(took, 50)), f"{name}_ms_p99": float(np.percentile(took, 99))}
    return out


def _shown(embed: Embed) -> Embed:
    """The same with a progress bar."""

    def some(texts: Sequence[str]) -> F32:
        parts = [texts[i : i + SOME] for i in range(0, len(texts), SOME)]
        return np.concatenate([embed(part) for part in track(parts, "sentence vectors", transient=True)])

    return some
