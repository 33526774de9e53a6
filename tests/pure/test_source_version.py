"""The code that a decision names is all the code that its bytes depend on."""

from __future__ import annotations

import ast
from fnmatch import fnmatch
from pathlib import Path

import streams
from streams.agent import STEPPING, source_version

RUNTIME = Path(streams.__file__).parent
NO_BYTES = {"agent", "errors", "faults", "message", "settings"}  # contracts, exceptions, environment


def imported(module: str) -> set[str]:
    """The modules of the runtime that one of them imports."""
    tree = ast.parse((RUNTIME / f"{module}.py").read_text())
    out: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module is not None and node.module.split(".")[0] == "streams":
            out |= {node.module.split(".")[1]} if "." in node.module else {one.name for one in node.names}
    return out


def test_what_a_step_passes_through_is_part_of_the_version() -> None:
    """The version left the runtime out: a replay under another codec did not say that it was one."""
    seen: set[str] = set()
    todo = {"task"}
    while todo:
        module = todo.pop()
        seen.add(module)
        todo |= imported(module) - seen
    named = {path.stem for path in RUNTIME.glob("*.py") if any(fnmatch(path.stem, name) for name in STEPPING)}
    assert named == seen - NO_BYTES


def test_any_changed_added_or_renamed_file_is_another_version(tmp_path: Path) -> None:
    folder = tmp_path / "agent"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.py").write_text("x = 1")
    versions = [source_version(folder)]
    for change in (
        lambda: (folder / "a.py").write_text("x = 2"),
        lambda: (folder / "deep" / "b.py").write_text(""),
        lambda: (folder / "a.py").rename(folder / "c.py"),
    ):
        change()
        versions.append(source_version(folder))
    assert len(set(versions)) == 4
    assert source_version(folder) == versions[-1]
