"""``tripo lag [AGENT]``: how far each agent's committed positions are from the ends of its inputs, by topic and partition."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Annotated

import orjson
import typer
from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from rich.console import Console

from ops.listing import print_rows
from ops.reading import TIMEOUT_S, LogError, MissingTopicError, Place, Reader, admin, away, ends, lows, partitions
from streams.clients import access
from streams.contract import contract
from streams.settings import settings

COUNTED = 1000  # so near the end, records are counted by reading: markers of transactions take offsets too, and are no lag


@dataclass(frozen=True, slots=True)
class Lag:
    """One input's partition. ``lag`` counts committed records at or after the position; ``held`` the offsets that an open transaction
    keeps from readers. ``committed`` is None where the group has committed nothing."""

    agent: str
    topic: str
    partition: int
    committed: int | None
    end: int
    lag: int
    held: int


def agents() -> dict[str, list[str]]:
    """The contract's agents and their inputs: who writes a journal, and what others write that it reads."""
    topics = contract().topics.values()
    names = [topic.writer for topic in topics if topic.name == f"{topic.writer}.journal"]
    return {agent: [t.name for t in topics if agent in t.readers and t.writer != agent] for agent in names}


def lag(
    agent: Annotated[str | None, typer.Argument(help="only this agent; else all whose topics exist")] = None,
    *,
    watch: Annotated[bool, typer.Option("--watch", help="again every 2 s until Ctrl-C")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
) -> None:
    """Show each agent's lag by topic and partition. Never waits for open transactions."""
    if agent is not None and agent not in agents():
        typer.echo(f"there is no agent {agent!r}; the agents are: {', '.join(sorted(agents()))}", err=True)
        raise typer.Exit(2)
    client = admin()
    try:
        while True:
            _show(measure(client, agent), as_json, clear=watch)
            if not watch:
                return
            time.sleep(2)
    except LogError as e:
        typer.echo(str(e), err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        return


def measure(client: AdminClient, agent: str | None = None) -> list[Lag]:
    """The lag of one agent, or of every agent whose input topics exist. Raises LogError."""
    found: list[Lag] = []
    for name, inputs in agents().items():
        if agent not in (None, name):
            continue
        try:
            places = [(topic, p) for topic in inputs for p in partitions(client, topic)]
        except MissingTopicError:
            if agent is not None:
                raise
            continue
        found += _of(client, name, places)
    if not found:
        where = f"{settings().brokers} under namespace {settings().namespace!r}"
        raise MissingTopicError(f"no agent's topics exist on {where}; `tripo topics apply` makes them")
    return found


def _of(client: AdminClient, agent: str, places: list[Place]) -> list[Lag]:
    committed = committed_of(settings().namespace + agent, places)
    low, stable, last = lows(client, places), ends(client, places), ends(client, places, committed=False)
    starts = {place: max(committed.get(place, low[place]), low[place]) for place in places}
    counted = count_near(starts, stable)
    return [
        Lag(
            agent,
            *place,
            committed=committed.get(place),
            end=last[place],
            lag=counted.get(place, max(0, stable[place] - starts[place])),
            held=max(0, last[place] - max(stable[place], starts[place])),
        )
        for place in places
    ]


def committed_of(group: str, places: list[Place]) -> dict[Place, int]:
    """The positions a group has committed, by place; also while a transaction that would move them is open. Raises LogError.

    Asked by a consumer that reads uncommitted offsets and joins nothing: librdkafka's admin client (2.16) crashes the process when the
    group's coordinator has just moved or is loading.
    """
    conf = access(settings()) | {"group.id": group, "isolation.level": "read_uncommitted", "log_level": 0}
    consumer, deadline = Consumer(conf), time.monotonic() + TIMEOUT_S
    try:
        while True:
            try:
                found = consumer.committed([TopicPartition(settings().topic(topic), p) for topic, p in places], timeout=1)
                if failed := next((tp.error for tp in found if tp.error is not None), None):
                    raise KafkaException(failed)
                return {(settings().logical(tp.topic), tp.partition): tp.offset for tp in found if tp.offset >= 0}
            except KafkaException as e:
                if time.monotonic() > deadline:
                    raise away(e) from None
    finally:
        consumer.close()


def count_near(starts: dict[Place, int], ends: dict[Place, int]) -> dict[Place, int]:
    """The committed records between start and end of the places where the two are near each other, counted by reading them."""
    near = {place: start for place, start in starts.items() if 0 < ends[place] - start <= COUNTED}
    counts = dict.fromkeys(near, 0)
    if near:
        with Reader() as reader:
            for message in reader.until(near, ends):
                counts[settings().logical(message.topic()), message.partition()] += 1
    return counts


def _show(found: list[Lag], as_json: bool, clear: bool) -> None:
    total = sum(each.lag for each in found)
    if as_json:
        typer.echo(orjson.dumps({"total": total, "partitions": [asdict(each) for each in found]}))
        return
    if clear:
        Console().clear()
    columns = ("agent", "topic", "partition", "committed", "end", "lag", "held back")
    cells = [(each.agent, each.topic, each.partition, each.committed, each.end, each.lag, each.held) for each in found]
    print_rows("lag", columns, cells)
    typer.echo(f"total\t{total}")
