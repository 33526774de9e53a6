"""`tripo audit serve`: what is about one decision is done by a fork of it, as the process that was asked would have."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from ops.audit.served import PLACE
from streams.settings import ROOT
from tests.audit_serve import TRIPO, by_fork, env_of, process
from tests.workers import eventually

WRONG = ("audit", "verify", "no-id")


def command(home: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*TRIPO, *words], cwd=home, env=env_of(home, **env), capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("serve")
    with process(folder):
        yield folder


def test_a_fork_says_and_ends_as_the_process_itself_would(home: Path, tmp_path: Path) -> None:
    alone, served = command(tmp_path, *WRONG), command(home, *WRONG)
    assert (alone.returncode, alone.stdout, alone.stderr) == (served.returncode, served.stdout, served.stderr)
    assert served.returncode == 2
    assert "'no-id' is no decision's id" in served.stderr
    assert by_fork(home, *WRONG)[1] == 2
    assert by_fork(tmp_path, *WRONG)[1] is None


def test_its_user_alone_can_reach_it(home: Path) -> None:
    mode = (home / PLACE).stat().st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600


@pytest.mark.parametrize(
    "words", [("audit", "verify", "--chain"), ("audit", "replay", "matching"), ("audit",), ("lag",), (), ("audit", "verify", "--help")]
)
def test_long_work_is_done_by_the_process_itself(home: Path, words: tuple[str, ...]) -> None:
    assert by_fork(home, *words)[1] is None


def test_other_models_schemas_or_topics_are_not_what_is_ready(home: Path, tmp_path: Path) -> None:
    assert by_fork(home, *WRONG, TRIPO_MODELS=str(tmp_path))[1] is None
    assert by_fork(home, *WRONG, TRIPO_NAMESPACE="other.")[1] == 2


def test_a_request_cut_off_or_without_files_harms_nothing(home: Path) -> None:
    for said in (b"{", b"", b"{}", b"[]", b"[" * 9000, b'{"loaded": 1}'):
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as to:
            to.connect(str(home / PLACE))
            to.send(said) if said else None
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as to:
        to.connect(str(home / PLACE))
        socket.send_fds(to, [b'{"argv": 1'], [0, 1, 2])
        assert to.recv(8) == b""
    assert by_fork(home, *WRONG)[1] == 2


def test_ctrl_c_ends_what_the_fork_does(home: Path) -> None:
    asked = subprocess.Popen(
        [*TRIPO, "audit", "verify", "matching/orders/0/0/0"], cwd=ROOT, env=env_of(home), stderr=subprocess.PIPE, text=True
    )
    try:
        eventually(lambda: len(_forks_of(home)) == 1, what="a fork waits for Kafka, which is not there")
        asked.send_signal(signal.SIGINT)
        assert asked.wait(20) == 130
        eventually(lambda: not _forks_of(home), what="the fork ended")
    finally:
        asked.kill()
        asked.communicate()


def test_a_fork_that_is_killed_is_told(home: Path) -> None:
    asked = subprocess.Popen(
        [*TRIPO, "audit", "verify", "matching/orders/0/0/0"], cwd=ROOT, env=env_of(home), stderr=subprocess.PIPE, text=True
    )
    eventually(lambda: len(_forks_of(home)) == 1, what="a fork waits for Kafka, which is not there")
    os.kill(_forks_of(home)[0], signal.SIGKILL)
    _, said = asked.communicate(timeout=20)
    assert asked.returncode == 1
    assert "was killed" in said


def _forks_of(home: Path) -> list[int]:
    """Process ids of forks that have their caller's files."""
    log = home / "serve.log"
    pid = int(log.read_text().split("forks of process ")[1].split(",")[0])
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    with suppress(FileNotFoundError):  # one has just ended
        return [int(child) for child in children if Path(f"/proc/{child}/fd/2").readlink() != log]
    return []


def test_another_one_waits_and_the_end_leaves_no_socket(tmp_path: Path) -> None:
    with process(tmp_path) as one:
        with (tmp_path / "second.log").open("w") as log:
            second = subprocess.Popen([*TRIPO, "audit", "serve"], cwd=ROOT, env=env_of(tmp_path), stdout=log, stderr=log)
        try:
            eventually(lambda: "waits for its end" in (tmp_path / "second.log").read_text(), what="the other one waits")
            one.terminate()
            assert one.wait(20) == 0
            eventually(lambda: "ready: verify" in (tmp_path / "second.log").read_text(), what="the other one is ready")
            assert by_fork(tmp_path, *WRONG)[1] == 2
        finally:
            second.terminate()
            assert second.wait(20) == 0
    assert not (tmp_path / PLACE).exists()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as dead:
        dead.bind(str(tmp_path / PLACE))
    assert by_fork(tmp_path, *WRONG)[1] is None
    with process(tmp_path):
        assert by_fork(tmp_path, *WRONG)[1] == 2


def test_what_was_not_foreseen_is_shown_as_by_the_process_itself(home: Path, tmp_path: Path) -> None:
    alone, forked = (command(folder, *WRONG[:2], "matching/orders/0/0/0", TRIPO_ORDINAL="x") for folder in (tmp_path, home))
    assert alone.returncode == forked.returncode == 1
    assert "Traceback" in forked.stderr
    assert forked.stderr.splitlines()[-3:] == alone.stderr.splitlines()[-3:]


def test_the_end_of_who_asked_ends_the_fork(home: Path) -> None:
    asked = subprocess.Popen([*TRIPO, "audit", "verify", "matching/orders/0/0/0"], cwd=ROOT, env=env_of(home), stderr=subprocess.DEVNULL)
    eventually(lambda: len(_forks_of(home)) == 1, what="a fork waits for Kafka, which is not there")
    asked.terminate()
    assert asked.wait(20) == -signal.SIGTERM
    eventually(lambda: not _forks_of(home), what="the fork ended")


def test_code_that_has_changed_or_lies_elsewhere_is_never_run(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    for name in ("agents", "audit", "columns", "ops", "streams", "schemas"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "corpus", "knowledge", "dangers"))
    shutil.copy(ROOT / "topics.yaml", copy)
    with process(tmp_path, copy) as one:
        assert by_fork(tmp_path, *WRONG)[1] is None
        assert by_fork(tmp_path, *WRONG, code=copy)[1] == 2
        os.utime(copy / "audit" / "verify.py", (1, 1))
        assert by_fork(tmp_path, *WRONG, code=copy)[1] is None
        assert one.wait(10) == 0
        assert "has changed" in (tmp_path / "serve.log").read_text()
