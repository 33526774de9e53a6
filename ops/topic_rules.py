"""topics.yaml and schemas/ → what is wrong with them, without a broker: the rules that make the contract a contract."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import yaml

from streams.avro import UnsupportedSchemaError
from streams.avro_schema import compile_schema
from streams.contract import Contract, Topic, retention_ms

PARTIES = {"tables", "gateway", "audit", "operators", "chaos", "bench"}  # who reads or writes besides agents and upstream.*
_NAME = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")
_PARTY = re.compile(r"[a-z]+(\.[a-z]+)*")
_OWN = ("journal", "snapshots", "dead-letters")


def problems(contract: Contract, topics_file: Path, schemas_dir: Path) -> list[str]:
    """Everything that breaks a rule, in words that name the topic. Empty when all is well."""
    found = [f"{name}: is in {topics_file.name} {count} times" for name, count in _topic_keys(topics_file).items() if count > 1]
    for topic in contract.topics.values():
        found += [f"{topic.name}: {problem}" for rule in _TOPIC_RULES for problem in rule(topic, contract)]
    for agent in agents(contract):
        found += _agent_problems(agent, contract)
    found += _table_problems(contract)
    used = {topic.schema_name for topic in contract.topics.values()}
    for name in sorted(used):
        if not (schemas_dir / f"{name}.avsc").is_file():
            found.append(f"schema {name}: there is no schemas/{name}.avsc")
    found += [f"schema {p.stem}: no topic has it" for p in sorted(schemas_dir.glob("*.avsc")) if p.stem not in used]
    return found


def agents(contract: Contract) -> list[str]:
    """Those who write topics named after themselves."""
    return sorted({t.writer for t in contract.topics.values() if t.name.startswith(f"{t.writer}.")})


def _topic_keys(topics_file: Path) -> Counter[str]:
    """How often each topic's name is written: YAML's loader would silently keep the last."""
    root = yaml.compose(topics_file.read_text())
    if not isinstance(root, yaml.MappingNode):
        return Counter()
    maps = [value for key, value in root.value if key.value == "topics"]
    return Counter(key.value for value in maps if isinstance(value, yaml.MappingNode) for key, _ in value.value)


def _name(topic: Topic, contract: Contract) -> Iterable[str]:
    if not _NAME.fullmatch(topic.name):
        yield "names have small letters, digits, dots and hyphens only"
    if not topic.description.strip():
        yield "has no description"


def _parties(topic: Topic, contract: Contract) -> Iterable[str]:
    if not _PARTY.fullmatch(topic.writer):
        yield f"must have one writer, not {topic.writer!r}"
    known = PARTIES | set(agents(contract))
    for party in (topic.writer, *topic.readers):
        if party not in known and not party.startswith("upstream."):
            yield f"{party!r} is neither an agent nor one of {', '.join(sorted(PARTIES))}, upstream.*"
    if not topic.readers:
        yield "nobody reads it"
    owner = topic.name.partition(".")[0]
    if owner in agents(contract) and topic.writer != owner and topic.name != f"{owner}.events":
        yield f"is named after {owner}, but written by {topic.writer}"


def _numbers(topic: Topic, contract: Contract) -> Iterable[str]:
    if topic.partitions < 1 or topic.replication < 1:
        yield "partitions and replication must be at least 1"
    try:
        retention_ms(topic.retention)
    except ValueError as error:
        yield str(error)


def _schema(topic: Topic, contract: Contract) -> Iterable[str]:
    try:
        fields = dict(compile_schema(contract.schema(topic.name)).fields)
    except KeyError as error:
        yield str(error.args[0])
        return
    except UnsupportedSchemaError as error:
        yield str(error)
        return
    if topic.key is not None and topic.key not in fields:
        yield f"its key {topic.key!r} is no field of schema {topic.schema_name}"
    elif topic.key is not None and fields[topic.key].kind != "string":
        yield f"its key {topic.key!r} must be a string that is never null"
    if topic.key is None and not topic.name.endswith(tuple(f".{own}" for own in _OWN)):
        yield "has no key: only journals, snapshots and dead letters may do without"


_TOPIC_RULES: tuple[Callable[[Topic, Contract], Iterable[str]], ...] = (_name, _parties, _numbers, _schema)


def _agent_problems(agent: str, contract: Contract) -> Iterable[str]:
    mine = [t for t in contract.topics.values() if t.writer == agent or agent in t.readers]
    counts = Counter(t.partitions for t in mine)
    if len(counts) > 1:
        usual = counts.most_common(1)[0][0]
        odd = [f"{t.name} has {t.partitions}" for t in mine if t.partitions != usual]
        yield f"agent {agent}: all its topics must have equal partition counts; most have {usual}, {', '.join(odd)}"
    for own in _OWN:
        topic = contract.topics.get(f"{agent}.{own}")
        if topic is None:
            yield f"agent {agent}: its topic {agent}.{own} is missing"
        elif own == "snapshots" and topic.cleanup != "compact":
            yield f"{topic.name}: snapshots must be compacted"
        elif own != "snapshots" and topic.cleanup != "delete":
            yield f"{topic.name}: must not be compacted"


def _table_problems(contract: Contract) -> Iterable[str]:
    tables = [t for t in contract.topics.values() if t.table is not None]
    for name, count in Counter(t.table for t in tables).items():
        if count > 1:
            yield f"table {name}: {count} topics have it"
    for topic in tables:
        if "compact" not in topic.cleanup:
            yield f"{topic.name}: a table's topic must be compacted"
        if topic.key is None:
            yield f"{topic.name}: a table's topic needs a key"
