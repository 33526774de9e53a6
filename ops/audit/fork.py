"""``tripo audit fork AGENT``: what would another policy, model or code have decided on the same inputs?"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import orjson
import polars as pl
import typer
import yaml

from audit.fork import Fork, Forked, ForkError, checked_out, fork, groups_of, rewarded, rewards_of
from audit.fork_check import NoAgentError, check
from audit.fork_compare import Compared, compare
from audit.fork_page import page
from audit.indexing import decision_topics
from audit.log import Log, joined
from audit.restoring import GoneError
from ops.audit import asked, options
from ops.audit.side_by_side import Report, side_by_side
from ops.listing import moment, print_rows, say
from ops.summary import fail, shown
from ops.worker import AGENTS, setup_logging
from streams.agent import Agent
from streams.settings import settings

CAUTION = (
    "The inputs are those that followed the decisions actually made. Under the fork, people would have reacted otherwise from the first "
    "other choice on: {before:,} of {paired:,} decisions were made before it ({first}); of the others, what is said holds for these inputs "
    "only. Steps without records are taken where they were journalled."
)


@dataclass(frozen=True)
class Job:
    """One task to be forked, for any process; what is missing instead, in words, where it cannot be."""

    agent: str
    partition: int
    since_ms: int | None
    until_ms: int | None
    other: Fork

    def __call__(self, report: Report) -> Forked | str | None:
        try:
            return fork(asked.agent(self.agent), self.partition, self.since_ms, self.until_ms, self.other)
        except GoneError as error:
            return str(error)


def fork_command(
    agent: options.Agent,
    *,
    policy: Annotated[Path | None, typer.Option(help="YAML or JSON: the policy's fields that are other, nested as they are")] = None,
    models: Annotated[Path | None, typer.Option(help="a folder with other trained models")] = None,
    code: Annotated[str | None, typer.Option(metavar="REF", help="a git commit, branch or tag with other code")] = None,
    partition: options.Partition = None,
    since: options.Since = None,
    until: options.Until = None,
    reward: Annotated[str | None, typer.Option(metavar="TOPIC:FIELD[=VALUE]", help="estimate it by logged propensities")] = None,
    page_file: Annotated[Path | None, typer.Option("--page", help="the HTML page to write")] = None,
    workers: options.Workers = 2,
    as_json: options.AsJson = False,
) -> None:
    """Step the same inputs under another policy, model or code, apart from everything live: what changes, by how much, for whom."""
    setup_logging("error")
    since_ms, until_ms = asked.span(since, until)
    if policy is None and models is None and code is None:
        fail("give what is to be other: --policy FILE, --models DIR or --code REF", 2)
    if models is not None and not models.is_dir():
        fail(f"--models {models}: there is no such folder", 2)
    if page_file is not None:
        asked.place_for(page_file, "--page")
    running, began = asked.agent(agent), time.monotonic()
    try:
        with asked.readable(), checked_out(code) as checkout:
            other = _other(agent, policy, models, checkout, code)
            if reward is not None:
                rewarded(reward)
            jobs = [(f"{agent}[{p}]", partial(Job(agent, p, since_ms, until_ms, other).__call__)) for p in asked.tasks(agent, partition)]
            answers = side_by_side(jobs, workers)
            found = [one for one in answers if isinstance(one, Forked)]
            compared = [_compare(running, topic, found, reward) for topic in decision_topics(running)] if found else []
    except ForkError as error:
        stepped = policy is not None and "policy's field" in str(error) and "--policy" not in str(error)
        fail(f"--policy {policy}: {error}" if stepped else str(error), 2)
    missing = [one for one in answers if isinstance(one, str)]
    if not found:
        fail("; ".join(missing) or f"nothing was journalled by {agent} in this range", 3 if missing else 1)
    facts = _facts(agent, found, policy, models, code, time.monotonic() - began)
    cautions = [_caution(one) for one in compared] + [f"Missing: {said}" for said in missing]
    _show(facts, cautions, compared)
    if page_file is not None:
        page_file.write_text(page(f"{agent} under another policy, model or code", facts, cautions, compared), encoding="utf-8")
        say(f"the page: {page_file}")
    if as_json:
        read = joined(*(one.read for one in found))
        told = {"facts": dict(facts), "cautions": cautions, "topics": [one.fields() for one in compared], "read": read}
        typer.echo(orjson.dumps(told))


def _other(agent: str, policy: Path | None, models: Path | None, checkout: Path, code: str | None) -> Fork:
    """What is other, tried before anything is gathered. Raises ForkError naming the option that is at fault."""
    other = Fork(AGENTS[agent], _changes(policy), (models or _models()).absolute(), checkout)
    try:
        check(other)
    except NoAgentError:
        raise ForkError(f"--code {code}: {code} has no agent {agent}") from None
    except ForkError as error:
        given = {"--policy": policy, "--code": code, "--models": models}
        raise ForkError(f"{', '.join(f'{option} {value}' for option, value in given.items() if value is not None)}: {error}") from None
    return other


def _models() -> Path:
    """Where the models that decide lie: TRIPO_MODELS, or those under TRIPO_HOME, or the checkout's."""
    mine = settings().home / "models"
    return settings().models if "models" in settings().model_fields_set or not mine.is_dir() else mine


def _changes(policy: Path | None) -> dict[str, Any]:
    if policy is None:
        return {}
    try:
        found = yaml.safe_load(policy.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise ForkError(f"--policy {policy}: the file is no UTF-8 text") from None
    except (OSError, yaml.YAMLError) as error:
        raise ForkError(f"--policy {policy}: {error}") from None
    if not isinstance(found, dict):
        raise ForkError(f"--policy {policy}: it must hold fields of the policy by name, as in `quality_s: 600`")
    try:
        json.dumps(found)
    except TypeError:
        raise ForkError(f"--policy {policy}: a value is a date, or something else that no policy has; put a text in quotes") from None
    return found


def _compare(agent: Agent, topic: str, found: list[Forked], reward: str | None) -> Compared:
    with Log() as log:
        groups = pl.concat([groups_of(agent, one, topic, log) for one in found], how="diagonal_relaxed")
        if reward is not None:
            rewards = pl.concat([rewards_of(one, topic, reward, log) for one in found])
            groups = groups.join(rewards, on="decision_id", how="left")
    actual, other = (pl.concat([getattr(one, side)[topic] for one in found]) for side in ("actual", "other"))
    return compare(topic, actual, other, groups, reward)


def _facts(
    agent: str, found: list[Forked], policy: Path | None, models: Path | None, code: str | None, seconds: float
) -> list[tuple[str, str]]:
    changed = [f"policy {policy.read_text(encoding='utf-8').strip()}"] if policy is not None else []
    changed += [f"models {models}"] if models is not None else []
    changed += [f"code {code}"] if code is not None else []
    journalled = sorted({version for one in found for version in one.journalled_by})
    span = f"{moment(min(one.first_now for one in found))} to {moment(max(one.last_now for one in found))}"
    return [
        ("agent", agent),
        ("what is other", "; ".join(changed)),
        ("decided by code", ", ".join(journalled)),
        ("stepped by code", ", ".join(sorted({one.code_version for one in found}))),
        ("from, to", span),
        ("partitions", ", ".join(str(one.partition) for one in found)),
        ("events", f"{sum(one.events for one in found):,} in {sum(one.steps for one in found):,} steps"),
        ("began at", "; ".join(f"[{one.partition}] {one.began_at}" for one in found)),
        ("read from", asked.read_from(one.read for one in found).removeprefix("read from ")),
        ("took", f"{seconds:.1f} s"),
    ]


def _caution(one: Compared) -> str:
    first = "no choice differs" if one.first_different_ms is None else f"at {moment(one.first_different_ms)}"
    return f"{one.topic}: " + CAUTION.format(before=one.before, paired=one.paired, first=first)


def _show(facts: list[tuple[str, str]], cautions: list[str], compared: list[Compared]) -> None:
    print_rows("fork", ("what", "which"), facts)
    for one in compared:
        share = one.choose / one.paired if one.paired else 0.0
        say(f"\n{one.topic}: {one.actual} decisions then, {one.other} under the fork, {one.paired} by both; "
            f"{one.choose} ({share:.1%}) choose something else, {one.differ} differ in anything")  # fmt: skip
        rows = [
            (c.field, c.count, f"{c.actual:.3f}", f"{c.other:.3f}", f"{c.difference:+.4f}", f"{c.low:+.4f} to {c.high:+.4f}")
            for c in one.changes
        ]
        print_rows("numbers", ("number", "decisions", "then", "under the fork", "difference", "95 % interval"), rows)
        say(f"made only then: {one.only_actual}; made only under the fork: {one.only_other}")
        if one.first:
            say(f"the first that {'choose something else' if one.choose else 'differ'}: {', '.join(one.first)}")
        groups = [
            (g.name, g.value, g.decisions, g.differ, g.choose, f"{g.choose / g.decisions:.1%}", shown(g.difference)) for g in one.groups
        ]
        print_rows("for whom", ("by", "which", "decisions", "differ", "choose else", "share", f"{one.by or ''} changes by"), groups)
        deciles = [(i + 1, f"{then:.2f}", f"{now:.2f}") for i, (then, now) in enumerate(one.deciles)]
        if deciles:
            print_rows("orders per driver", ("tenth of drivers", "then", "under the fork"), deciles)
        if one.value is not None:
            v = one.value
            said = f"{v.value:.4f} ({v.low:.4f} to {v.high:.4f})" if v.value is not None else f"no estimate: {v.why}"
            size = f"effective sample size {v.effective:.0f} of {v.count}"
            say(f"value of {v.reward} by logged propensities: {said}; then {v.logged:.4f}; {size}")
    for said in cautions:
        say(f"\nCAUTION  {said}")
