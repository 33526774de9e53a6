"""`tripo dev`: the whole system on this machine, fed with a city, and what it decides shown live; ends with a summary.

In: options and the environment (TRIPO_BROKERS, TRIPO_REDIS_URL: use those instead of starting our own). Out: a screen or plain
lines, and at the end one JSON object: records, decisions, lost, dead_letters, p99_age_ms and more. Exit code 1 when an order is lost.
"""

from __future__ import annotations

import signal
import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import psutil
import typer
from confluent_kafka import KafkaException
from rich.console import Console, Group
from rich.live import Live

from ops.city.mix import OFFER_S
from ops.city.recorded import NoRecordingError, Recording
from ops.growth.watch import GrowthTally
from ops.live import line, screen
from ops.pricing.watch import PricingTally
from ops.reading import LogError
from ops.server import ServerError
from ops.stack import TRIPO, Stack
from ops.summary import fail, summarise
from ops.supervise import Child, ended
from ops.watch import Watch
from ops.watching import Watching
from streams.settings import ROOT, settings

READY_S = 90.0  # the workers get this long to be ready
LEADERS_S = 60.0  # new topics get this long to have leaders
FEED_END_S = 10.0  # a feed gets this long to close its city
DRAIN_S = 20.0  # and the workers this long to decide what is left then
LOOK_S = 0.25
LINE_S = 1.0
SIMULATOR_SPEED, RECORDING_SPEED = 10.0, 60.0
OFFER_HELP = f"the city's seconds that drivers have to accept an order, 0: they are not asked; else {OFFER_S:g} simulated, 0 recorded"


class StoppedError(Exception):
    """SIGINT or SIGTERM came while there is nothing to end in order, or came again."""


@dataclass(slots=True)
class Session:
    """One run, from its start to its summary."""

    stack: Stack
    feed: Child
    seconds: float
    title: str
    console: Console
    shows: bool  # the figures, while it runs
    watch: Watch | None = None
    others: dict[str, Watching[Any]] = field(default_factory=dict)  # by agent
    live: Live | None = None
    first_decision_s: float | None = None
    _asked_to_stop: bool = False
    _in_order: bool = False
    _shown_at: float = 0.0
    _born: float = field(default_factory=lambda: psutil.Process().create_time())

    def run(self) -> dict[str, Any]:
        """Start everything, watch it until it is over or somebody stops it, stop everything; the summary's figures."""
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, self._signalled)
        try:
            self.stack.start()
            self.feed.argv = [*self.feed.argv, *(word for port in self.stack.ports for word in ("--ready", str(port)))]
            self.watch = self._watch_topics()
            self.feed.start()  # it gets itself ready, too, and begins when the workers are
            self._await_workers()
            if self.stack.pricing:
                self.others["pricing"] = Watching(PricingTally())
            self.stack.start_pricing()
            self.stack.start_mirror()
            self.stack.start_support()
            if self.stack.growth:
                self.others["growth"] = Watching(GrowthTally())
            self.stack.start_growth()
            return self._watch_feed()
        finally:
            self._stop()

    def say(self, text: str) -> None:
        """Tell people something, above the screen."""
        self.console.print(text, highlight=False, markup=False, soft_wrap=True)

    def _signalled(self, signum: int, frame: FrameType | None) -> None:
        if self._asked_to_stop or not self._in_order:
            raise StoppedError
        self._asked_to_stop = True

    def _watch_topics(self) -> Watch:
        """Follow the topics; just made, they may be without leaders for a moment. Raises LogError."""
        until = time.monotonic() + LEADERS_S
        while True:
            try:
                return Watch(self.stack.ports)
            except LogError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def _await_workers(self) -> None:
        """Raises ServerError when they do not get ready."""
        assert self.watch is not None
        until = time.monotonic() + READY_S
        while self.watch.meters.ready() < self.stack.workers:
            if time.monotonic() > until:
                words = "; ".join(f"{child.name}: {child.last_words()}" for child in self.stack.children[: self.stack.workers])
                raise ServerError(f"the workers are not ready after {READY_S:g} s; they last said: {words}")
            self._look()

    def _watch_feed(self) -> dict[str, Any]:
        assert self.watch is not None
        begun, self._in_order = time.monotonic(), True
        on_screen = self.shows and self.console.is_terminal
        with Live(console=self.console, auto_refresh=False) if on_screen else nullcontext() as self.live:
            while not (self._asked_to_stop or (self.seconds and time.monotonic() - begun >= self.seconds) or self._feed_is_over()):
                self._look()
            fed_s = time.monotonic() - begun
            self._end_feed()
        self.live = None
        started = {"seconds": round(fed_s, 1), "first_decision_s": self.first_decision_s}
        restarts = sum(child.restarts for child in (*self.stack.children, self.feed))
        return self.watch.summary() | started | {"restarts": restarts} | {name: one.tally.figures() for name, one in self.others.items()}

    def _feed_is_over(self) -> bool:
        """Whether it has come to its end. Raises ServerError when it could not begin."""
        if self.feed.code == 0:
            return True
        if self.feed.code == 2:
            raise ServerError(f"the feed ended with {ended(2)}: {self.feed.last_words()}")
        said = self.feed.keep_running()
        if said:
            self.say(said)
        return False

    def _end_feed(self) -> None:
        """Let the feed close its city, and the workers decide on all of it."""
        assert self.watch is not None
        self.feed.ask_to_end()
        until = time.monotonic() + FEED_END_S
        while self.feed.code is None and time.monotonic() < until:
            self._look()
        self.feed.await_end(0.1)
        ended_at = time.monotonic()
        while not self.watch.settled(ended_at):
            if time.monotonic() - ended_at > DRAIN_S:
                self.say(f"not all was decided {DRAIN_S:g} s after the feed's end")
                return
            self._look()

    def _look(self) -> None:
        """Take in what happens, look after the agents, show it."""
        assert self.watch is not None
        for said in self.stack.keep_running():
            self.say(said)
        self.watch.look(LOOK_S)
        for other in self.others.values():
            other.look()
        if self.first_decision_s is None and self.watch.tally.last:
            self.first_decision_s = round(time.time() - self._born, 1)
            self.say(f"First decision {self.first_decision_s:.1f} s after the start")
            self.stack.start_audit()
        if self.shows and self._in_order:
            self._show()

    def _show(self) -> None:
        assert self.watch is not None
        if self.live is not None:
            tally = self.watch.tally
            shown = screen(self.watch.figures(), tally.markets, list(tally.last), self.title)
            self.live.update(Group(shown, *(f"\n{other.tally.line()}" for other in self.others.values())), refresh=True)
        elif time.monotonic() - self._shown_at >= LINE_S:
            self._shown_at = time.monotonic()
            self.say(line(self.watch.figures()))
            for other in self.others.values():
                self.say(other.tally.line())

    def _stop(self) -> None:
        """End everything, by process id; a signal that comes now changes nothing any more."""
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, signal.SIG_IGN)
        for watch in (self.watch, *self.others.values()):
            if watch is not None:
                watch.close()
        self.feed.ask_to_end()
        self.feed.await_end(3.0)
        self.stack.stop()


def dev(
    *,
    feed: Annotated[Path | None, typer.Option(help="replay recorded days from this folder (cabspotting) instead of simulating")] = None,
    day: Annotated[str | None, typer.Option(help="of the recording: one day, such as 2008-05-21")] = None,
    speed: Annotated[float | None, typer.Option(min=0, help="the city's seconds in a real one; else 10 simulated, 60 recorded")] = None,
    seconds: Annotated[float, typer.Option(min=0, help="feed for so long, then end; 0: until Ctrl-C")] = 0,
    markets: Annotated[int, typer.Option(min=1, help="simulated cities")] = 4,
    drivers: Annotated[int, typer.Option(min=1, help="drivers of each simulated city")] = 250,
    orders_per_minute: Annotated[float, typer.Option(min=0, help="of all simulated cities together")] = 240.0,
    seed: Annotated[int, typer.Option(min=0, help="of the simulated cities")] = 1,
    offer_s: Annotated[int | None, typer.Option(min=0, help=OFFER_HELP)] = None,
    workers: Annotated[int, typer.Option(min=1, help="of the matching agent")] = 1,
    customers: Annotated[float, typer.Option(min=0, help="messages a second to the support agent; 0: it is not started")] = 0.0,
    pricing: Annotated[bool, typer.Option(help="simulated riders ask the pricing agent for the price before they order")] = False,
    growth: Annotated[bool, typer.Option(help="riders are made offers, revenue is captured, and each zone's next hour forecast")] = False,
    kafka_port: Annotated[int, typer.Option(min=0, help="of our own Kafka; another if it is taken, any if 0")] = 9092,
    redis_port: Annotated[int, typer.Option(min=0, help="of our own Redis, likewise")] = 6379,
    as_json: Annotated[bool, typer.Option("--json", help="no live figures; the last line is one JSON object either way")] = False,
) -> None:
    """Run it all: Kafka, Redis, the agents and a city, and watch what is decided. Ctrl-C ends it; so does --seconds."""
    console = Console()
    if feed is not None:
        command, title = _recorded(feed.resolve(), day, RECORDING_SPEED if speed is None else speed, offer_s or 0)
    else:
        options = {"markets": markets, "drivers": drivers, "orders-per-minute": orders_per_minute, "seed": seed}
        options["offer-s"] = OFFER_S if offer_s is None else offer_s
        command, title = _simulated(options, speed or SIMULATOR_SPEED)
        command += ("--quotes",) if pricing else ()
    child = Child("feed", (*TRIPO, *command), settings().home / "logs" / "feed.log", ROOT)
    say = partial(console.print, highlight=False, markup=False, soft_wrap=True)
    stack = Stack(say, workers, kafka_port, redis_port, customers, pricing, growth)
    session = Session(stack, child, seconds, title, console, shows=not as_json)
    session.say(title)
    try:
        figures = session.run()
    except StoppedError:
        fail("stopped before there was anything to sum up", 130)
    except (ServerError, LogError, KafkaException) as error:
        fail(str(error))
    summarise("Summary", figures, as_json=True)
    if figures["lost"]:
        raise typer.Exit(1)


def _recorded(folder: Path, day: str | None, speed: float, offer_s: int) -> tuple[tuple[str, ...], str]:
    """The feed's command and what it is; ends the process when there is no such recording."""
    try:
        days = list(Recording.find(folder, day).days)
    except NoRecordingError as error:
        fail(str(error), 2)
    pace = f"{speed:g} times as fast" if speed else "as fast as possible"
    one_day = ("--day", day) if day else ()
    command = ("feed", str(folder), "--speed", str(speed), "--offer-s", str(offer_s), *one_day)
    return command, f"Recorded cabs of San Francisco, {days[0]} to {days[-1]}, {pace}"


def _simulated(options: dict[str, float], speed: float) -> tuple[tuple[str, ...], str]:
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    title = f"{options['markets']} simulated cities of {options['drivers']} drivers, {options['orders-per-minute']:g} orders a minute"
    return ("simulate", *words, "--speed", str(speed)), f"{title}, {speed:g} times as fast"
