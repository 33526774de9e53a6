"""`tripo topics plan | apply | check`: the topic contract ⇄ a broker's topics. Nothing is deleted, shrunk or loosened unasked."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import asdict
from typing import Annotated, Any, TypeVar

import typer
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    ResourceType,
    TopicMetadata,
)

from ops.listing import print_rows
from ops.summary import fail
from ops.topic_plan import Change, Found, Wanted, differences, wanted
from ops.topic_rules import problems
from streams.clients import access
from streams.contract import contract
from streams.settings import settings

T = TypeVar("T")
_ANSWER_S = 10.0  # a broker that is there answers within
_TIMEOUT_S = 30.0
_POLL_S = 0.05  # between looks at the metadata of topics just made

app = typer.Typer(help="The topics of topics.yaml and those of the broker.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="end with one JSON object")]


class TopicsError(RuntimeError):
    """Kafka did not do what was asked, or not in time; the message says what."""


def apply_topics(names: Iterable[str] | None = None, partitions: int | None = None) -> int:
    """Makes the broker's topics as the contract says, without losing anything, and waits until they can be used.

    ``names`` are the contract's (all of them unless given) in the settings' namespace; ``partitions`` replaces the contract's
    numbers. Returns how many topics were made or changed. Raises TopicsError.
    """
    topics = wanted(contract(), settings(), names, partitions)
    client = _client()
    metadata = _list(client)
    found = _found(client, [t for t in topics if t.name in metadata], metadata)
    changes = [change for change in differences(topics, found) if not change.destructive and change.possible]
    _carry_out(client, changes, topics)
    return len({change.topic for change in changes})


@app.command()
def plan(*, as_json: AsJson = False) -> None:
    """Show how the broker's topics differ from topics.yaml. Exits with 2 when they do, 0 when they are equal."""
    changes = _or_fail(_differences)
    _print(changes, as_json)
    if any(change.kind != "unknown" for change in changes):
        raise typer.Exit(2)


@app.command()
def apply(
    *,
    allow_destructive: Annotated[bool, typer.Option("--allow-destructive", help="also what can lose records: see `plan`")] = False,
    as_json: AsJson = False,
) -> None:
    """Make and change topics until they are as topics.yaml says. Exits with 1 when some could not be."""
    before = _or_fail(_differences)
    chosen = [c for c in before if c.possible and (allow_destructive or not c.destructive)]
    _or_fail(lambda: _carry_out(_client(), chosen, wanted(contract(), settings())))
    after = _or_fail(_differences)
    _print(chosen, as_json, left=after)
    if any(change.kind != "unknown" for change in after):
        hint = "" if allow_destructive else "; --allow-destructive changes what can lose records"
        fail(f"{len(after)} differences are left, see `tripo topics plan`{hint}")


@app.command()
def check(*, as_json: AsJson = False) -> None:
    """Check topics.yaml itself: names, writers, readers, keys, schemas, partition counts. Needs no broker."""
    where = settings()
    try:
        found = problems(contract(), where.topics_file, where.schemas_dir)
    except (ValueError, OSError, KeyError, TypeError) as error:
        fail(f"{where.topics_file} cannot be read: {error}")
    for problem in found:
        typer.echo(problem)
    typer.echo(f"{len(contract().topics)} topics, {len(found)} problems")
    if as_json:
        typer.echo(json.dumps({"passed": not found, "topics": len(contract().topics), "problems": found}))
    if found:
        raise typer.Exit(1)


def _or_fail(action: Callable[[], T]) -> T:
    try:
        return action()
    except (TopicsError, KeyError, ValueError, OSError) as error:
        fail(str(error))


def _print(changes: list[Change], as_json: bool, left: list[Change] | None = None) -> None:
    rows = [(c.topic, c.what, c.now, c.wanted, _remark(c)) for c in changes]
    if rows:
        print_rows("Differences" if left is None else "Changed", ["topic", "what", "now", "wanted", "remark"], rows)
    else:
        typer.echo("the topics are as topics.yaml says" if not left else "nothing was changed")
    if as_json:
        drift = [c for c in (changes if left is None else left) if c.kind != "unknown"]
        body: dict[str, Any] = {"passed": not drift, "changes": [asdict(c) for c in changes]}
        typer.echo(json.dumps(body if left is None else body | {"left": [asdict(c) for c in left]}))


def _remark(change: Change) -> str:
    if not change.possible:
        return "Kafka cannot change this in place: move the data, or recreate the topic"
    if change.destructive:
        return "can lose records: only with --allow-destructive"
    return "keys move to other partitions" if change.kind == "partitions" else ""


def _client() -> AdminClient:
    return AdminClient(access(settings()) | {"log_level": 2, "socket.timeout.ms": 10_000})


def _list(client: AdminClient) -> dict[str, TopicMetadata]:
    try:
        return dict(client.list_topics(timeout=_ANSWER_S).topics)
    except KafkaException as error:
        where = settings().brokers
        raise TopicsError(f"Kafka at {where} does not answer ({error.args[0].str()}); is it running, is TRIPO_BROKERS right?") from error


def _differences() -> list[Change]:
    """All differences in the settings' namespace, unknown topics included."""
    topics = wanted(contract(), settings())
    client = _client()
    metadata = _list(client)
    ours = {topic.name for topic in topics}
    unknown = [name for name in metadata if name.startswith(settings().namespace) and not name.startswith("__") and name not in ours]
    return differences(topics, _found(client, [t for t in topics if t.name in metadata], metadata), unknown)


def _found(client: AdminClient, topics: list[Wanted], metadata: Mapping[str, TopicMetadata]) -> dict[str, Found]:
    if not topics:
        return {}
    resources = [ConfigResource(ResourceType.TOPIC, topic.name) for topic in topics]
    configs = client.describe_configs(resources, request_timeout=_TIMEOUT_S)
    found = {}
    for resource, future in configs.items():
        config = {name: entry.value or "" for name, entry in _result(future, f"topic {resource.name}").items()}
        parts = metadata[resource.name].partitions
        found[resource.name] = Found(resource.name, len(parts), min(len(p.replicas) for p in parts.values()), config)
    return found


def _carry_out(client: AdminClient, changes: list[Change], topics: list[Wanted]) -> None:
    """Makes the changes and waits until all topics that were made or grown can be written to."""
    by_name = {topic.name: topic for topic in topics}
    new = [by_name[c.topic] for c in changes if c.kind == "missing"]
    grown = [by_name[c.topic] for c in changes if c.kind == "partitions"]
    gone = [c.topic for c in changes if c.kind == "unknown"]
    futures: dict[str, Future[Any]] = {}
    if new:
        _create(client, new)
    if grown:
        futures |= client.create_partitions([NewPartitions(t.name, t.partitions) for t in grown], request_timeout=_TIMEOUT_S)
    if gone:
        futures |= client.delete_topics(gone, request_timeout=_TIMEOUT_S)
    for name, future in futures.items():
        _result(future, f"topic {name}")
    configs = [c for c in changes if c.kind == "config"]
    _configure(client, configs)
    _await(client, new + grown, gone, configs)


def _create(client: AdminClient, new: list[Wanted]) -> None:
    asked = [NewTopic(t.name, t.partitions, t.replication, config=dict(t.config)) for t in new]
    for name, future in client.create_topics(asked, request_timeout=_TIMEOUT_S, operation_timeout=_TIMEOUT_S).items():
        _result(future, f"topic {name}", KafkaError.TOPIC_ALREADY_EXISTS)  # by another process at the same time


def _configure(client: AdminClient, changes: list[Change]) -> None:
    entries: dict[str, list[ConfigEntry]] = {}
    for change in changes:
        entry = ConfigEntry(change.what, change.wanted, incremental_operation=AlterConfigOpType.SET)
        entries.setdefault(change.topic, []).append(entry)
    if entries:
        resources = [ConfigResource(ResourceType.TOPIC, name, incremental_configs=some) for name, some in entries.items()]
        for resource, future in client.incremental_alter_configs(resources, request_timeout=_TIMEOUT_S).items():
            _result(future, f"topic {resource.name}")


def _result(future: Future[Any], what: str, accepted: int | None = None) -> Any:
    try:
        return future.result(_TIMEOUT_S)
    except KafkaException as error:
        if error.args[0].code() == accepted:
            return None
        raise TopicsError(f"{what}: {error.args[0].str()}") from error


def _await(client: AdminClient, topics: list[Wanted], gone: list[str], configs: list[Change]) -> None:
    """Until the broker shows every partition of ``topics`` with a leader, ``gone`` gone, and the new configurations."""
    deadline = time.monotonic() + _TIMEOUT_S
    while topics or gone or configs:
        metadata = _list(client)
        waiting = [t.name for t in topics if not _usable(metadata.get(t.name), t.partitions)] + [n for n in gone if n in metadata]
        waiting += _not_yet(client, configs, metadata)
        if not waiting:
            return
        if time.monotonic() > deadline:
            raise TopicsError(f"after {_TIMEOUT_S:.0f} s the broker still does not show as asked: {', '.join(waiting)}")
        time.sleep(_POLL_S)


def _not_yet(client: AdminClient, configs: list[Change], metadata: Mapping[str, TopicMetadata]) -> list[str]:
    asked: dict[str, dict[str, str]] = {}
    for change in configs:
        asked.setdefault(change.topic, {})[change.what] = change.wanted
    topics = [Wanted(name, 0, 0, config) for name, config in asked.items()]
    found = _found(client, topics, metadata)
    return [c.topic for c in differences(topics, found) if c.kind == "config"]


def _usable(topic: TopicMetadata | None, partitions: int) -> bool:
    return topic is not None and len(topic.partitions) >= partitions and all(p.leader >= 0 for p in topic.partitions.values())
