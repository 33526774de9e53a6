"""`tripo feed DIR`: recorded days of real cabs, live on Kafka at a chosen speed. In: the recording's files; offers, if any are to be made.
Out: the events.

Event times stay the recorded ones (of 2008); a second pass moves them by whole weeks, to after all that the market has seen
(ops/city/recorded.py).
"""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from confluent_kafka import KafkaException

from ops.city import answers
from ops.city.answers import Answers
from ops.city.recorded import MARKET, NoRecordingError, Pass, Recording
from ops.city.world import Events
from ops.following import ALL, Follower
from ops.meters import is_ready
from ops.reading import LogError
from ops.summary import fail, summarise
from ops.ticks import Ticks
from streams.publish import Publisher
from streams.settings import settings

TICK_S = 0.1
STRIDE_MS = 60_000  # event time of one piece at speed 0
OFFER_HELP = "recorded seconds that drivers have to accept an order, longer than it takes to ask them; 0: nobody is asked"
LOOK_BACK = 5_000  # moves of each partition in which the market's last one is looked for


class Feed:
    """A pass through a recording, published ``speed`` times as fast as it was recorded; at 0, as fast as it goes.

    With ``offers``, which follows that topic, the cabs' drivers answer, each by its profile's rate of acceptance.
    """

    def __init__(self, run: Pass, publisher: Publisher, speed: float, offers: Follower | None = None) -> None:
        self._run, self._publisher, self._speed, self._offers = run, publisher, speed, offers
        self._answers = Answers(np.random.default_rng(1))
        self._acceptance: dict[str, float] = {}  # of the cabs on the road
        self.published: Counter[str] = Counter()  # records by topic

    def play(self, ticks: Ticks) -> None:
        """Publish until the recording is over or the ticks end; then end what is open."""
        first, begun = self._run.until_ms + 1, time.monotonic()
        for _ in ticks:
            elapsed_ms = int((time.monotonic() - begun) * 1000 * self._speed)
            self._publish(self._run.take(first + elapsed_ms if self._speed else self._run.until_ms + STRIDE_MS))
            if self._offers is not None:
                self._publish(self._answered(self._offers, self._run.until_ms))
            if self._run.over:
                break
        self._publish(self._run.close())
        self._publisher.flush()

    def _answered(self, offers: Follower, now_ms: int) -> Events:
        """What drivers say at ``now_ms`` of the recording's time to what they have been offered."""
        for part in offers.poll(0):
            ours = part.frame.filter(part.frame["driver_id"].is_in(list(self._acceptance)))
            acceptance = np.array([self._acceptance[driver] for driver in ours["driver_id"]])
            self._answers.hear(ours, acceptance, now_ms)
        said = self._answers.given(now_ms)
        return {"driver-answers": answers.frame(said, now_ms)} if said else {}

    def _publish(self, events: Events) -> None:
        if "driver-profiles" in events:
            self._acceptance.update(events["driver-profiles"].select("driver_id", "acceptance_rate").iter_rows())
        for topic, frame in events.items():
            self.published[topic] += self._publisher.publish(topic, frame)


def feed(
    *,
    folder: Annotated[Path, typer.Argument(help="holds cabspotting_pings_*.csv.gz and cabspotting_trips_*.csv.gz")],
    speed: Annotated[float, typer.Option(min=0, help="recorded seconds in a real one; 0: as fast as possible")] = 60.0,
    day: Annotated[str | None, typer.Option(help="one day, such as 2008-05-21; else the first and all that follow it")] = None,
    seconds: Annotated[float, typer.Option(min=0, help="stop after so many; 0: at the recording's end or Ctrl-C")] = 0,
    orders: Annotated[bool, typer.Option("--orders/--no-orders", help="orders from the trips, three minutes before each pickup")] = True,
    offer_s: Annotated[int, typer.Option(min=0, help=OFFER_HELP)] = 0,
    ready: Annotated[list[int] | None, typer.Option(help="begin once the worker with this metrics port is ready; may be repeated")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="end with one JSON object")] = False,
) -> None:
    """Feed recorded days of San Francisco's cabs: drivers from the pings, orders from the trips."""
    if offer_s and not speed:
        fail("as fast as possible (--speed 0) there is no time to answer offers (--offer-s); give one of them", 2)
    ticks = Ticks(TICK_S if speed else 0.0, seconds).stop_on_signals()
    try:
        recording = Recording.find(folder, day).begin_after(last_event_ms(MARKET))
        run = Pass(recording, with_orders=orders, offer_s=offer_s)
        check_past(recording)
        with Publisher() as publisher:
            playing = Feed(run, publisher, speed, Follower(["matching.offers"]) if offer_s else None)
            ticks.wait_until(lambda: all(map(is_ready, ready or ())))
            playing.play(ticks)
    except NoRecordingError as error:
        fail(str(error), 2)
    except (KafkaException, LogError) as error:
        fail(f"cannot feed Kafka at {settings().brokers}: {error}")
    span_h = (run.until_ms + 1 - recording.start_ms) / 3_600_000
    figures = {"market": MARKET, "weeks_later": recording.weeks, "recorded_hours": round(span_h, 3), "records": playing.published.total()}
    summarise("Recorded cabs", figures | dict(sorted(playing.published.items())), as_json=as_json)


def last_event_ms(market: str) -> int | None:
    """The latest event time of a market: its clock as matching has written it, or its drivers' last moves if matching is behind."""
    back = {"matching.markets": ALL, "driver-moves": LOOK_BACK}
    follower = Follower(back, back)
    try:
        seen = [-1]
        for part in follower.read_to_end():
            time_of = "clock" if part.topic == "matching.markets" else "ts"
            latest = part.frame.filter(part.frame["market"] == market)[time_of].max()
            if isinstance(latest, int):
                seen.append(latest)
        return max(seen) if max(seen) >= 0 else None
    finally:
        follower.close()


def check_past(recording: Recording) -> None:
    """Raises NoRecordingError when the pass would reach into the future: after some 900 passes."""
    end_ms = recording.start_ms + len(recording.days) * 86_400_000
    if end_ms > time.time_ns() // 1_000_000:
        raise NoRecordingError(
            f"the market {MARKET} has seen {recording.weeks} passes, the next would end in the future; "
            "start from an empty broker (`rm -r .tripo/kafka`)"
        )
