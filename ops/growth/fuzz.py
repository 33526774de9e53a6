"""`tripo growth fuzz`: so many events of every kind, good and absurd, through the agent's own step, and whether a promise was broken.

The events are drawn by seed: profiles, requests, answers, drivers, orders and what became of them, settings and applied recommendations;
late, repeated and broken ones, and outages of hours and days, in batches of any size, with the state written and read in between, and the
same step made twice. The auditor sees what goes in and what comes out, and knows nothing of the agent's state. In:

    fees, net revenue, profit     to the cent, of each order once, and by service and day
    consent, opt-outs             no offer without the one or after the other; nothing personal where it is not allowed
    gap, cap, cooldown, quiet     between contacts; of a type that was declined; by the rider's clock
    propensities                  in (0, 1], summing to one over what was possible; exact in the state's own model, too
    drivers, moves                nobody counts twice, no more leave than are there, and only where it pays
    numbers                       finite, all of them; shares in [0, 1]
    steps                         none stops; a state that was loaded decides the same
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import typer
from rich.progress import Progress

from agents.growth.agent import AGENT, GrowthAgent
from agents.growth.choice import choose
from agents.growth.conversion import FEATURES, Arms
from agents.growth.state import GrowthState
from ops.fuzzing import AsJson, Events, Row, Seed, batch_of, end, watched
from ops.growth.auditor import Auditor, Report
from ops.growth.crowd import Crowd
from ops.listing import print_rows
from streams.batch import Batch, Decisions

EVERY = 97  # steps: the state goes through bytes, and its model's chances are looked at
Rows = dict[str, list[Row]]


def fuzz(events: int, seed: int, progress: Progress | None = None, agent: GrowthAgent = AGENT) -> Report:
    """Step the agent over so many events; what the auditor found. It judges by the default policy, whatever the agent's is."""
    report, crowd = Report(), Crowd(seed)
    auditor, state = Auditor(report), agent.start(0)
    state.now = crowd.now
    offsets: Counter[str] = Counter()
    bar = progress.add_task("events", total=events) if progress else None
    for number, rows in enumerate(crowd.steps(events)):
        firsts = {topic: offsets[topic] for topic in rows}
        batches = {topic: batch_of(topic, each, offsets) for topic, each in rows.items()}
        try:
            state, made = _step(agent, state, batches, crowd.now, report, again=number % EVERY == 0)
        except Exception as error:
            report.check(False, f"step {number} stopped, of {sum(map(len, rows.values()))} events", repr(error))
            break
        refused = {(one.topic, one.offset) for one in made.rejected}
        report.rejected.update(one.error for one in made.rejected)
        given = {topic: [row | {"offset": i} for i, row in enumerate(each, firsts[topic])] for topic, each in rows.items()}
        written = {one.topic: one.frame.to_dicts() for one in made.outputs}
        auditor.take(crowd.now, given, refused, written)
        crowd.heard(written)
        if progress and bar is not None:
            progress.update(bar, completed=crowd.made)
    report.events = crowd.made
    return report


def _step(
    agent: GrowthAgent, state: GrowthState, batches: dict[str, Batch], now: int, report: Report, *, again: bool
) -> tuple[GrowthState, Decisions]:
    """A step; now and then by a state that was loaded, and ``again`` by the one that was not."""
    if not again:
        return state, agent.step(state, batches, now)
    loaded = agent.load(agent.dump(state))
    _chances(loaded, agent, report)
    made, same = agent.step(state, batches, now), agent.step(loaded, batches, now)
    for one, other in zip(made.outputs, same.outputs, strict=True):
        report.check(one.topic == other.topic and one.frame.equals(other.frame), "a loaded state decided otherwise", one.topic)
    report.check(agent.dump(state) == agent.dump(loaded), "a loaded state learnt otherwise", now)
    return loaded, made


def _chances(state: GrowthState, agent: GrowthAgent, report: Report) -> None:
    """What the state's model would draw from, for some riders and whatever is eligible."""
    rng, arms = np.random.default_rng(state.now), Arms.of(agent.policy)
    riders = np.concatenate([np.ones((50, 1)), rng.normal(0.0, 1.0, (50, len(FEATURES) - 1))], axis=1)
    eligible = rng.random((50, len(arms.types))) < rng.random((50, 1))
    explore = state.settings.values["explore"]
    chances = choose(state.monetization.learnt, arms, riders, eligible, np.arange(50), explore, agent.policy).chances
    possible = np.concatenate([np.ones((50, 1), np.bool_), eligible], axis=1)
    report.check(bool(np.allclose(chances.sum(axis=1), 1.0, atol=1e-9)), "chances that do not sum to one", chances.sum(axis=1))
    report.check(bool(((chances > 0.0) == possible).all()), "chances of the impossible, or none of the possible", chances)


def command(*, events: Events = 1_000_000, seed: Seed = 1, as_json: AsJson = False) -> None:
    """Fuzz what growth promises: exit code 1 when something is broken."""
    report = watched(fuzz, events, seed, as_json=as_json)
    if report.breaches:
        print_rows("Broken", ["what", "times"], report.kinds.most_common())
    print_rows("Written", ["topic", "records"], report.written.most_common())
    print_rows("Rules that held offers back", ["rule", "requests"], report.guards.most_common())
    print_rows("Refused", ["reason", "records"], report.rejected.most_common())
    typer.echo(f"{report.events:,} events, {sum(report.written.values()):,} records written, {report.kinds.total()} breaches")
    end(report, {name: dict(getattr(report, name)) for name in ("written", "guards", "rejected")}, as_json=as_json)
