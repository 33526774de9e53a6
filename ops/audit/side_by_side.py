"""Tasks to be audited → each in a process of its own, as many at a time as are asked for, with a bar for each."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from confluent_kafka import KafkaException
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ops.audit.asked import unreadable
from ops.importing import collect_seldom
from ops.reading import LogError
from ops.worker import setup_logging

T = TypeVar("T")
Report = Callable[[int, int], None]  # done, of how many

BETWEEN_S = 0.1  # two reports of a process
_reports: Any = None
_busy = False


def _begin(reports: Any) -> None:
    global _reports  # noqa: PLW0603 - a process's own
    _reports = reports
    collect_seldom()
    setup_logging("error")
    signal.signal(signal.SIGINT, _interrupted)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    reports.cancel_join_thread()  # reports that nobody reads any more must not keep a process from ending


def _interrupted(number: int, frame: object) -> None:
    """Ctrl-C, in a process of the pool: a job ends as it does on any error; nothing is said where there is none."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal tells all processes, and this one's parent tells it again
    if not _busy:
        os._exit(130)
    raise KeyboardInterrupt


def _run(number: int, job: Callable[[Report], T]) -> T:
    global _busy  # noqa: PLW0603 - a process's own
    last = 0.0
    _busy = True

    def report(done: int, of: int) -> None:
        nonlocal last
        if time.monotonic() - last > BETWEEN_S:
            last = time.monotonic()
            _reports.put((number, done, of))

    try:
        return job(report)
    except KafkaException as error:  # it cannot be passed on to another process
        raise LogError(unreadable(error)) from None
    finally:
        _busy = False


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
            before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # a process that still begins would say where it was
            futures = [pool.submit(_run, number, job) for number, (_, job) in enumerate(jobs)]
            try:
                signal.pthread_sigmask(signal.SIG_SETMASK, before)
                _watch(futures, reports, show)
            except KeyboardInterrupt:
                for one in multiprocessing.active_children():
                    with suppress(ProcessLookupError):
                        os.kill(one.ident or os.getpid(), signal.SIGINT)
                pool.shutdown(cancel_futures=True)
                raise
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
