"""The intent model → bytes → the intent model: arrays as numpy writes them, everything else as JSON. Equal models give equal bytes."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from agents.support.model import Clusters, Head, Model, Stage
from agents.support.vectors import Vocabulary

FORMAT = 3
HEADS = ("sentiment", "feeling", "language", "danger", "peril")
Arrays = dict[str, npt.NDArray[Any]]


def dump(model: Model) -> bytes:
    """The model as bytes (an uncompressed .npz)."""
    arrays: Arrays = {}
    for name, known in (("grams", model.vocabulary), ("matters", model.matters)):
        arrays |= {f"{name}.keys": known.keys, f"{name}.idf": known.idf, f"{name}.words": known.words}
    facts: dict[str, Any] = {name: getattr(model, name) for name in ("version", "unsure", "reads", "joined")} | {"format": FORMAT}
    for name, stage in (("first", model.first), ("second", model.second)):
        facts[name] = None if stage is None else _stage(name, stage, arrays)
    for name in HEADS:
        facts[name] = None if (head := getattr(model, name)) is None else _head(name, head, arrays)
    if model.clusters is not None:
        arrays |= {"means": model.clusters.means, "whiten": model.clusters.whiten}
    arrays["facts"] = np.frombuffer(json.dumps(facts, sort_keys=True).encode(), np.uint8)
    out = io.BytesIO()
    np.savez(out, **arrays)  # type: ignore[arg-type]
    return out.getvalue()


def load(data: bytes) -> Model:
    """The model of these bytes. Raises ValueError for those of another format."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (BadZipFile, EOFError) as error:
        raise ValueError(f"these bytes are no model ({error}): train it anew (tripo support train)") from None
    facts = json.loads(arrays["facts"].tobytes())
    if facts["format"] != FORMAT:
        raise ValueError(f"the model has format {facts['format']}, not {FORMAT}: train it anew (tripo support train)")
    first, second = (None if facts[name] is None else _stage_of(name, facts[name], arrays) for name in ("first", "second"))
    heads = {name: None if facts[name] is None else _head_of(name, facts[name], arrays) for name in HEADS}
    if first is None:
        raise ValueError("the model has no first stage: train it anew (tripo support train)")
    clusters = Clusters(arrays["means"], arrays["whiten"]) if "means" in arrays else None
    grams, matters = (Vocabulary(*(arrays[f"{name}.{part}"] for part in ("keys", "idf", "words"))) for name in ("grams", "matters"))
    reads = tuple(facts["reads"])
    return Model(
        facts["version"], grams, matters, first, second, clusters, facts["unsure"], reads,
        heads["sentiment"], heads["feeling"], heads["language"], facts["joined"], heads["danger"], heads["peril"],
    )  # fmt: skip


def _head(name: str, head: Head, arrays: Arrays) -> dict[str, Any]:
    arrays |= {f"{name}.weights": head.weights, f"{name}.bias": head.bias, f"{name}.shift": head.shift}
    return {"classes": head.classes, "scale": head.scale}


def _head_of(name: str, facts: Mapping[str, Any], arrays: Arrays) -> Head:
    weights, bias, shift = (arrays[f"{name}.{part}"] for part in ("weights", "bias", "shift"))
    return Head(tuple(facts["classes"]), weights, bias, facts["scale"], shift)


def _stage(name: str, stage: Stage, arrays: Arrays) -> dict[str, Any]:
    arrays[f"{name}.scope"] = stage.scope
    outside = None if stage.outside is None else _head(f"{name}.outside", stage.outside, arrays)
    return {"head": _head(f"{name}.head", stage.head, arrays), "outside": outside, "set_from": stage.set_from}


def _stage_of(name: str, facts: Mapping[str, Any], arrays: Arrays) -> Stage:
    outside = None if facts["outside"] is None else _head_of(f"{name}.outside", facts["outside"], arrays)
    return Stage(_head_of(f"{name}.head", facts["head"], arrays), outside, arrays[f"{name}.scope"], facts["set_from"])
