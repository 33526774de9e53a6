"""Steps an agent of any checkout over steps given in a folder; run as a script, in a process of its own that knows no broker.

    python fork_child.py CHECKOUT FOLDER

The folder holds job.json (agent's module, partition, positions, last now, changes of the policy, steps), state.bin and inputs.avro; written
are outputs.avro and done.json. Everything but the standard library and fastavro comes from CHECKOUT.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import fastavro

RECORD = fastavro.parse_schema(
    {
        "type": "record",
        "name": "Carried",
        "fields": [
            {"name": "topic", "type": "string"},
            {"name": "offset", "type": "long"},
            {"name": "timestamp", "type": "long"},
            {"name": "key", "type": ["null", "bytes"]},
            {"name": "value", "type": ["null", "bytes"]},
        ],
    }
)


class UnknownFieldError(ValueError):
    """A policy has no such field."""


def changed(policy: Any, changes: Mapping[str, Any], path: str = "") -> Any:
    """A policy with some fields changed, also within its parts. Raises UnknownFieldError naming those there are."""
    known = {field.name: getattr(policy, field.name) for field in dataclasses.fields(policy)}
    out = {}
    for name, value in changes.items():
        if name not in known:
            raise UnknownFieldError(f"the policy has no field {path + name!r}; it has {', '.join(known)}")
        now = known[name]
        if dataclasses.is_dataclass(now) and isinstance(value, dict):
            out[name] = changed(now, value, f"{path}{name}.")
        else:
            out[name] = _fitting(path + name, now, value)
    return dataclasses.replace(policy, **out)


def _fitting(name: str, now: Any, value: Any) -> Any:
    """A value of the kind that the field has. Raises UnknownFieldError."""
    if isinstance(now, tuple) and isinstance(value, list):
        return tuple(value)
    kinds: tuple[type, ...] = (bool,) if isinstance(now, bool) else (int, float) if isinstance(now, int | float) else (type(now),)
    if now is not None and not (isinstance(value, kinds) and isinstance(value, bool) == isinstance(now, bool)):
        raise UnknownFieldError(f"the policy's field {name!r} is {now!r}; {value!r} is no such value")
    return value


def main(checkout: str, folder: Path) -> None:
    """Load the state, take the steps, write what they gave."""
    sys.path.insert(0, checkout)
    job = json.loads((folder / "job.json").read_text())
    agent = importlib.import_module(job["module"]).AGENT
    if job["changes"]:
        if not dataclasses.is_dataclass(getattr(agent, "policy", None)):
            raise UnknownFieldError(f"{agent.name} decides by no policy: nothing of it can be changed")
        agent = type(agent)(changed(agent.policy, job["changes"]))
    with (folder / "outputs.avro").open("wb") as out:
        done = {"code_version": agent.code_version, "state_format": agent.state_format}
        fastavro.writer(out, RECORD, _steps(agent, job, folder, done))
    (folder / "done.json").write_text(json.dumps(done))


def _steps(agent: Any, job: dict[str, Any], folder: Path, done: dict[str, Any]) -> Iterator[dict[str, Any]]:
    from streams.task import Task

    state = agent.start(job["partition"]) if job["begins"] else agent.load((folder / "state.bin").read_bytes())
    task = Task(agent, job["partition"], state, dict.fromkeys(agent.inputs, 0) | job["positions"])
    task.last_now = job["last_now"]
    inputs = _inputs(folder, job["partition"])
    for number, step in enumerate(job["steps"]):
        records = {r["topic"]: _records(inputs, r, job["partition"]) for r in step["ranges"] if r["topic"] in agent.inputs}
        for written in task.step(records, step["now"], {}).written:
            for key, value in zip(written.keys, written.values, strict=True):
                yield {"topic": written.topic, "offset": number, "timestamp": step["now"], "key": key, "value": value}
        done["steps"] = number + 1


def _inputs(folder: Path, partition: int) -> dict[str, list[Any]]:
    """The input records by topic, as the client would hand them over."""
    import confluent_kafka

    found: dict[str, list[Any]] = defaultdict(list)
    with (folder / "inputs.avro").open("rb") as file:
        for one in cast("Iterator[dict[str, Any]]", fastavro.reader(file)):
            message = confluent_kafka.Message(
                topic=one["topic"],
                partition=partition,
                offset=one["offset"],
                key=one["key"],
                value=one["value"],
                timestamp=(1, one["timestamp"]),
            )
            found[one["topic"]].append(message)
    return {topic: messages[::-1] for topic, messages in found.items()}  # so that the next is the last


def _records(inputs: dict[str, list[Any]], wanted: dict[str, Any], partition: int) -> Any:
    from streams.records import Records

    waiting, messages = inputs.get(wanted["topic"], []), []
    while waiting and waiting[-1].offset() < wanted["end"]:
        messages.append(waiting.pop())
    return Records(wanted["topic"], partition, messages, wanted["start"], wanted["end"])


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
