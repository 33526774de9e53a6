"""Texts in; sentence vectors out: the six layers of all-MiniLM-L6-v2 (Wang et al., MiniLM, 2020; Reimers & Gurevych 2019) in float32 numpy.

Every scalar is float32: numpy would go on in float64, at half the speed. English only. Each text is computed by itself, so its vector does
not depend on what else is in the batch; more at once would hardly be faster.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

F32 = npt.NDArray[np.float32]

WIDTH, LAYERS, HEADS = 384, 6, 12
LONGEST = 128  # word pieces of a text that are looked at
EPSILON = np.float32(1e-12)
DENSE = {"out": "attention.output.dense", "up": "intermediate.dense", "down": "output.dense"}
NORMS = {"norm": "attention.output.LayerNorm", "last": "output.LayerNorm"}
SCALE = np.float32((WIDTH // HEADS) ** -0.5)
CJK = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0xF900, 0xFAFF))


@dataclass(frozen=True)
class WordPieces:
    """The tokenizer of uncased BERT: ``pieces`` are its vocabulary, text → number."""

    pieces: Mapping[str, int]

    def numbers(self, text: str) -> list[int]:
        """The numbers of a text's pieces between [CLS] and [SEP], LONGEST at most."""
        found = [self.pieces["[CLS]"]]
        for word in _basic(text):
            if len(found) >= LONGEST - 1:
                break
            found += self._word(word)
        return [*found[: LONGEST - 1], self.pieces["[SEP]"]]

    def _word(self, word: str) -> list[int]:
        """The longest piece that fits, again and again; [UNK] where none does."""
        found, start = [], 0
        while start < len(word):
            for end in range(len(word) if len(word) <= 100 else start, start, -1):
                piece = self.pieces.get(word[start:end] if start == 0 else f"##{word[start:end]}")
                if piece is not None:
                    break
            else:
                return [self.pieces["[UNK]"]]
            found.append(piece)
            start = end
        return found


def _basic(text: str) -> list[str]:
    """Lower case without accents and control characters, split at blanks, punctuation and CJK characters."""
    out: list[str] = []
    for char in unicodedata.normalize("NFD", text.lower()):
        kind = unicodedata.category(char)
        if kind == "Mn" or (kind[0] == "C" and char not in "\t\n\r"):
            continue
        out.append(f" {char} " if _alone(char, kind) else " " if kind == "Zs" or char in "\t\n\r" else char)
    return "".join(out).split()


def _alone(char: str, kind: str) -> bool:
    code = ord(char)
    return kind[0] == "P" or char in "$+<=>^`|~" or any(low <= code <= high for low, high in CJK)


@dataclass(frozen=True)
class MiniLM:
    """The model; ``weights`` are float32 arrays by their names in the safetensors file."""

    words: WordPieces
    weights: Mapping[str, F32]

    @cached_property
    def _layers(self) -> list[dict[str, Any]]:
        w = self.weights
        out = []
        for i in range(LAYERS):
            at = f"encoder.layer.{i}."
            heads = [at + f"attention.self.{part}" for part in ("query", "key", "value")]
            parts = {name: _dense(w, at + key) for name, key in DENSE.items()} | {name: _norm(w, at + key) for name, key in NORMS.items()}
            weight, bias = (np.concatenate([w[head + part] for head in heads]) for part in (".weight", ".bias"))
            out.append(parts | {"qkv": (np.ascontiguousarray(weight.T), bias)})
        return out

    def vectors(self, texts: Sequence[str]) -> F32:
        """Shape (texts, WIDTH), each of length 1."""
        return np.concatenate([self._pooled(np.array([self.words.numbers(text)])) for text in texts] or [np.zeros((0, WIDTH), np.float32)])

    def _pooled(self, numbers: npt.NDArray[np.int64]) -> F32:
        """Texts of one length, numbers (n, length), each as the mean over its pieces, of length 1."""
        w = self.weights
        hidden = w["embeddings.word_embeddings.weight"][numbers] + w["embeddings.position_embeddings.weight"][: numbers.shape[1]]
        hidden += w["embeddings.token_type_embeddings.weight"][0]
        hidden = _normalised(hidden, *_norm(w, "embeddings.LayerNorm"))
        for layer in self._layers:
            hidden = _normalised(hidden + _linear(_attended(_linear(hidden, layer["qkv"])), layer["out"]), *layer["norm"])
            hidden = _normalised(hidden + _linear(_gelu(_linear(hidden, layer["up"])), layer["down"]), *layer["last"])
        mean: F32 = hidden.mean(axis=1, dtype=np.float32)
        mean /= np.sqrt(np.einsum("ij,ij->i", mean, mean))[:, None]
        return mean


def _dense(w: Mapping[str, F32], name: str) -> tuple[F32, F32]:
    return np.ascontiguousarray(w[name + ".weight"].T), w[name + ".bias"]


def _norm(w: Mapping[str, F32], name: str) -> tuple[F32, F32]:
    return w[name + ".weight"], w[name + ".bias"]


def _linear(x: F32, dense: tuple[F32, F32]) -> F32:
    out: F32 = x @ dense[0] + dense[1]
    return out


def _attended(qkv: F32) -> F32:
    """Scaled dot-product attention of HEADS heads; queries, keys and values side by side, (n, length, 3 · WIDTH)."""
    n, length, _ = qkv.shape
    q, k, v = qkv.reshape(n, length, 3, HEADS, WIDTH // HEADS).transpose(2, 0, 3, 1, 4)
    scores = (q @ k.transpose(0, 1, 3, 2)) * SCALE
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    scores /= scores.sum(axis=-1, keepdims=True)
    out: F32 = (scores @ v).transpose(0, 2, 1, 3).reshape(n, length, WIDTH)
    return out


def _normalised(x: F32, weight: F32, bias: F32) -> F32:
    """Layer normalisation."""
    x = x - x.mean(axis=-1, keepdims=True, dtype=np.float32)
    spread = np.sqrt((x * x).mean(axis=-1, keepdims=True, dtype=np.float32) + EPSILON)
    out: F32 = x / spread * weight + bias
    return out


def _gelu(x: F32) -> F32:
    """x · Φ(x)."""
    from scipy.special import erf

    out: F32 = np.float32(0.5) * x * (np.float32(1) + erf(x * np.float32(2**-0.5)))
    return out
