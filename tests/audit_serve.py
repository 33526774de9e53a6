"""`tripo audit serve` for tests: started ready, asked by processes of their own, ended by pid."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streams.settings import ROOT
from tests.workers import eventually

TRIPO = (sys.executable, "-m", "ops.cli")
_ASK = "import sys; from ops.audit.served import served; print(served(['tripo', *sys.argv[1:]]))"


def env_of(home: Path, **env: str) -> dict[str, str]:
    """Of processes of that home folder; no broker unless it is named."""
    return {"TRIPO_BROKERS": "127.0.0.1:1"} | os.environ | {"TRIPO_HOME": str(home), "PYTHONPATH": str(ROOT)} | env


def by_fork(home: Path, *words: str, code: Path = ROOT, **env: str) -> tuple[str, int | None]:
    """What a fork prints that code of a folder asks for, and its exit code; None where none was made."""
    env = env_of(home, **{"PYTHONPATH": str(code)} | env)
    asked = subprocess.run([sys.executable, "-c", _ASK, *words], cwd=code, env=env, capture_output=True, text=True, timeout=60, check=True)
    *said, ended = asked.stdout.splitlines()
    return "\n".join(said), None if ended == "None" else int(ended)


@contextmanager
def process(home: Path, cwd: Path = ROOT) -> Iterator[subprocess.Popen[str]]:
    """A ready one, of the code in ``cwd``, for the time of a block; ``serve.log`` has what it says."""
    with (home / "serve.log").open("w") as log:
        one = subprocess.Popen(
            [*TRIPO, "audit", "serve"], cwd=cwd, env=env_of(home, PYTHONPATH=str(cwd)), stdout=log, stderr=log, text=True
        )
    try:
        eventually(lambda: one.poll() is not None or "ready: verify" in (home / "serve.log").read_text(), what="it is ready")
        assert one.poll() is None, (home / "serve.log").read_text()
        yield one
    finally:
        one.kill()
        one.wait(10)
