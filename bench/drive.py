"""A steady load on one worker: its producer's command in; what the worker used, and what the producer told, out."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench import report
from bench.stand import BenchError, Child, Stand, cpu, memory, pause


@dataclass(frozen=True, slots=True)
class Driven:
    """A load that was sent and decided."""

    cpu_s: float  # the worker's processor time
    peak_rss: int  # bytes, at most
    told: dict[str, Any]  # the producer's last line: sent, failed, late_p99_ms, late_max_ms


def drive(place: Stand, steps: report.Steps, worker: Child, module: str, plan: str, wait: Callable[[], object]) -> Driven:
    """Run a producer (``python -m module plan``) to its end, ``wait`` until all is read, and stop the worker.

    Raises BenchError when the producer or the worker fails.
    """
    peak, began, used = 0, time.monotonic(), cpu(worker.pid)
    producer = place.spawn("producer", [sys.executable, "-m", module, plan])
    while producer.process.poll() is None:
        worker.check()
        peak = max(peak, memory(worker.pid))
        steps.at(int(time.monotonic() - began))
        pause(time.monotonic() + 1)
    if producer.process.returncode:
        raise BenchError(f"the producer failed:\n{producer.tail()}")
    wait()
    used = cpu(worker.pid) - used
    if code := worker.stop():
        raise BenchError(f"the worker stopped with code {code}:\n{worker.tail()}")
    return Driven(used, peak, json.loads(producer.tail().splitlines()[-1]))
