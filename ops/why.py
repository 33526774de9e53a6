"""``tripo matching why ORDER``: why this driver; with ``--driver``, why not that one, and the least change that would have won."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import numpy as np
import orjson
import typer
from rich.console import Console

from agents.matching.agent import AGENT
from agents.matching.explain import Answer, lacks_ms, parameters, why_not
from agents.matching.explain_moment import Moment
from audit.log import Spans
from ops.explain import words
from ops.explain.decisions import NoDecisionError, decision_on
from ops.explain.replay import ReplayError, UnknownDriverError, replay
from ops.explain.watched import Watched
from ops.listing import print_rows
from ops.reading import LogError
from ops.summary import fail
from ops.worker import setup_logging

Decision = dict[str, Any]


def why(
    order: Annotated[str, typer.Argument(help="the order's id")],
    *,
    driver: Annotated[str | None, typer.Option(help="why not this driver")] = None,
    again: Annotated[bool, typer.Option("--replay", help="step again to the decision, also where it names the driver itself")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
) -> None:
    """Explain a decision: who got the order and why; or why a driver did not get it. Exit code 1: that cannot be answered."""
    setup_logging("error")
    found, mine, error = None, [], None
    try:
        decision = decision_on(order)
        if driver is not None and (again or driver not in named(decision)):
            found = answer_on(decision, driver)
            mine = words.answer(found)
        elif driver is not None:
            mine = words.from_decision(decision, driver)
    except (NoDecisionError, LogError) as e:
        fail(str(e), 1)
    except ReplayError as e:
        error = f"Why not {driver} cannot be told: {e}."
    if as_json:
        typer.echo(orjson.dumps(_json(decision, driver, found, mine) | {"error": error}, default=asdict))
    else:
        _show(decision, found, mine)
    if error is not None:
        fail(error, 1)


def named(decision: Decision) -> set[str]:
    """The drivers of whom the decision itself says why, or why not."""
    return {decision["driver_id"], *(one["driver_id"] for one in decision["alternatives"])} - {None}


def answer_on(decision: Decision, driver: str, read: dict[str, Spans] | None = None) -> Answer:
    """Step again to the matching that decided, and ask there. What is read for it is put into ``read``."""
    moment = _moment(decision, {} if read is None else read)
    try:
        return why_not(moment, decision["order_id"], driver)
    except KeyError:
        raise UnknownDriverError(
            f"market {decision['market']} knew no driver {driver!r} when it was decided: neither a profile nor a position of it had come, "
            "or nothing had been heard of it for a day; is the id right, and the market"
        ) from None


def _moment(decision: Decision, read: dict[str, Spans]) -> Moment:
    order, at_once = decision["order_id"], decision["outcome"] == "MATCHED" and decision["offer_id"] is None
    agent = Watched(AGENT.policy, decision["market"], order, decision["decided_at"] if at_once else None)
    read |= replay(agent, decision)
    moment = agent.moment
    if moment is None:
        raise ReplayError(f"order {order} was never matched with drivers: {words.UNMATCHED.get(decision['reason'], decision['reason'])}")
    again = moment.driver_of(order)
    if decision["outcome"] == "MATCHED" and again != decision["driver_id"]:
        raise ReplayError(
            f"stepped again, the order goes to {again}, but the decision names {decision['driver_id']}; once the workers are stopped, "
            "`python -m ops.chaos.restep matching PARTITIONS` finds where log and steps part"
        )
    return moment


def cost_parts_s(decision: Decision) -> dict[str, float]:
    """What the cost of the chosen driver is made of; nothing where the policy that decided is not this one's."""
    if decision["cost_s"] is None or decision["policy_version"] != AGENT.policy.version:
        return {}
    factors = np.array([factor["value"] for factor in decision["factors"]])
    parts = {name: ms / 1000 for name, ms in lacks_ms(factors, AGENT.policy).items()}
    parts |= {"refusal": decision["accept_s"], "fairness": decision["boost_s"], "future": decision["future_s"]}
    return {"pickup": round(decision["cost_s"] - sum(parts.values()), 3)} | parts


def _json(decision: Decision, driver: str | None, found: Answer | None, mine: list[str]) -> dict[str, Any]:
    out = {"order": decision["order_id"], "said": words.outcome(decision), "decision": decision, "cost_parts_s": cost_parts_s(decision)}
    out |= {"parameters": [asdict(one) for one in parameters(AGENT.policy)], "driver": driver}
    if mine:
        out |= {"source": "decision" if found is None else "replay", "driver_said": mine, "answer": found}
    return out


def _show(decision: Decision, found: Answer | None, mine: list[str]) -> None:
    for line in [*words.outcome(decision), *mine]:
        typer.echo(line)
    if found is not None:
        _show_answer(found)
    _show_costs(decision, found)
    if decision["outcome"] == "MATCHED" and found is None:
        _show_choice(decision)
    title = "main parameters, and by how much each may differ between two drivers"
    if decision["policy_version"] != AGENT.policy.version:
        title += f" (of policy {AGENT.policy.version}; {decision['policy_version']} decided)"
    _table(title, ("parameter", "what", "at most", "share", "weight in the score"), words.parameter_rows(parameters(AGENT.policy)))


def _show_answer(found: Answer) -> None:
    _table(f"rules for {found.driver_id}", ("rule", "driver", "asked", "met"), words.rule_rows(found.rules))
    if found.changes:
        columns = ("what", "was", "would have won", "looked up to")
        _table("the least change of each alone, all else as it was", columns, words.change_rows(found))


def _show_costs(decision: Decision, found: Answer | None) -> None:
    """What the chosen driver cost, and beside it what the one asked about would have."""
    costs = {decision["driver_id"]: cost_parts_s(decision)}
    if found is not None and found.cost is not None:
        costs[found.driver_id] = {name: ms / 1000 for name, ms in found.cost.parts_ms.items()}
    costs = {driver: parts for driver, parts in costs.items() if parts}
    _table("what the cost is made of", ("part", *costs, "what"), words.cost_rows(list(costs.values())))


def _show_choice(decision: Decision) -> None:
    title = f"score of {decision['driver_id']}: {decision['score']:.3f}"
    _table(title, ("factor", "value", "weight", "adds"), words.factor_rows(decision))
    columns = ("driver", "pickup in", "distance", "score", "cost", "short by")
    _table("the other drivers that cost least", columns, words.alternative_rows(decision))


def _table(title: str, columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    if not rows:
        return
    if not Console().is_terminal:  # there, a table has a title
        typer.echo(f"\n# {title}")
    print_rows(title, columns, rows)
