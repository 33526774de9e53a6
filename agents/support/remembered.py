"""Keys in; a row of numbers for each, out: those that were asked for before are not computed again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row", bound=np.generic)


class Remembered(Generic[Key, Row]):
    """Rows of at most ``most`` keys, besides those that are asked for: the first that came are forgotten first."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._rows: dict[Key, Any] = {}

    def of(self, keys: Sequence[Key], compute: Callable[[Sequence[Key]], npt.NDArray[Row]]) -> npt.NDArray[Row]:
        """The rows of ``keys``, in their order; ``compute``: those of keys that are not known, each once, which depend on the key alone."""
        rows = self._rows
        new = [key for key in dict.fromkeys(keys) if key not in rows]
        if new:
            rows.update((key, row.copy()) for key, row in zip(new, compute(new), strict=True))
        out = np.stack([rows[key] for key in keys])
        while len(rows) > self.most:
            del rows[next(iter(rows))]
        return out
