"""The Faust transport ``tripo://`` on librdkafka: drives the cycle, and hands the steps of each turn to the Faust agent as one event.

Faust is told once of every partition; which of them this worker owns is the cycle's affair (its consumer group's), and so are
offsets, transactions and recovery. Of Faust's own consumer and producer only what its life cycle asks for is here.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import faulthandler
import gc
import os
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from functools import partial
from typing import Any, TypeVar

import structlog
from confluent_kafka import KafkaException
from faust.transport import base
from faust.types import TP, ConsumerMessage

from streams import health
from streams.agent import Agent, Warms
from streams.cycle import Cycle
from streams.errors import NoProgress, StepFailed, TransactionFailed, WorkerStop
from streams.membership import partition_count
from streams.settings import Settings, settings
from streams.work import Turn, Work

log = structlog.get_logger(__name__)
T = TypeVar("T")

LEAVE_S = 25.0  # the longest that a clean stop takes
COLLECTED = (5_000, 1, 1 << 30)  # objects made, and collections of them, before one of the next generation: of the last there is a sweep
SWEEP_S = 3600.0
SWITCH_S = 0.0005  # a commit's thread wants the interpreter a dozen times, for microseconds each: it shall not wait 5 ms each time


class Consumer(base.Consumer):
    """Turns the cycle; a failure of it ends the process with the failure's exit code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.settings: Settings = settings()
        self.cycle: Cycle | None = None
        self._thread = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="kafka")
        self._turning: asyncio.Future[None] | None = None
        self._asking: asyncio.Future[None] | None = None  # what Faust is asked for: to take note of the partitions, or of a turn
        self._ending = False
        self._sweep_at = time.monotonic() + SWEEP_S
        self.agent: Agent = self.app.agent_spec  # type: ignore[attr-defined]
        self._topic = self.settings.topic(self.agent.inputs[-1])

    async def subscribe(self, topics: Iterable[str]) -> None:
        """Join the group and start turning. Called by Faust once its agents have started."""
        if self.cycle is None:
            await self._in_thread(self._warm)
            cycle = await self._in_thread(lambda: Cycle(self.agent, self.settings))
            partitions = await self._in_thread(lambda: self._partitions(cycle))
            self.cycle = cycle
            _calm_collector()
            sys.setswitchinterval(SWITCH_S)
            self._serve_health()
            threading.Thread(target=self._watch, name="watchdog", daemon=True).start()
            self._turning = asyncio.ensure_future(self._turn(partitions))

    def _warm(self) -> None:
        if isinstance(self.agent, Warms):
            began = time.monotonic()
            self.agent.warm()
            log.info("warm", agent=self.agent.name, seconds=round(time.monotonic() - began, 3))

    def _partitions(self, cycle: Cycle) -> int:
        count = partition_count(cycle.membership.consumer, self.settings, cycle.agent)
        cycle.membership.join()
        return count

    async def _tell_faust(self, partitions: int) -> None:
        self.app.consumer_generation_id = 1
        self.app.on_rebalance_start()
        await self.on_partitions_assigned({TP(self._topic, p) for p in range(partitions)}, 1)

    def _serve_health(self) -> None:
        port = self.settings.metrics_port or 9400 + self.settings.ordinal
        if port > 0:
            health.serve(self.settings.metrics_host, port, lambda: not self._stalled(), lambda: bool(self.cycle and self.cycle.ready))

    async def _turn(self, partitions: int) -> None:
        assert self.cycle is not None
        try:
            await self._ask(self._tell_faust(partitions))  # Faust waits for the end of `subscribe` in it
            while not self._ending:
                turn = Turn(await self._in_thread(self.cycle.turn))
                if turn.works:
                    await self._ask(self._deliver(turn))
                    turn.run()  # if it is not yet taken: a Faust that is stopping may not deliver it
                if turn.failed is not None:
                    await self._in_thread(partial(self._failed, turn.failed))
                if time.monotonic() >= self._sweep_at:
                    _sweep()
                    self._sweep_at = time.monotonic() + SWEEP_S
            await self._in_thread(self.cycle.finish)
        except BaseException as error:
            self._die(error)

    async def _ask(self, asked: Coroutine[Any, Any, None]) -> None:
        """Until Faust has done it, or the worker is ending: a Faust that is already stopping might never do it."""
        self._asking = asyncio.ensure_future(asked)
        if self._ending:
            self._asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._asking

    async def _deliver(self, turn: Turn) -> None:
        """Through the Faust agent, one event: its delivery costs more than a small step. Back when the steps are taken."""
        first = turn.works[0]
        place = TP(self._topic, first.task.partition)
        value: Any = turn
        message = ConsumerMessage(*place, 0, first.now / 1000, 0, None, None, value, None, 0, 0, place, generation_id=1)
        await self.callback(message)
        await turn.taken.wait()

    def _failed(self, work: Work) -> None:
        if not isinstance(work.error, StepFailed):
            raise work.error or AssertionError("no error")
        assert self.cycle is not None
        self.cycle.failed(work)

    async def _in_thread(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    def _die(self, error: BaseException) -> None:
        """Crash-only: state that may not agree with the log is never gone on with."""
        if isinstance(error, KafkaException):
            error = TransactionFailed(f"Kafka does not do what is asked: {error.args[0].name()}: {error.args[0].str()}")
        code = error.exit_code if isinstance(error, WorkerStop) else 1
        log.critical(
            "worker stops",
            agent=self.agent.name,
            reason=type(error).__name__,
            error=str(error),
            exit_code=code,
            exc_info=error if code == 1 else None,
        )
        if self.cycle is not None:
            self.cycle.abort()
        os._exit(code)

    def _stalled(self) -> bool:
        return self.cycle is not None and time.monotonic() - self.cycle.progress_at > self.settings.stall_timeout_s

    def _watch(self) -> None:
        """Ends the process when nothing moves although there is lag (or a step never returns)."""
        while not self._ending:
            time.sleep(1)
            if self._stalled():
                faulthandler.dump_traceback()  # of all threads: where it stands
                self._die(
                    NoProgress(
                        f"no record was handled for {self.settings.stall_timeout_s:.0f} s although there is lag, or a step does not return"
                    )
                )

    async def finish(self) -> None:
        """Commit, snapshot and leave the group; called before Faust stops its agents."""
        self._ending = True
        if self._asking is not None:
            self._asking.cancel()  # no harm if it is done
        if self._turning is not None:
            try:
                await asyncio.wait_for(asyncio.shield(self._turning), LEAVE_S)
            except TimeoutError:
                self._die(TransactionFailed(f"what is left could not be committed within {LEAVE_S:.0f} s; the next worker steps it again"))

    # What else Faust's life cycle asks of a consumer: it owns no offsets here.
    async def _commit(self, offsets: Any) -> bool:
        return True

    async def commit(self, *args: Any, **kwargs: Any) -> bool:
        return True

    async def wait_empty(self) -> None: ...

    async def perform_seek(self) -> None: ...

    async def seek_to_committed(self) -> Mapping[TP, int]:
        return {}

    async def _seek(self, partition: TP, offset: int) -> None: ...

    async def seek_wait(self, partitions: Mapping[TP, int]) -> None: ...

    async def _getmany(self, active_partitions: Any, timeout: float) -> dict[TP, list[Any]]:
        return {}

    async def _drain_messages(self, fetcher: Any) -> None:
        await fetcher.wait_until_stopped()

    def _to_message(self, tp: TP, record: Any) -> ConsumerMessage:
        raise NotImplementedError("records reach Faust as steps")

    def _new_topicpartition(self, topic: str, partition: int) -> TP:
        return TP(topic, partition)

    def assignment(self) -> set[TP]:
        return set()  # nothing for Faust to pause, drain or revoke

    def highwater(self, tp: TP) -> int:
        return 0

    def topic_partitions(self, topic: str) -> int | None:
        return None

    async def earliest_offsets(self, *partitions: TP) -> Mapping[TP, int]:
        return {}

    async def highwaters(self, *partitions: TP) -> Mapping[TP, int]:
        return {}

    async def position(self, tp: TP) -> int | None:
        return None

    async def create_topic(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError("topics are made by `tripo topics apply`")

    def key_partition(self, topic: str, key: bytes | None, partition: int | None = None) -> int | None:
        return None

    def verify_event_path(self, now: float, tp: TP) -> None: ...

    def close(self) -> None: ...


def _calm_collector() -> None:
    """A poll makes thousands of objects and no cycles of them: what is loaded, and what outlives a collection or two, stays out of others.

    So the state is never looked through: of ten thousand conversations that takes a tenth of a second, in which nothing is decided.
    """
    _sweep()
    gc.set_threshold(*COLLECTED)
    gc.callbacks.append(_keep_out)


def _sweep() -> None:
    """Look through everything once: cycles that were kept out before they were garbage."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _keep_out(phase: str, info: Mapping[str, int]) -> None:
    if phase == "stop" and info["generation"] > 0:
        gc.freeze()


class Producer(base.Producer):
    """Faust itself sends nothing: all output goes through the cycle's transaction."""

    async def send(self, *args: Any, **kwargs: Any) -> Awaitable[Any]:
        raise NotImplementedError("an agent's outputs go through its step's decisions: they must be in the transaction")

    async def send_and_wait(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError("an agent's outputs go through its step's decisions: they must be in the transaction")

    async def flush(self) -> None: ...

    async def create_topic(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError("topics are made by `tripo topics apply`")

    def key_partition(self, topic: str, key: bytes) -> TP:
        return TP(topic, 0)


class Transport(base.Transport):
    """Registered as ``tripo`` under the entry points ``faust.transports``."""

    Consumer = Consumer
    Producer = Producer
    default_port = 9092
    driver_version = "librdkafka"
