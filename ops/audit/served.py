"""A command line in; its exit code, where a fork of `tripo audit serve` did it, out. Only Python's own modules are imported here."""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType

SERVED = ("verify", "explain")  # what is about one decision: to get ready for it takes longer than to do it
BY_ITSELF = ("--chain", "--help")
FILES = ("TRIPO_MODELS", "TRIPO_TOPICS_FILE", "TRIPO_SCHEMAS_DIR")  # what was loaded depends on these
MESSAGE, SAID = 1 << 17, 32  # bytes of a request, and of an answer, at most
ANSWERED_S = 5.0  # within which a fork is there
PLACE = "audit.sock"
ROOT = Path(__file__).resolve().parents[2]


def place() -> Path:
    """Where the socket lies: under the home folder, see streams.settings."""
    home = os.environ.get("TRIPO_HOME")
    return (Path(home) if home else ROOT / ".tripo") / PLACE


def loaded() -> dict[str, str | None]:
    """What decides what a process has loaded: its code, its Python, and the files that its environment names."""
    named = {name: str(Path(value).resolve()) if (value := os.environ.get(name)) else None for name in FILES}
    return named | {"root": str(ROOT), "python": sys.executable, "sentences": os.environ.get("TRIPO_SENTENCES")}


def peer(of: socket.socket) -> int:
    """The user at the other end."""
    size = struct.calcsize("3i")
    user: int = struct.unpack("3i", of.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))[1]
    return user


def served(argv: list[str]) -> int | None:
    """Have it done by the process that stays. → its exit code; None where there is no such process, or it has loaded something else."""
    if sys.platform != "linux" or argv[1:2] != ["audit"] or not _fits(argv[2:]):
        return None
    signal.pthread_sigmask(signal.SIG_BLOCK, _PASSED)  # they wait until it is known whom to pass them on to
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as to:
            fork = _asked(to, argv)
            return None if fork is None else _code(to, fork)
    except OSError:
        return None
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _PASSED)


_PASSED = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


def _fits(words: list[str]) -> bool:
    """Whether it is one of SERVED, also behind ``--kafka FILE``."""
    if words[:1] == ["--kafka"]:
        words = words[2:]
    elif words and words[0].startswith("--kafka="):
        words = words[1:]
    return bool(words) and words[0] in SERVED and set(BY_ITSELF).isdisjoint(words)


def _asked(to: socket.socket, argv: list[str]) -> int | None:
    """The process id of the fork that does it; None where none was made."""
    to.settimeout(ANSWERED_S)
    to.connect(str(place()))
    if peer(to) != os.getuid():
        return None
    mask = os.umask(0)
    os.umask(mask)
    request = {"argv": argv, "cwd": str(Path.cwd()), "umask": mask, "environment": dict(os.environ), "loaded": loaded()}
    socket.send_fds(to, [json.dumps(request).encode()], [0, 1, 2])
    fork = to.recv(SAID)
    return int(fork) if fork else None


def _code(to: socket.socket, fork: int) -> int:
    """The exit code that a fork says at its end. What would end this process ends the fork."""

    def passed(number: int, _: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            os.kill(fork, number)
        if number != signal.SIGINT:  # a fork says itself what Ctrl-C came to
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    for number in _PASSED:
        signal.signal(number, passed)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _PASSED)
    to.settimeout(None)
    try:
        said = to.recv(SAID)
    except ConnectionError:
        said = b""
    if not said:
        os.write(2, b"tripo: the process that did it, forked from `tripo audit serve`, was killed\n")
        return 1
    return int(said)
