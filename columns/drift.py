"""The Page-Hinkley test for drift (Page 1954), river's own, without the rest of river.

River's packages import example streams and data sets, and with these scikit-learn and scipy's statistics: half a second for every process
that steps an agent, most of what verifying one decision would take.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import river


def parts(package: str, *names: str) -> list[ModuleType]:
    """Modules of one of river's packages (``river.drift``), imported in that order without what else the package imports."""
    if package in sys.modules:
        return [importlib.import_module(f"{package}.{name}") for name in names]
    bare = ModuleType(package)
    bare.__path__ = [str(Path(river.__path__[0], *package.split(".")[1:]))]
    sys.modules[package] = bare
    try:
        return [importlib.import_module(f"{package}.{name}") for name in names]
    finally:
        del sys.modules[package]  # who imports the package gets all of it


if TYPE_CHECKING:
    from river.drift import PageHinkley
else:
    PageHinkley = parts("river.drift", "page_hinkley")[0].PageHinkley

__all__ = ["PageHinkley", "parts"]
