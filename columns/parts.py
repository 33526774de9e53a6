"""A library's package and some of its modules' names in; these modules, without what else the package imports, out.

River's packages import example streams, data sets and data frames, scipy's import each other, Fortran and test tools: up to half a second
for every process that steps an agent, most of what verifying one decision would take.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

LATER = ("narwhals", "narwhals.stable", "narwhals.stable.v2", "scipy.special")  # of data frames and arrays: river's modules seldom use them


class _Later(ModuleType):
    """Stands for a module that is imported when something of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self.__name__), name)


def parts(package: str, *names: str) -> list[ModuleType]:
    """Modules of one package (``river.drift``), imported in that order; what they import of LATER, when it is used."""
    library, *inner = package.split(".")
    bare = None if package in sys.modules else ModuleType(package)
    if bare is not None:
        found = find_spec(library)
        assert found is not None, f"{library} is not installed"
        bare.__path__ = [str(Path(place, *inner)) for place in found.submodule_search_locations or ()]
        sys.modules[package] = bare
    try:
        with _later() if library == "river" else nullcontext():
            return [importlib.import_module(f"{package}.{name}") for name in names]
    finally:
        if bare is not None:
            del sys.modules[package]  # who imports the package gets all of it


@contextmanager
def _later() -> Iterator[None]:
    """In it, modules of LATER that are not imported yet are stood for."""
    standing = {name: _Later(name) for name in LATER if name not in sys.modules}
    for name, module in standing.items():
        parent, _, last = name.rpartition(".")
        if parent in standing:
            setattr(standing[parent], last, module)
    sys.modules.update(standing)
    try:
        yield
    finally:
        for name in standing:
            del sys.modules[name]
