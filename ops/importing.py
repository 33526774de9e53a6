"""A module's name in; the module, imported without looking for garbage among what it brings, out. And a process that seldom looks.

The collector goes through all objects again and again while thousands of them are made for good, and once more at the process's end:
a third of the time that a short command takes, and half of the time in which an agent's tables are made.
"""

from __future__ import annotations

import gc
import importlib
import sys
from types import ModuleType

SELDOM = (50_000, 20, 1000)  # objects made, and collections of them, before one of the next generation


def collect_seldom() -> None:
    """From here on look for garbage a hundredth as often: a command makes much that stays, and few cycles."""
    gc.set_threshold(*SELDOM)


def imported(module: str) -> ModuleType:
    """The module; what is in memory afterwards is taken to stay (``gc.freeze``)."""
    if module in sys.modules:
        return sys.modules[module]
    collecting = gc.isenabled()
    gc.disable()
    try:
        return importlib.import_module(module)
    finally:
        gc.freeze()
        if collecting:
            gc.enable()
