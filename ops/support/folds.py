"""Rows with labels in; what is said of each by what never saw it, and by the whole, out: each fold is learnt in a process of its own.

In processes, not threads: liblinear draws the order in which it looks at rows from one generator of its whole process, and a fold's draw
must not depend on what is learnt beside it.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

import numpy as np
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from agents.support.sparse import F64, I64
from ops.support.heads import SEED, Names

FOLDS, OF_MANY, MANY = 5, 3, 20_000  # fewer folds where there are more rows than MANY: what two thirds of these teach is nearly all

Said = tuple[F64 | None, ...]  # (rows, …) each, or None where there is no such thing
Whole = TypeVar("Whole")
_FORK = get_context("fork")  # a fork has what it learns from, and need not be told


def fold_by_fold(labels: Names, unseen: Callable[[I64, I64], Said], whole: Callable[[], Whole]) -> tuple[Said, Whole]:
    """What ``unseen`` says of the rows to judge, given those to learn from and them, of each fold: in the order of all rows. And what
    ``whole`` gives. Raises what they raise."""
    folds = OF_MANY if len(labels) > MANY else FOLDS
    parts = list(StratifiedKFold(folds, shuffle=True, random_state=SEED).split(labels, labels))
    *each_said, found = side_by_side([*(partial(unseen, train, test) for train, test in parts), whole])
    order = np.argsort(np.concatenate([test for _, test in parts]))
    said = tuple(None if column[0] is None else np.concatenate(column)[order] for column in zip(*each_said, strict=True))
    return said, found


def side_by_side(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each of them gives, of as many at a time as there are processors. Raises what one of them raises."""
    waiting, running, found = list(enumerate(works)), dict[Connection, int](), dict[int, Any]()
    while waiting or running:
        while waiting and len(running) < len(os.sched_getaffinity(0)):
            number, work = waiting.pop(0)
            running[_begun(work)] = number
        for ready in wait(list(running)):
            assert isinstance(ready, Connection)
            found[running.pop(ready)] = _told(ready)
    return [found[number] for number in range(len(works))]


def _begun(work: Callable[[], Any]) -> Connection:
    """Where its result will come from."""
    reader, writer = _FORK.Pipe(duplex=False)
    _FORK.Process(target=_tell, args=(work, writer), daemon=True).start()
    writer.close()
    return reader


def _tell(work: Callable[[], Any], writer: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the command, and that ends its processes
    try:
        with threadpool_limits(1):  # as many processes as processors; and what a product is summed up to depends on its threads
            result = work()
    except Exception as error:  # is raised where it was asked for
        result = error
    writer.send(result)


def _told(reader: Connection) -> Any:
    with reader:
        try:
            result = reader.recv()
        except EOFError:
            raise RuntimeError("a process that learnt a fold ended without a result: was it killed, or is there no memory left?") from None
    if isinstance(result, Exception):
        raise result
    return result
