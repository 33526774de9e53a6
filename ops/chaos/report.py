"""Outcomes of a chaos run → tables for people, plain lines where stdout is no terminal, one JSON object for programs."""

from __future__ import annotations

import json
import statistics
from collections import Counter
from typing import Any

from rich.console import Console
from rich.table import Table

from ops.chaos.run import Outcome


def figures(outcomes: list[Outcome], seed: int) -> dict[str, Any]:
    """The last line's object."""
    kinds = sum((o.findings.kinds for o in outcomes), Counter())
    faults = Counter(f.group for o in outcomes for f in o.faults)
    poison = {o.agent: sum(o.produced.get("poison", {}).values()) for o in outcomes}
    faults["C10"] += sum(o.produced.get("poison", {}).get("crash", 0) for o in outcomes)
    return {
        "seed": seed,
        "events": sum(o.findings.figures["inputs"] for o in outcomes),
        "decisions": sum(o.findings.figures["decisions"] for o in outcomes),
        "dead_letters": sum(o.findings.figures["dead letters"] for o in outcomes),
        "lost": sum(o.findings.lost for o in outcomes),
        "duplicated": sum(o.findings.duplicated for o in outcomes),
        "broken_state": sum(o.findings.broken_state + len(o.restepped.get("mismatches", [])) for o in outcomes),
        "transactions_open": kinds["open"],
        "chain": "broken" if kinds["chain"] or kinds["digest"] else "whole",
        "faults": faults.total(),
        "faults_by_class": dict(sorted(faults.items())),
        "points": dict(sorted(Counter(f.what.removeprefix("kill -9 ") for o in outcomes for f in o.faults if _is_point(f.what)).items())),
        "poison": poison,
        "recovery_s": recovery(outcomes),
        "snapshots_restepped": sum(o.restepped.get("snapshots", 0) for o in outcomes),
        "journal_restepped": sum(o.restepped.get("journal_records", 0) for o in outcomes),
        "self_test": {"caught": sum(t.caught for o in outcomes for t in o.trials), "of": sum(len(o.trials) for o in outcomes)},
        "violations": [str(v) for o in outcomes for v in o.findings.violations][:20],
        "problems": [f"{o.agent}: {p}" for o in outcomes for p in o.problems],
        "seconds": round(sum(o.seconds for o in outcomes), 1),
        "passed": all(o.passed for o in outcomes),
    }


def _is_point(what: str) -> bool:
    return what.startswith("kill -9 ") and not what.startswith(("kill -9 at random", "kill -9 while"))


def recovery(outcomes: list[Outcome]) -> dict[str, dict[str, float]]:
    """By class: median and longest recovery in seconds, and of how many partitions it was measured."""
    found: dict[str, list[float]] = {}
    for outcome in outcomes:
        for group, seconds in outcome.recoveries.items():
            found.setdefault(group, []).extend(seconds)
    return {g: {"p50": round(statistics.median(s), 2), "max": round(max(s), 2), "measured": len(s)} for g, s in sorted(found.items())}


def show(outcomes: list[Outcome], seed: int, as_json: bool) -> None:
    """Print everything that was found."""
    console = Console(highlight=False, soft_wrap=True)
    found = figures(outcomes, seed)
    if console.is_terminal:
        _tables(console, outcomes, found)
    else:
        _lines(outcomes, found)
    for outcome in outcomes:
        for violation in outcome.findings.violations:
            print(f"violation: {outcome.agent}: {violation}")
    for problem in found["problems"]:
        print(f"problem: {problem}")
    if as_json:
        print(json.dumps(found))


def _tables(console: Console, outcomes: list[Outcome], found: dict[str, Any]) -> None:
    faults = Table("class", "faults", "recovery p50 s", "max s", "measured", title=f"Faults (seed {found['seed']})")
    for group, count in found["faults_by_class"].items():
        one = found["recovery_s"].get(group, {})
        faults.add_row(group, str(count), str(one.get("p50", "-")), str(one.get("max", "-")), str(one.get("measured", "-")))
    console.print(faults)
    verdict = Table("workload", "inputs", "decisions", "dead letters", "lost", "duplicated", "broken state", "passed", title="Audit")
    for o in outcomes:
        f = o.findings
        counts = (f.figures["inputs"], f.figures["decisions"], f.figures["dead letters"], f.lost, f.duplicated, f.broken_state)
        verdict.add_row(o.agent, *map(str, counts), "yes" if o.passed else "NO")
    console.print(verdict)
    _lines(outcomes, found)


def _lines(outcomes: list[Outcome], found: dict[str, Any]) -> None:
    for o in outcomes:
        print(f"{o.agent}: {', '.join(f'{name} {value}' for name, value in sorted(o.findings.figures.items()))}")
        print(
            f"{o.agent}: dead letters by class {dict(o.findings.letters)}; poison sent {o.produced.get('poison', {})}; exit codes {o.exits}"
        )
        for trial in o.trials:
            verdict = f"caught by {' '.join(trial.caught_by)}" if trial.caught else "MISSED"
            print(f"{o.agent}: self-test: {trial.corruption} ({trial.what}): {verdict}")
    for group, count in found["faults_by_class"].items():
        print(f"{group}: {count} faults, recovery {found['recovery_s'].get(group, 'not measured')}")
    for name in (
        "events",
        "faults",
        "lost",
        "duplicated",
        "broken_state",
        "transactions_open",
        "chain",
        "snapshots_restepped",
        "seconds",
        "seed",
    ):
        print(f"{name}: {found[name]}")
    print("passed" if found["passed"] else "FAILED")
