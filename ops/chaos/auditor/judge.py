"""Log → verdict: every task is judged alone, since a task shares nothing with another. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ops.chaos.auditor import answers, journal, matching, probe, support, transactions
from ops.chaos.auditor.log import WORKLOADS, Findings, Log, Workload
from ops.chaos.auditor.wire import Schemas

REGISTRY = Path(__file__).resolve().parents[3] / "schemas" / "registry.json"


def judge(log: Log, tasks: Iterable[int] | None = None, registry: Path = REGISTRY) -> Findings:
    """Every invariant over all tasks of a log, or over some."""
    schemas = Schemas(registry, log.workload.schemas)
    findings = Findings()
    for partition in log.tasks() if tasks is None else tasks:
        findings.take(_task(log, partition, schemas))
    return findings


def _task(log: Log, partition: int, schemas: Schemas) -> Findings:
    findings = Findings()
    transactions.judge(log, partition, findings)
    said = journal.judge(log, partition, schemas, findings)
    joined = answers.join(log, partition, schemas, findings)
    specific = {"probe": probe.judge, "matching": matching.judge, "support": support.judge}[log.workload.agent]
    specific(answers.Task(log, partition, schemas, joined, said, findings))
    return findings


def workload(agent: str) -> Workload:
    """The workload of an agent. Raises LookupError naming those that exist."""
    try:
        return WORKLOADS[agent]
    except KeyError:
        raise LookupError(f"no workload {agent!r}; there are {', '.join(WORKLOADS)}") from None
