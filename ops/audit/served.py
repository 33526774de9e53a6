"""A command line in; its exit code, where a fork of `tripo audit serve` did it, out. Only Python's own modules are imported here."""

from __future__ import annotations

import json
import os
import signal
import socket
from pathlib import Path

SERVED = ("verify", "explain")  # what is about one decision: to get ready for it takes longer than to do it
BY_ITSELF = ("--chain", "--help")
LOADED_BY = ("TRIPO_MODELS", "TRIPO_TOPICS_FILE", "TRIPO_SCHEMAS_DIR", "TRIPO_SENTENCES")  # what was loaded depends on these
MESSAGE, SAID = 1 << 17, 32  # bytes of a request, and of an answer, at most
ANSWERED_S = 5.0  # within which a fork is there
PLACE = "audit.sock"


def place() -> Path:
    """Where the socket lies: under the home folder, see streams.settings."""
    home = os.environ.get("TRIPO_HOME")
    return (Path(home) if home else Path(__file__).resolve().parents[2] / ".tripo") / PLACE


def served(argv: list[str]) -> int | None:
    """Have it done by the process that stays. → its exit code; None where there is no such process, or it is of other code or models."""
    if argv[1:2] != ["audit"] or not set(SERVED) & set(argv[2:5]) or set(BY_ITSELF) & set(argv):
        return None
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as to:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # Ctrl-C waits until it is known whom to pass it on to
        try:
            to.settimeout(ANSWERED_S)
            to.connect(str(place()))
            request = {"argv": argv, "cwd": str(Path.cwd()), "environment": dict(os.environ)}
            socket.send_fds(to, [json.dumps(request).encode()], [0, 1, 2])
            fork = to.recv(SAID)
        except OSError:
            fork = b""
        if not fork:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
            return None
        return _code(to, int(fork))


def _code(to: socket.socket, fork: int) -> int:
    """The exit code that a fork says at its end. Ctrl-C is passed on to it."""
    to.settimeout(None)
    while True:
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
            said = to.recv(SAID)
        except KeyboardInterrupt:
            os.kill(fork, signal.SIGINT)
            continue
        except ConnectionError:
            said = b""
        if not said:
            os.write(2, b"tripo: the process that did it, forked from `tripo audit serve`, was killed\n")
            return 1
        return int(said)
