"""``tripo audit verify DECISION_ID``: was it really so?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import typer

from audit.index import Index, Place
from audit.log import Log
from audit.verify import Coordinates, Verified, find, verify
from ops.audit import asked
from ops.decoding import plain
from ops.listing import moment, say
from streams.agent import Agent


@contextmanager
def opened(decision_id: str) -> Iterator[tuple[Agent, Log, Index, Place]]:
    """A decision's agent and place. Leaves with a plain error where there is none."""
    with asked.readable():
        name = Coordinates.of(decision_id).agent
        with Log(little=True) as log:  # it connects while the agent is imported
            agent = asked.agent(name)
            with Index(asked.folder(log)) as index:
                yield agent, log, index, find(agent, decision_id, log, index)


def verify_decision(decision_id: str, as_json: bool) -> None:
    """Find a decision, check the chain around it, step it again. Leaves with exit code 1 when anything differs."""
    began = time.monotonic()
    with opened(decision_id) as (agent, log, index, place):
        found = verify(agent, place, log, index.folder)
        read = log.read()
    seconds = time.monotonic() - began
    answer = _answer(found, agent) | {"read": read, "seconds": round(seconds, 3)}
    if as_json:
        typer.echo(orjson.dumps(plain(answer, None), default=repr))
    else:
        _show(found, answer)
    if not found.holds:
        raise typer.Exit(1)


def _answer(found: Verified, agent: Agent) -> dict[str, Any]:
    place, record, again = found.place, found.journal, found.replayed
    return {
        "decision_id": place.id,
        "holds": found.holds,
        "decision": {"topic": place.topic, "partition": place.partition, "offset": place.offset, "fields": found.decision},
        "input": found.input,
        "journal": {"sequence": record["sequence"], "offset": place.entry, "code_version": record["code_version"]},
        "running_code": agent.code_version,
        "other_code": record["code_version"] != agent.code_version,
        "chain_faults": [str(fault) for fault in found.faults],
        "stepped": {"began_at": again.began_at, "events": again.events, "before": again.warmed_events, "records": again.records},
        "different": [one.text() for one in again.differences] + [str(fault) for fault in again.faults],
        "missing": again.missing,
        "took_s": found.seconds,
    }


def _show(found: Verified, answer: dict[str, Any]) -> None:
    place, again = found.place, found.replayed
    if answer["other_code"]:
        codes = f"{answer['journal']['code_version']} decided, {answer['running_code']} steps again"
        say(f"Stepped again under OTHER CODE: {codes}; differences may be the code's doing.")
    said = "HOLDS" if found.holds else "DIFFERS"
    say(f"{said}: {place.id}, {place.topic}[{place.partition}] offset {place.offset}")
    at = found.journal["steps"][-1]["now"] if found.journal["steps"] else None
    say(f"journal: sequence {place.sequence} of {place.agent}[{place.partition}], offset {place.entry}, stepped {moment(at)}; "
        f"{'its neighbours name each other rightly' if not found.faults else 'THE CHAIN IS BROKEN'}")  # fmt: skip
    say(f"stepped again from {again.began_at}, over {again.warmed_events} events before and {again.events} of its own: "
        f"{again.records} records compared, {again.different} differ")  # fmt: skip
    say("input: " + ("deleted by retention" if found.input is None else "; ".join(f"{k} {plain(v)}" for k, v in found.input.items())))
    for said in [*answer["chain_faults"], *answer["different"]]:
        say(said)
    for said in answer["missing"]:
        say(f"missing: {said}")
    say(asked.read_from([answer["read"]]))
    say(f"in {answer['seconds']:.2f} s")
