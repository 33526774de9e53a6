"""``tripo audit explain DECISION_ID``: why it was so, in plain words and as JSON; for a driver: why an order went elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import orjson
import typer

from audit.explain import Explanation, explain
from audit.log import Spans, joined
from audit.personal import personal
from audit.search import read
from audit.verify import input_of
from ops.audit import asked, options
from ops.audit.decision import opened
from ops.audit.words import SAID, support_factors
from ops.decoding import plain
from ops.listing import print_rows, say
from ops.summary import fail
from ops.worker import setup_logging

Decision = dict[str, Any]


def explain_decision(
    decision_id: Annotated[str, typer.Argument(help="the decision's id: agent/topic/partition/offset/ordinal")],
    *,
    driver: Annotated[
        str | None, typer.Option(help="of matching: why this driver did not get the order, and what would have changed it")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Explain a decision: factors and their relative weight, alternatives and why they lost, guards, versions, data about persons."""
    with opened(decision_id) as (agent, log, _, place):
        found = log.some(place.topic, place.partition, place.offset, place.offset + 1)
        if not found:
            fail(f"{place.topic}[{place.partition}] offset {place.offset} is no longer there: retention or compaction deleted it", 3)
        decision: Decision = read(place.topic, place.partition, found[0])
        if agent.name == "matching" and decision["offer_id"] is not None:
            decision["alternatives"] = _offered(decision)
        answered = input_of(decision_id, log)
        read_here = log.read()
    own = decision if agent.name != "support" else decision | {"factors": support_factors(decision)}
    why = explain(own, personal(agent, own, answered))
    said = SAID[agent.name](decision) if agent.name in SAID else [f"{decision_id}: {why.outcome}."]
    stepped: dict[str, Spans] = {}
    mine = _driver(agent.name, decision, driver, stepped)
    read_here = joined(read_here, stepped)
    if as_json:
        out = why.fields() | {
            "said": said,
            "driver": driver,
            "driver_said": mine,
            "decision": decision,
            "input": answered,
            "read": read_here,
        }
        typer.echo(orjson.dumps(plain(out, None), default=repr))
    else:
        _show(why, said, mine)
        say(asked.read_from([read_here]))


def _offered(decision: Decision) -> list[Decision]:
    """The alternatives of a decision that an offer led to are the offer's."""
    from ops.explain.decisions import decision_on

    found: list[Decision] = decision_on(decision["order_id"])["alternatives"]
    return found


def _driver(agent: str, decision: Decision, driver: str | None, read_there: dict[str, Spans]) -> list[str]:
    """Why not this driver, and what would have changed it; what was read for it is put into ``read_there``."""
    if driver is None:
        return []
    if agent != "matching":
        fail(f"--driver is for decisions of matching; this one is of {agent}", 2)
    setup_logging("error")
    from ops.explain import words
    from ops.explain.replay import ReplayError, UnknownDriverError
    from ops.why import answer_on, named

    try:
        found = answer_on(decision, driver, read_there) if driver not in {decision["driver_id"]} else None
    except UnknownDriverError as error:
        fail(str(error), 2)
    except ReplayError as error:
        return words.from_decision(decision, driver) if driver in named(decision) else [f"Why not {driver} cannot be told: {error}."]
    if found is None:
        return words.from_decision(decision, driver)
    changes = [f"It would have won with: {what} {needed} (it was {was})." for what, was, needed, _ in words.change_rows(found)]
    return [*words.answer(found), *(line for line in changes if " none" not in line)]


def _show(why: Explanation, said: list[str], mine: list[str]) -> None:
    for line in [*said, *mine]:
        say(line)
    factors = [(one.name, f"{one.value:.4g}", f"{one.weight:.3g}", f"{one.share:.0%}") for one in why.factors]
    if factors:
        _table("factors, weightiest first", ("factor", "value", "weight", "share"), factors)
    if why.alternatives:
        _table("alternatives, and why they lost", ("what", "why it lost"), [(one.what, one.lost) for one in why.alternatives])
    if why.propensity is not None:
        say(f"The choice was randomised: it had a chance of {why.propensity:.1%}.")
    say("guards that fired: " + (", ".join(why.guards) or "none"))
    say("versions: " + ", ".join(f"{name.removesuffix('_version')} {value}" for name, value in why.versions.items()))
    for title, used in (("data about persons that was used", True), ("data about persons that was at hand and not used", False)):
        lines = [f"- {one}" for one in why.personal if one.used == used]
        if lines or used:
            say("\n".join([f"{title}:", *(lines or ["- none"])]))


def _table(title: str, columns: tuple[str, ...], rows: Sequence[Sequence[str]]) -> None:
    say(f"\n# {title}")
    print_rows(title, columns, rows)
    say("")
