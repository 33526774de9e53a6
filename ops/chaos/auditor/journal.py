"""One task's journal against its inputs and outputs (J): the chain, the ranges, the digests, the snapshots. Pure.

Digest of a journal record's outputs, per topic, over the records it covers in the partition's offset order (committed ones only):
``sha256(sha256(lengths) + sha256(keys) + sha256(values))``; lengths are the values' lengths as little-endian uint32, keys and values
their concatenated bytes, each inner digest its 32 raw bytes; ``count`` is the number of records. The outputs of sequence n directly
follow those of n - 1 in partition p. Covered are the agent's outputs and its dead letters; snapshots are not.
"""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from sys import byteorder
from typing import Any

import zstandard

from ops.chaos.auditor.log import Findings, Log, Record
from ops.chaos.auditor.wire import Schemas, UnreadableError


@dataclass(slots=True)
class Journal:
    """What a task's journal says, for other invariants to use."""

    entries: list[dict[str, Any]] = field(default_factory=list)  # decoded, by sequence
    skipped: set[tuple[str, int]] = field(default_factory=set)  # (topic, offset) that no step saw
    seen: dict[str, list[tuple[int, int, int, int]]] = field(default_factory=dict)  # topic → (start, end, entry, step), by start
    cuts: dict[str, list[int]] = field(default_factory=dict)  # output topic → number of its records after each entry

    def step_of(self, topic: str, offset: int) -> tuple[int, int] | None:
        """The (entry, step) that stepped over an input's record."""
        ranges = self.seen.get(topic, [])
        i = bisect_left(ranges, (offset + 1,)) - 1
        if i < 0 or not ranges[i][0] <= offset < ranges[i][1]:
            return None
        return ranges[i][2], ranges[i][3]

    def entry_of_output(self, topic: str, index: int) -> int:
        """The entry that covers the index-th record of an output's partition."""
        return bisect_left(self.cuts.get(topic, []), index + 1)


def digest(records: Sequence[Record]) -> bytes:
    """The digest of records as this module's docstring defines it; 32 bytes."""
    lengths = array("I", (len(r.value or b"") for r in records))
    if byteorder == "big":
        lengths.byteswap()
    keys, values = b"".join(r.key or b"" for r in records), b"".join(r.value or b"" for r in records)
    inner = (hashlib.sha256(part).digest() for part in (lengths.tobytes(), keys, values))
    return hashlib.sha256(b"".join(inner)).digest()


def judge(log: Log, partition: int, schemas: Schemas, findings: Findings) -> Journal:
    """Judge the journal of one task, and return what it says."""
    journal = Journal()
    _chain(log, partition, schemas, findings, journal)
    _ranges(log, partition, findings, journal)
    _positions(log, partition, findings, journal)
    _outputs(log, partition, findings, journal)
    _snapshots(log, partition, schemas, findings, journal)
    return journal


def _chain(log: Log, partition: int, schemas: Schemas, findings: Findings, journal: Journal) -> None:
    topic, previous = log.workload.journal, b""
    for n, record in enumerate(log.at(topic, partition).records):
        try:
            entry = schemas.decode(topic, record.value)
        except UnreadableError as error:
            findings.add("J", "journal", topic, partition, record.offset, f"unreadable: {error}")
            return
        where = (topic, partition, record.offset)
        if entry["sequence"] != n:
            findings.add("J", "chain", *where, f"sequence {entry['sequence']} where {n} is due")
        if entry["previous"] != previous:
            before = f": {_gist(journal.entries[-1])}, then {_gist(entry)}" if journal.entries else ""
            findings.add("J", "chain", *where, f"`previous` of sequence {entry['sequence']} is not the hash of the record before{before}")
        if (entry["agent"], entry["partition"]) != (log.workload.agent, partition):
            findings.add("J", "journal", *where, f"belongs to {entry['agent']}[{entry['partition']}]")
        assert record.value is not None
        previous = hashlib.sha256(record.value).digest()
        journal.entries.append(entry)
    findings.figures["journal records"] += len(journal.entries)


def _gist(entry: dict[str, Any]) -> str:
    """What a journal record stepped over, when, and to where, for people."""
    steps = [(step["now"], *((r["topic"], r["start"], r["end"]) for r in step["ranges"])) for step in entry["steps"]]
    return f"{steps} to {[p['offset'] for p in entry['positions']]}, snapshot of {entry['snapshot'] and entry['snapshot']['sequence']}"


def _ranges(log: Log, partition: int, findings: Findings, journal: Journal) -> None:
    """Ranges of each input lie end to end from the log's start to its end, but for offsets that hold no record."""
    offsets = {topic: [r.offset for r in log.at(topic, partition).records] for topic in log.workload.inputs}
    at = {topic: log.at(topic, partition).start for topic in log.workload.inputs}
    for n, entry in enumerate(journal.entries):
        for s, step in enumerate(entry["steps"]):
            for span in step["ranges"]:
                topic, start, end = span["topic"], span["start"], span["end"]
                if topic not in at or end < start:
                    findings.add("J", "range", topic, partition, start, f"sequence {n} steps over [{start}, {end}), which cannot be")
                    continue
                if start < at[topic]:
                    findings.add(
                        "J", "duplicated", topic, partition, start, f"sequence {n} steps again over what was stepped up to {at[topic]}"
                    )
                _missed(findings, topic, partition, offsets[topic], at[topic], start, f"before sequence {n}")
                at[topic] = max(at[topic], end)
                journal.seen.setdefault(topic, []).append((start, end, n, s))
                _skipped(findings, journal, partition, span)
    for topic, position in at.items():
        _missed(findings, topic, partition, offsets[topic], position, log.at(topic, partition).end, "after the last journal record")
        journal.seen.get(topic, []).sort()


def _skipped(findings: Findings, journal: Journal, partition: int, span: dict[str, Any]) -> None:
    for offset in span["skipped"]:
        if not span["start"] <= offset < span["end"]:
            findings.add("J", "range", span["topic"], partition, offset, "skipped outside its range")
        journal.skipped.add((span["topic"], offset))


def _missed(findings: Findings, topic: str, partition: int, offsets: list[int], start: int, end: int, when: str) -> None:
    for offset in offsets[bisect_left(offsets, start) : bisect_left(offsets, end)]:
        findings.add("J", "lost", topic, partition, offset, f"no step saw it ({when})")


def _positions(log: Log, partition: int, findings: Findings, journal: Journal) -> None:
    """Each entry's positions are the ends of what was stepped so far, but for offsets that hold no record."""
    at: dict[str, int] = {}
    offsets = {topic: [r.offset for r in log.at(topic, partition).records] for topic in log.workload.inputs}
    for n, entry in enumerate(journal.entries):
        at.update({span["topic"]: span["end"] for step in entry["steps"] for span in step["ranges"]})
        said = {p["topic"]: p["offset"] for p in entry["positions"]}
        for topic in log.workload.inputs:
            here, stepped = said.get(topic, 0), at.get(topic, log.at(topic, partition).start)
            low, high = sorted((here, stepped))
            between = bisect_left(offsets[topic], high) - bisect_left(offsets[topic], low)
            if between:
                findings.add("J", "journal", topic, partition, here, f"sequence {n} names it as position, but stepped to {stepped}")


def _outputs(log: Log, partition: int, findings: Findings, journal: Journal) -> None:
    """Counts and digests of the entries agree with the output partitions' bytes; the first disagreement of a topic is reported."""
    for topic in log.workload.outputs:
        records, at, cuts = log.at(topic, partition).records, 0, journal.cuts.setdefault(topic, [])
        wrong = False
        for n, entry in enumerate(journal.entries):
            said = [o for o in entry["outputs"] if o["topic"] == topic]
            count = sum(o["count"] for o in said)
            covered = records[at : at + count]
            if not wrong and (len(said) > 1 or len(covered) < count or (said and digest(covered) != said[0]["digest"])):
                offset = covered[0].offset if covered else log.at(topic, partition).end
                findings.add(
                    "J", "digest", topic, partition, offset, f"the {count} records of sequence {n} are not those that were journalled"
                )
                wrong = True
            at += count
            cuts.append(at)
        if at != len(records) and not wrong:
            findings.add("J", "digest", topic, partition, log.at(topic, partition).end, f"{len(records)} records, {at} of them journalled")
    for n, entry in enumerate(journal.entries):
        for unknown in {o["topic"] for o in entry["outputs"]} - set(log.workload.outputs):
            findings.add("J", "journal", log.workload.journal, partition, n, f"sequence {n} names outputs to {unknown}")


def _snapshots(log: Log, partition: int, schemas: Schemas, findings: Findings, journal: Journal) -> None:
    """Whole snapshots carry the digest of their bytes; what the journal refers to is there."""
    topic = log.workload.snapshots
    chunks: dict[int, list[tuple[int, dict[str, Any]]]] = {}
    for record in log.at(topic, partition).records:
        if record.value is None:
            continue
        try:
            chunk = schemas.decode(topic, record.value)
        except UnreadableError as error:
            findings.add("J", "snapshot", topic, partition, record.offset, f"unreadable: {error}")
            continue
        chunks.setdefault(chunk["sequence"], []).append((record.offset, chunk))
    for sequence, pieces in chunks.items():
        _snapshot(findings, topic, partition, sequence, pieces)
        if sequence >= len(journal.entries):
            findings.add(
                "J", "chain", topic, partition, pieces[0][0], f"a snapshot goes with sequence {sequence}, which is not in the journal"
            )
    findings.figures["snapshots"] += len(chunks)
    _snapshot_refs(findings, topic, partition, chunks, journal)


def _snapshot(findings: Findings, topic: str, partition: int, sequence: int, pieces: list[tuple[int, dict[str, Any]]]) -> None:
    offset, first = pieces[0]
    if len(pieces) < first["count"] and pieces[-1][1]["index"] == first["count"] - 1:
        return  # compaction has taken some of an old snapshot's chunks
    whole = [c["index"] for _, c in pieces] == list(range(first["count"]))
    if not whole or hashlib.sha256(_state(first, b"".join(c["data"] for _, c in pieces))).digest() != first["digest"]:
        findings.add(
            "J", "snapshot", topic, partition, offset, f"the snapshot of sequence {sequence} is not the state whose digest it carries"
        )


def _state(chunk: dict[str, Any], data: bytes) -> bytes:
    """What the chunks hold, without compression; nothing where that is damaged."""
    try:
        return zstandard.ZstdDecompressor().decompress(data) if chunk.get("compression") == "zstd" else data
    except zstandard.ZstdError:
        return b""


def _snapshot_refs(
    findings: Findings, topic: str, partition: int, chunks: dict[int, list[tuple[int, dict[str, Any]]]], journal: Journal
) -> None:
    known = {(sequence, pieces[0][0], pieces[0][1]["count"]) for sequence, pieces in chunks.items()}
    refs = [ref for entry in journal.entries if (ref := entry["snapshot"]) is not None]
    for ref in refs[-1:]:  # earlier ones may have been compacted away
        if (ref["sequence"], ref["offset"], ref["chunks"]) not in known:
            findings.add(
                "J", "snapshot", topic, partition, ref["offset"], f"the journal's latest snapshot, sequence {ref['sequence']}, is missing"
            )
