"""What transactions and the group left behind, for one task: I4, I5 and I7. Pure."""

from __future__ import annotations

from ops.chaos.auditor.log import Extent, Findings, Log


def judge(log: Log, partition: int, findings: Findings) -> None:
    """Judge every topic the agent writes, and the committed offset of every input."""
    for topic in log.workload.written:
        _ended(log, topic, partition, findings)
        _isolated(log, topic, partition, findings)
    for topic in log.workload.inputs:
        _finished(log, topic, partition, findings)


def _ended(log: Log, topic: str, partition: int, findings: Findings) -> None:
    part = log.at(topic, partition)
    if part.open:
        findings.add("I4", "open", topic, partition, part.open[0].first, "a transaction has no end")
    if part.stable != part.end:
        findings.add("I4", "open", topic, partition, part.stable, f"the last stable offset is {part.stable}, the high watermark {part.end}")


def _isolated(log: Log, topic: str, partition: int, findings: Findings) -> None:
    """What a read_committed client saw is exactly what the markers commit: nothing aborted, nothing left out."""
    part = log.at(topic, partition)
    findings.figures["aborted records"] += sum(extent.held for extent in part.aborted)
    seen = _inside(part.committed, [r.offset for r in part.records], findings, topic, partition)
    due = sum(extent.held for extent in part.committed if extent.first < part.stable)
    if seen != due:
        findings.add(
            "I7", "isolation", topic, partition, part.end, f"{due} records are committed, a read_committed client saw {seen} of them"
        )


def _inside(extents: list[Extent], offsets: list[int], findings: Findings, topic: str, partition: int) -> int:
    """How many of the offsets, ascending, lie in the extents, ascending; the others are violations."""
    seen, i = 0, 0
    for offset in offsets:
        while i < len(extents) and extents[i].end <= offset:
            i += 1
        if i < len(extents) and extents[i].first <= offset:
            seen += 1
        else:
            findings.add("I7", "isolation", topic, partition, offset, "a read_committed client saw a record that no marker commits")
    return seen


def _finished(log: Log, topic: str, partition: int, findings: Findings) -> None:
    part = log.at(topic, partition)
    committed = log.group.get((topic, partition), -1)
    last = part.records[-1].offset + 1 if part.records else part.start
    if not (last <= committed <= part.end or (committed < 0 and not part.records)):
        findings.add("I5", "position", topic, partition, committed, f"the committed offset is {committed}, the input ends at {last}")
