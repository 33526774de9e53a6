"""A library's package and some of its modules' names in; these modules, without what else the package imports, out.

River's packages import example streams, data sets and data frames, scipy's import each other, Fortran and test tools: up to half a second
for every process that steps an agent, most of what verifying one decision would take.
"""

from __future__ import annotations

import importlib
import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType


def parts(package: str, *names: str) -> list[ModuleType]:
    """Modules of one package (``river.drift``), imported in that order."""
    if package in sys.modules:
        return [importlib.import_module(f"{package}.{name}") for name in names]
    library, *inner = package.split(".")
    found = find_spec(library)
    assert found is not None, f"{library} is not installed"
    bare = ModuleType(package)
    bare.__path__ = [str(Path(place, *inner)) for place in found.submodule_search_locations or ()]
    sys.modules[package] = bare
    try:
        return [importlib.import_module(f"{package}.{name}") for name in names]
    finally:
        del sys.modules[package]  # who imports the package gets all of it
