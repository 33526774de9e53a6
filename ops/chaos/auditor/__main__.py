"""``python -m ops.chaos.auditor AGENT``: audit what is in Kafka now. Exit code 0 when nothing is wrong, 1 otherwise."""

from __future__ import annotations

import argparse
import json
import sys
import time

from ops.chaos.auditor.judge import judge, workload
from ops.chaos.auditor.log import WORKLOADS
from ops.chaos.auditor.read import read


def main() -> int:
    """Read, judge, print."""
    parser = argparse.ArgumentParser(
        prog="python -m ops.chaos.auditor", description="Audit an agent's topics; nobody may be writing to them."
    )
    parser.add_argument("agent", choices=sorted(WORKLOADS))
    parser.add_argument("--brokers", default="127.0.0.1:9092")
    parser.add_argument("--namespace", default="")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    started = time.monotonic()
    log = read(given.brokers, given.namespace, workload(given.agent))
    read_s = time.monotonic() - started
    found = judge(log)
    figures = {
        **found.figures,
        "lost": found.lost,
        "duplicated": found.duplicated,
        "broken_state": found.broken_state,
        "read_s": round(read_s, 1),
        "judge_s": round(time.monotonic() - started - read_s, 1),
        "passed": found.clean,
    }
    for violation in found.violations:
        print(violation)
    if given.json:
        print(json.dumps(figures))
    else:
        print(", ".join(f"{name} {value}" for name, value in figures.items()))
    return 0 if found.clean else 1


if __name__ == "__main__":
    sys.exit(main())
