"""A model and labelled texts it has not seen in; how right, how calibrated, how fast it is, out.

`tripo support evaluate --train FILE …` fits the same pipeline on any labelled file first, `--product` takes the shipped model and judges
it by a map of the file's labels. With ``baseline``, what anybody would try first is trained on the same texts and stands beside.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import update_wrapper
from inspect import unwrap
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import typer
from threadpoolctl import threadpool_limits

from agents.support.minilm import WIDTH as MINILM
from agents.support.model import Embed, Model, Understood, understand
from agents.support.models import english_model, sentence_model
from agents.support.policy import DEFAULT
from agents.support.sparse import F32
from agents.support.text import bare, cleaned
from ops.listing import print_rows, progress
from ops.summary import fail, shown
from ops.support.baseline import baseline_figures, published_figures
from ops.support.corpus import corpus
from ops.support.fitting import LEAST, Labelled, fit
from ops.support.heads import OUTSIDE
from ops.support.labelled import Rows, as_ours, data_set, mapped
from ops.support.scores import Mask, Truth, automatic_of, figures_of, mean_of, sets_of, truth_of
from ops.support.splits import Split
from ops.support.targets import AHEAD, PIPELINE, PRODUCT, RIDES, SECOND, SETS, judged, show

SOME = 32  # texts whose sentence vectors are computed between two looks at the progress bar
TIMED = 300  # messages that are timed one by one, of each kind
LANGUAGE, SENTIMENT = "language", "sentiment"  # columns a file may have


def evaluate_fitted(splits: Sequence[Split], by_map: Path | None, *, both: bool, baseline: bool, as_json: bool) -> int:
    """Fit on one part and score on the other, on the labels the files have; of several folds the mean. → 0; 1 where a target is missed."""
    embed = english() if both else None
    folds = [_fold(split, by_map, embed, baseline=baseline) for split in progress(splits, "fitting and testing")]
    figures = mean_of([each["figures"] for each in folds])
    train, test = splits[0].train, splits[0].test
    head = {"train": train.path.name, "test": test.path.name, "split": ", ".join(split.name for split in splits)}
    head |= {name: folds[0][name] for name in ("trained_on", "classes")}
    if len(folds) > 1:
        rows = [(each["split"], *(shown(part["accuracy"]) for part in _compared(each["figures"]).values())) for each in folds]
        print_rows("accuracy by fold", ("fold", *_compared(figures)), rows)
    of_set = () if by_map is None else SETS.get(data_set(train, by_map)[0], ())
    return _told(head, figures, judged(figures, (*of_set, *PIPELINE)), {"folds": folds}, as_json)


def evaluate_product(model: Model, rows: Rows, by_map: Path | None, *, both: bool, baseline: bool, as_json: bool) -> int:
    """Score the shipped model on a file, its labels made ours by the map; by language where the file tells it. → 0; 1 where a target is
    missed."""
    truth = truth_of(as_ours(rows) if by_map is None else mapped(rows, by_map))
    figures, seen = scored(model, rows.texts, truth, multilingual() if both else None)
    if baseline:
        figures |= _beside(figures, [line.text for line in corpus()], [line.intent for line in corpus()], rows.texts, truth)
    figures |= _besides(model, seen, rows, np.ones(len(rows.texts), np.bool_))
    by_language = {}
    for name in dict.fromkeys(rows.others.get(LANGUAGE, ())):
        mine = np.array(rows.others[LANGUAGE]) == name
        by_language[name] = figures_of(model.classes, seen.probability[mine], seen.outside[mine], truth.take(mine))
        by_language[name] |= _besides(model, seen, rows, mine)
    if by_language:
        columns = list(next(iter(by_language.values())))
        table = [(name, *(shown(each[column]) for column in columns)) for name, each in by_language.items()]
        print_rows("by language", ("language", *(column.replace("_", " ") for column in columns)), table)
    rides = by_map is not None and data_set(rows, by_map)[0] == RIDES
    judgement = judged(figures, (*PRODUCT, AHEAD) if rides else PRODUCT)
    return _told({"model": model.version, "test": rows.path.name}, figures, judgement, {"by_language": by_language}, as_json)


def _fold(split: Split, by_map: Path | None, embed: Embed | None, *, baseline: bool) -> dict[str, Any]:
    """What a model of one part makes of the other."""
    model = fitted(split.train, embed)
    truth = truth_of([frozenset({label}) for label in split.test.labels])
    figures, seen = scored(model, split.test.texts, truth, embed)
    if baseline:
        known, new = split.train, split.test
        figures |= _beside(figures, known.texts, known.labels, new.texts, truth)
        figures["published"] = published_figures(known.texts, known.labels, new.texts, truth, _minilm(embed, known.texts, new.texts))
    if by_map is not None:
        figures["mapped"] = _as_ours(model, split.test, by_map, seen)
    return {"split": split.name, "trained_on": len(split.train.texts), "classes": len(model.classes), "figures": figures}


def fitted(rows: Rows, embed: Embed | None) -> Model:
    """The pipeline's model of these rows; labels with fewer than LEAST texts count theirs several times."""
    texts, labels = [cleaned(text, DEFAULT.longest).text for text in rows.texts], np.array(rows.labels)
    names, counts = np.unique(labels, return_counts=True)
    rare = [np.resize(np.flatnonzero(labels == name), LEAST - count) for name, count in zip(names, counts, strict=True) if count < LEAST]
    index = np.concatenate([np.arange(len(labels)), *rare]).astype(np.int64)
    sentence = None if embed is None else sentences(texts, embed)
    data = Labelled(texts, labels, np.full(len(texts), "en"), sentence).take(index)
    try:
        return fit(data, None if OUTSIDE in labels else background(embed))
    except ValueError as error:
        fail(f"{rows.path}: {error}", 2)


def background(embed: Embed | None) -> Labelled | None:
    """Texts that are out of any scope: the project's own, in English."""
    texts = [line.text for line in corpus() if line.language == "en" and line.intent == OUTSIDE]
    sentence = None if embed is None else sentences(texts, embed)
    return Labelled(texts, np.full(len(texts), OUTSIDE), np.full(len(texts), "en"), sentence)


def sentences(texts: Sequence[str], embed: Embed | None = None) -> F32 | None:
    """Their sentence vectors by ``embed``, else by the shipped model's, with a progress bar; None where there is no sentence model."""
    return None if (embed := embed or multilingual()) is None or not texts else embed([bare(text) for text in texts])


def multilingual() -> Embed | None:
    """The shipped model's sentence model, with a progress bar; None if it is not installed."""
    model = sentence_model()
    return None if model is None else _remembering(model.vectors)


def english() -> Embed | None:
    """All sentence models that read English, side by side: slower and a little better than the one of the shipped model; None if none is
    installed."""
    found = [model.vectors for model in (sentence_model(), english_model()) if model is not None]
    return _remembering(lambda texts: np.concatenate([embed(texts) for embed in found], axis=1)) if found else None


def _minilm(embed: Embed | None, known: Sequence[str], new: Sequence[str]) -> tuple[F32, F32] | None:
    """What all-MiniLM-L6-v2 says of two times some texts: the last columns of ``english()``; None where it is not there."""
    if embed is None or english_model() is None:
        return None
    of_known, of_new = (embed([bare(cleaned(text, DEFAULT.longest).text) for text in texts])[:, -MINILM:] for texts in (known, new))
    return of_known, of_new


def _remembering(embed: Embed) -> Embed:
    """The same with a progress bar; what was asked for before, as by another fold, is remembered. ``inspect.unwrap`` finds the other."""
    known: dict[str, F32] = {}

    def some(texts: Sequence[str]) -> F32:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        parts = [new[i : i + SOME] for i in range(0, len(new), SOME)]
        with ThreadPoolExecutor(2) as pool, threadpool_limits(1):
            for part, found in zip(progress(parts, "sentence vectors"), pool.map(embed, parts), strict=True):
                known.update(zip(part, found, strict=True))
        return np.stack([known[text] for text in texts])

    return update_wrapper(some, embed)


def scored(model: Model, texts: Sequence[str], truth: Truth, embed: Embed | None) -> tuple[dict[str, Any], Understood]:
    """Every figure of a model on texts: of both stages where both look, and under ``first`` those of the first alone.

    → the figures, and what they are of
    """
    looked = [cleaned(text, DEFAULT.longest).text for text in texts]
    embed = None if model.second is None else embed
    speed = _speed(model, looked, embed)
    first = understand(model, looked)
    seen = first if embed is None else understand(model, looked, embed)
    figures = _figures(model, seen, truth)
    if embed is not None:
        figures[SECOND] = float(seen.second.mean())
    figures["first"] = _figures(model, first, truth)
    return figures | speed, seen


def _figures(model: Model, seen: Understood, truth: Truth) -> dict[str, Any]:
    figures = figures_of(model.classes, seen.probability, seen.outside, truth)
    return figures | sets_of(model.classes, seen, truth) | automatic_of(model.classes, seen, truth)


def _beside(figures: dict[str, Any], texts: Sequence[str], labels: Sequence[str], tested: Sequence[str], truth: Truth) -> dict[str, Any]:
    """The baseline's figures, and by how much the accuracy is ahead of its, in parts of 1."""
    plain = baseline_figures(texts, labels, tested, truth)
    ahead = None if plain["accuracy"] is None else figures["accuracy"] - plain["accuracy"]
    return {"baseline": plain, "ahead_of_baseline": ahead}


def _besides(model: Model, seen: Understood, rows: Rows, which: Mask) -> dict[str, float]:
    """How often the language and the sentiment are told right, where the file tells them."""
    out: dict[str, float] = {}
    if LANGUAGE in rows.others and model.language is not None:
        out["language_right"] = float((np.array(seen.languages) == np.array(rows.others[LANGUAGE]))[which].mean())
    if SENTIMENT in rows.others and model.sentiment is not None and seen.felt is not None:
        felt = np.array(model.sentiment.classes)[seen.felt.argmax(axis=1)]
        out["sentiment_right"] = float((felt == np.array(rows.others[SENTIMENT]))[which].mean())
    return out


def _as_ours(model: Model, rows: Rows, by_map: Path, seen: Understood) -> dict[str, Any]:
    """Accuracy where both the file's and the model's labels are made ours."""
    names = [model.classes[i] for i in seen.probability.argmax(axis=1).tolist()]
    said, truth = mapped(Rows(rows.path, names, names), by_map), mapped(rows, by_map)
    right = [bool(a & b) for a, b in zip(said, truth, strict=True) if b != {OUTSIDE}]
    return {"accuracy": float(np.mean(right)) if right else None, "texts": len(right)}


def _speed(model: Model, texts: Sequence[str], embed: Embed | None) -> dict[str, float]:
    """Texts a second of CPU of the first stage, all at once; milliseconds a message, one by one, of it and of both.

    Each is measured on texts of its own, as what a text speaks of is remembered, after what is made once by language is there.
    """
    understand(model, list({line.language: line.text for line in corpus()}.values()))
    k = min(TIMED, len(texts) // 3)
    out = _latency("first", model, texts[:k] or texts, None)
    if embed is not None:
        out |= _latency("both", model, texts[k : 2 * k] or texts, unwrap(embed))
    rest = texts[2 * k :]
    started = time.process_time()
    understand(model, rest)
    return out | {"first_per_second": len(rest) / (time.process_time() - started)}


def _latency(name: str, model: Model, texts: Sequence[str], embed: Embed | None) -> dict[str, float]:
    took = []
    for text in texts:
        started = time.perf_counter()
        understand(model, [text], embed)
        took.append(1000 * (time.perf_counter() - started))
    return {f"{name}_ms_p50": float(np.percentile(took, 50)), f"{name}_ms_p99": float(np.percentile(took, 99))}


def _told(head: dict[str, Any], figures: dict[str, Any], judgement: dict[str, Any], parts: dict[str, Any], as_json: bool) -> int:
    """Print what was measured beside what was asked, then all as one JSON object if ``as_json``. → 0, or 1 where a target is missed."""
    print_rows("measured", ("what", "of what"), [(name.replace("_", " "), shown(value)) for name, value in head.items()])
    compared = _compared(figures)
    table = [(name.replace("_", " "), *(shown(part.get(name)) for part in compared.values())) for name in figures["first"]]
    print_rows("compared", ("figure", *compared), table)
    rest = [(name.replace("_", " "), shown(value)) for name, value in figures.items() if name not in (*figures["first"], *compared)]
    print_rows("besides", ("figure", "value"), rest)
    show(judgement)
    if as_json:
        typer.echo(orjson.dumps(head | figures | judgement | parts).decode())
    return 0 if judgement["met"] else 1


def _compared(figures: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The figures that stand side by side: of both stages where both looked, of the first alone, and of the baseline if asked for."""
    both = {"both": figures} if SECOND in figures else {}
    return both | {name: figures[name] for name in ("first", "baseline") if name in figures}
