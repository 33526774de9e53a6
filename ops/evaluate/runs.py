"""Runs that share nothing, as tasks and how to do one, in; what each came to, out, done by as many processes as asked for."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Task = TypeVar("Task")
Result = TypeVar("Result")


def run_all(tasks: Sequence[Task], do: Callable[[Task], Result], workers: int, what: str) -> dict[Task, Result]:
    """What ``do`` makes of each of the tasks, in their order, by ``workers`` processes; 1 is this one. Shows how far it is on a terminal.

    ``do`` is picklable. Raises what ``do`` raises, and BrokenProcessPool where a process was ended from outside.
    """
    found: dict[Task, Result] = {}
    with _progress() as progress:
        bar = progress.add_task(what, total=len(tasks))
        for task, result in _run(tasks, do, workers):
            found[task] = result
            progress.advance(bar)
    return {task: found[task] for task in tasks}


def _run(tasks: Sequence[Task], do: Callable[[Task], Result], workers: int) -> Iterator[tuple[Task, Result]]:
    if workers == 1:
        for task in tasks:
            yield task, do(task)
        return
    with _pool(workers) as pool:
        futures = {pool.submit(do, task): task for task in tasks}
        waiting = set(futures)
        try:
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    yield futures[future], future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _pool(workers: int) -> ProcessPoolExecutor:
    """Processes that start anew, with one thread of polars each: frames here are far too small to share work."""
    os.environ["POLARS_MAX_THREADS"] = "1"
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


def _progress() -> Progress:
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=console, transient=True, disable=not console.is_terminal,
    )  # fmt: skip
