"""Tasks to be audited → each in a process of its own, as many at a time as are asked for, with a bar for each."""

from __future__ import annotations

import multiprocessing
import queue
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

T = TypeVar("T")
Report = Callable[[int, int], None]  # done, of how many

BETWEEN_S = 0.1  # two reports of a process
_reports: Any = None


def _begin(reports: Any) -> None:
    global _reports  # noqa: PLW0603 - a process's own
    _reports = reports
    reports.cancel_join_thread()  # reports that nobody reads any more must not keep a process from ending


def _run(number: int, job: Callable[[Report], T]) -> T:
    last = 0.0

    def report(done: int, of: int) -> None:
        nonlocal last
        if time.monotonic() - last > BETWEEN_S:
            last = time.monotonic()
            _reports.put((number, done, of))

    return job(report)


def side_by_side(jobs: Sequence[tuple[str, Callable[[Report], T]]], workers: int) -> list[T]:
    """The results of named jobs, which can be pickled; one alone runs in this process. Raises what a job raises."""
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
    with bars:
        rows = [bars.add_task(name, total=None) for name, _ in jobs]

        def show(number: int, done: int, of: int) -> None:
            bars.update(rows[number], completed=done, total=max(done, of))

        if len(jobs) == 1 or workers == 1:
            return [job(lambda done, of, n=n: show(n, done, of)) for n, (_, job) in enumerate(jobs)]  # type: ignore[misc]
        context = multiprocessing.get_context("spawn")
        reports = context.Queue()
        with ProcessPoolExecutor(min(workers, len(jobs)), context, _begin, (reports,)) as pool:
            futures = [pool.submit(_run, number, job) for number, (_, job) in enumerate(jobs)]
            try:
                _watch(futures, reports, show)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
            return [future.result() for future in futures]


def _watch(futures: list[Future[T]], reports: Any, show: Callable[[int, int, int], None]) -> None:
    while not all(future.done() for future in futures):
        try:
            show(*reports.get(timeout=0.2))
        except queue.Empty:
            continue
