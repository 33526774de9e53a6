"""The steady load of `tripo bench support`, in a process of its own: a ``Plan`` (JSON) in; messages, and how late they were, out.

bench/sending.py sends them.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass

import numpy as np

from bench.sending import send
from ops.support.customers import Customers
from ops.support.publish import framed
from streams.avro import codec


@dataclass(frozen=True, slots=True)
class Plan:
    """``rate`` messages/s for ``seconds`` from ``start_ms`` (epoch) on, of which the share ``english``."""

    start_ms: int
    seconds: int
    rate: int
    english: float
    seed: int

    def dumps(self) -> str:
        """As one argument."""
        return json.dumps(asdict(self))


def main() -> None:
    """Sends the plan given as the only argument, prints one JSON line."""
    plan = Plan(**json.loads(sys.argv[1]))
    count = plan.rate * plan.seconds
    at = plan.start_ms + np.arange(count) * (1000 / plan.rate)
    rows = [row | {"ts": int(ts)} for row, ts in zip(Customers(plan.seed, plan.english).write(count), at, strict=True)]
    values = codec("messages").encode(framed("messages", rows)).values()
    keys = [row["conversation_id"].encode() for row in rows]
    send(list(zip(at.tolist(), ["messages"] * count, keys, values, strict=True)))


if __name__ == "__main__":
    main()
