"""Named points of the cycle at which the chaos command kills a worker with SIGKILL; nothing happens otherwise."""

from __future__ import annotations

import os
import signal
from collections import Counter

from streams.settings import settings

POINTS = (
    "after-poll",
    "mid-step",
    "before-offsets",
    "after-offsets",
    "after-commit",
    "on-assign",
    "on-revoke",
    "in-recovery",
    "in-snapshot",
)

_passed: Counter[str] = Counter()


def point(name: str) -> None:
    """Pass a named point; with ``TRIPO_FAULT=name@n`` the n-th passing is the process's last moment."""
    fault = settings().fault
    if not fault:
        return
    where, _, count = fault.partition("@")
    if where not in POINTS:
        raise ValueError(f"TRIPO_FAULT names the unknown point {where!r}; known: {', '.join(POINTS)}")
    if where == name:
        _passed[name] += 1
        if _passed[name] >= int(count or 1):
            os.kill(os.getpid(), signal.SIGKILL)
