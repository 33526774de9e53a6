"""Steps an agent of any checkout over steps given in a folder; run as a script, in a process of its own that knows no broker.

    python fork_child.py CHECKOUT FOLDER [--check]

The folder holds job.json (agent's module, partition, positions, last now, changes of the policy, steps), state.bin and inputs.avro; written
are outputs.avro and done.json. With --check nothing is stepped: of job.json the module and the changes are enough, and they are tried.
What is wrong is said in one line on stderr. Everything but the standard library and fastavro comes from CHECKOUT.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from traceback import extract_tb
from typing import Any, cast

import fastavro

RUNNING = Path(__file__).resolve().parent.parent

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
    """A policy has no such field, or the field no such value."""


class NoAgentError(Exception):
    """The checkout has no such agent, or it cannot be forked."""


class StateError(Exception):
    """The checkout's code cannot load the state to begin at."""


def changed(policy: Any, changes: Mapping[str, Any], path: str = "") -> Any:
    """A policy with some fields changed, also within its parts. Raises UnknownFieldError naming those there are."""
    known = {field.name: getattr(policy, field.name) for field in dataclasses.fields(policy)}
    kinds = {field.name: str(field.type) for field in dataclasses.fields(policy)}
    out = {}
    for name, value in changes.items():
        if name not in known:
            raise UnknownFieldError(f"the policy has no field {path + name!r}; it has {', '.join(known)}")
        now = known[name]
        if dataclasses.is_dataclass(now) and isinstance(value, dict):
            out[name] = changed(now, value, f"{path}{name}.")
        elif dataclasses.is_dataclass(now):
            parts = ", ".join(field.name for field in dataclasses.fields(now))
            raise UnknownFieldError(f"the policy's field {path + name!r} has fields of its own ({parts}); {value!r} is no such value")
        else:
            out[name] = _fitting(path + name, now, value, kinds[name])
            allowed = _allowed(policy, now) if isinstance(value, str) else None
            if allowed is not None and value not in allowed:
                raise UnknownFieldError(f"the policy's field {path + name!r} cannot be {value!r}; it can be {', '.join(allowed)}")
    try:
        return dataclasses.replace(policy, **out)
    except Exception as error:  # a policy may look at its values itself
        raise UnknownFieldError(f"{_named(changes, path)}: the value is not possible: {error}") from error


def _fitting(name: str, now: Any, value: Any, kind: str) -> Any:
    """A value of the kind that the field has. Raises UnknownFieldError."""
    refused = UnknownFieldError(f"the policy's field {name!r} is {now!r}; {value!r} is no such value")
    if isinstance(now, tuple) and isinstance(value, list):
        if len({_kind(one) for one in now}) == 1:  # each value is of the kind that all have
            if any(_kind(one) != _kind(now[0]) for one in value):
                raise refused
            if len(value) != len(now) and "..." not in kind:
                raise UnknownFieldError(f"the policy's field {name!r} has {len(now)} values; {value!r} has {len(value)}")
        return tuple(_tuples(one) for one in value)
    if now is not None and _kind(value) != _kind(now):
        raise refused
    return value


def _kind(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "number"
    return "list" if isinstance(value, list | tuple) else type(value).__name__


def _tuples(value: Any) -> Any:
    return tuple(_tuples(one) for one in value) if isinstance(value, list) else value


def _allowed(policy: Any, now: Any) -> list[str] | None:
    """The values that a text of a policy can have: of the tuple in the policy's module that has it, or else of its constants. None: any."""
    constants = [value for name, value in vars(sys.modules[type(policy).__module__]).items() if name.isupper()]
    texts = [one for one in constants if isinstance(one, tuple) and all(isinstance(symbol, str) for symbol in one)]
    of = next((list(one) for one in texts if now in one), [one for one in constants if isinstance(one, str)])
    return of if now in of else None


def _named(changes: Mapping[str, Any], path: str = "") -> str:
    """The fields that are changed, in words, for where it is not known which one is the cause."""
    names = [f"{name!r} = {value!r}" for name, value in _leaves(changes, path)]
    return f"the policy's field {names[0]}" if len(names) == 1 else f"one of the policy's fields {', '.join(names)}"


def _leaves(changes: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    for name, value in changes.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{path}{name}.")
        else:
            yield path + name, value


def alone(checkout: str) -> None:
    """From here on modules are imported from the checkout: what is installed beside Python stays, the running tree does not."""
    sys.meta_path[:] = [one for one in sys.meta_path if not _of_module(one).startswith("__editable__")]
    sys.path_hooks[:] = [one for one in sys.path_hooks if not _of_module(one).startswith("__editable__")]
    mine = {RUNNING, RUNNING / "audit"}
    sys.path[:] = [checkout] + [one for one in sys.path if one and not one.startswith("__editable__") and Path(one).resolve() not in mine]


def _of_module(one: Any) -> str:
    return getattr(one, "__module__", None) or type(one).__module__


def agent_of(job: Mapping[str, Any]) -> Any:
    """The agent of the checkout, its policy changed. Raises NoAgentError, UnknownFieldError."""
    module: str = job["module"]
    try:
        found = getattr(importlib.import_module(module), "AGENT", None)
    except ModuleNotFoundError as error:
        if error.name is not None and (module == error.name or module.startswith(f"{error.name}.")):
            raise NoAgentError(f"there is no agent {module}") from error
        raise
    if found is None:
        raise NoAgentError(f"there is no agent in {module}")
    if not job["changes"]:
        return found
    if not dataclasses.is_dataclass(getattr(found, "policy", None)):
        raise UnknownFieldError(f"{found.name} decides by no policy: nothing of it can be changed")
    agent = type(found)(changed(found.policy, job["changes"]))
    try:
        agent.dump(agent.start(0))
    except Exception as error:
        raise UnknownFieldError(f"{_named(job['changes'])}: the value is not possible (at {_place(error)})") from error
    return agent


def _place(error: BaseException) -> str:
    """Where code raised: the last line of the agents' or the runtime's own."""
    frames = extract_tb(error.__traceback__)
    own = [one for one in frames if "/lib/python" not in one.filename and not one.filename.startswith("<")] or list(frames)
    path = Path(own[-1].filename)
    return f"{'/'.join(path.parts[-3:])}, line {own[-1].lineno}" if own else "an unknown place"


def main(checkout: str, folder: Path, check: bool = False) -> None:
    """Load the state, take the steps, write what they gave."""
    alone(checkout)
    job = json.loads((folder / "job.json").read_text())
    agent = agent_of(job)
    if check:
        return
    with (folder / "outputs.avro").open("wb") as out:
        done = {"code_version": agent.code_version, "state_format": agent.state_format}
        try:
            fastavro.writer(out, RECORD, _steps(agent, job, folder, done))
        except StateError:
            raise
        except Exception as error:
            if job["changes"]:
                raise UnknownFieldError(f"{_named(job['changes'])}: the value is not possible (at {_place(error)})") from error
            raise
    (folder / "done.json").write_text(json.dumps(done))


def _steps(agent: Any, job: dict[str, Any], folder: Path, done: dict[str, Any]) -> Iterator[dict[str, Any]]:
    from streams.task import Task

    try:
        state = agent.start(job["partition"]) if job["begins"] else agent.load((folder / "state.bin").read_bytes())
    except Exception as error:
        said = f"{_named(job['changes'])}, or the state it is put upon" if job["changes"] else "the state cannot be loaded by this code"
        raise StateError(f"{said}: {error}. Begin at the task's start: leave out --from") from error
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


def told(arguments: list[str]) -> int:
    """``main``; what keeps it from its work is said in one line. The exit code: 3 where the checkout has no such agent."""
    try:
        main(arguments[0], Path(arguments[1]), "--check" in arguments)
    except NoAgentError as error:
        said, code = str(error), 3
    except (UnknownFieldError, StateError) as error:
        said, code = str(error), 2
    except Exception as error:
        said, code = f"the code fails at {_place(error)}: {error}", 1
    else:
        return 0
    print(" ".join(said.split()), file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(told(sys.argv[1:]))
