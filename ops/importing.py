"""A module's name in; the module, imported without looking for garbage among what it brings, out.

The collector goes through all objects again and again while thousands of them are made for good, and once more at the process's end:
a third of the time that a short command takes.
"""

from __future__ import annotations

import gc
import importlib
import sys
from types import ModuleType


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
