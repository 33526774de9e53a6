"""One task and a range of time → every journal record in it stepped again, and what it wrote compared with the topics, byte by byte.

Begins at the state before the range (audit/restoring.py) and steps from there with the runtime's own code. Nothing is written to Kafka.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from audit.differences import Difference, differences
from audit.indexing import decides
from audit.log import Log
from audit.ranges import asked
from audit.replayed import Progress, Replayed
from audit.restoring import Restored, restored
from audit.search import Journalled, after
from audit.states import Kept, States, tidy
from audit.stepping import Again, Stepper
from audit.walk import Task as Walk
from audit.walk import Walked
from streams import journal
from streams.agent import Agent
from streams.contract import contract
from streams.errors import StepFailed
from streams.message import Message

SHOWN = 100  # differences kept to be shown; all are counted
STATE_EVERY_S = 0.4  # of stepping, between two states that are kept
NEAR_S = 0.1  # of stepping up to the one record that is asked for: then the state before it is kept, too


@dataclass(slots=True)
class Replay:
    """One task to be replayed. ``run`` yields now and then, so that progress can be shown; ``found`` is the result, also on the way."""

    agent: Agent
    partition: int
    since_ms: int | None = None
    until_ms: int | None = None
    folder: Path | None = None  # where states and progress are kept; None: nothing is
    resume: bool = True
    found: Replayed = field(init=False)
    of: int = 0  # journal records to step over in all, about
    done: int = 0
    last: Again | None = None  # what stepping the latest journal record gave
    _saved_at: float = field(default_factory=time.monotonic)
    _asked_for: int | None = None  # the one record's sequence

    def __post_init__(self) -> None:
        self.found = Replayed(self.agent.name, self.partition, running=self.agent.code_version)

    def run(self) -> Iterator[None]:
        """Replay. Raises GoneError where nothing can be stepped again, DamagedError, and what reading raises."""
        began = time.monotonic()
        with Log() as log:
            wanted = asked(self.agent, self.partition, self.since_ms, self.until_ms, log)
            self.found.missing += wanted.missing
            self.found.faults += wanted.faults
            if wanted.begin is None:
                self._nothing()
                return
            begin = self._resumed(log, wanted.begin)
            start = restored(self.agent, self.partition, begin, log, self._states())
            self.found.began_at = self.found.began_at or start.source
            self.of = wanted.last - start.task.sequence + 1
            for _ in self._steps(log, start, begin, wanted.end):
                self.found.seconds = time.monotonic() - began
                yield
        self._nothing()
        progress = self._progress()
        if progress is not None:
            progress.done()
            tidy(progress.path.parent)

    def _nothing(self) -> None:
        """Say so where nothing was compared, and nothing else says why: a journal's first records may have no steps."""
        if not (self.found.events or self.found.records or self.found.different or self.found.faults):
            self.found.missing.append(f"{self.agent.name}[{self.partition}]: no record of the journal in this range")

    def one(self, log: Log, wanted: Journalled, outputs: dict[str, int]) -> None:
        """Step one journal record again, whose outputs begin at these offsets where they are known."""
        start = restored(self.agent, self.partition, wanted, log, self._states())
        self.found.began_at = start.source
        began = self._saved_at = time.monotonic()
        self._asked_for = wanted.record["sequence"]
        for _ in self._steps(log, start, wanted, wanted.message.offset() + 1, outputs or None):
            pass
        if self.folder is not None and self._saved_at > began:
            tidy(self.folder)

    def _steps(
        self, log: Log, start: Restored, wanted: Journalled, end: int | None, offsets: dict[str, int] | None = None
    ) -> Iterator[None]:
        compared_from = wanted.record["sequence"]
        if start.outputs and start.task.sequence == compared_from:
            offsets = start.outputs
        walk = Walk(self.agent, self.partition, log, start=start.offset, end=end, first=compared_from, offsets=offsets)
        stepper = Stepper(start.task, log)
        walking = walk.walk()
        for walked in walking:
            if walked.link.record is None or walked.link.record["sequence"] != stepper.task.sequence:
                break  # the chain is broken; the walk goes on to say where
            try:
                again = stepper.step(walked.link.record, walked.link.timestamp)
            except StepFailed as error:
                self._fails(walked.link.record["sequence"], error)
                break
            self.done += 1
            if walked.link.record["sequence"] >= compared_from:
                self._compare(walked, again, walk)
            else:
                self.found.warmed_events += again.events
            self._save(stepper, walked, walk)
            yield
        for _ in walking:
            pass
        self.found = self.found.went_on(walk, stepper.read)

    def _fails(self, sequence: int, error: StepFailed) -> None:
        self.found.different += 1
        difference = Difference(f"{self.agent.name}.journal", self.partition, None, sequence, None, {"(step)": ("done", f"raises {error}")})
        self.found.differences.append(difference)

    def _compare(self, walked: Walked, again: Again, walk: Walk) -> None:
        record = walked.link.record
        assert record is not None
        found, sequence = self.found, record["sequence"]
        found.sequences = (sequence if found.sequences[1] < 0 else found.sequences[0], sequence)
        found.codes[record["code_version"]] = found.codes.get(record["code_version"], 0) + 1
        found.events += again.events
        found.step_s += again.step_s
        if record["steps"]:
            found.first_now = found.first_now or record["steps"][0]["now"]
            found.last_now = record["steps"][-1]["now"]
        self.last = again
        same_digests = record["outputs"] == again.record["outputs"]
        for topic in sorted(set(walked.outputs) | set(again.written)):
            here, there = walked.outputs.get(topic, ()), list(zip(*again.written.get(topic, ([], [])), strict=True))
            found.records += len(there)
            found.decisions += len(there) if decides(topic) else 0
            differing = differences(topic, self.partition, sequence, here, there)
            self._note_schema(topic, here)
            judged = walk.outputs[topic].faults if topic in walk.outputs else []
            if differing and same_digests and not any(fault.sequence == sequence for fault in judged[-1:]):
                found.unseen += len(there) - len(here)  # the walk says why
            else:
                self._differ(differing)
        self._compare_journal(record, again)

    def _note_schema(self, topic: str, here: Sequence[Message]) -> None:
        """Other bytes may be another schema's."""
        value, now = here[0].value() if here else None, contract().schema_id(topic)
        if value is not None and topic not in self.found.schemas and int.from_bytes(value[1:5], "big") != now:
            self.found.schemas[topic] = f"schema id {int.from_bytes(value[1:5], 'big')} then, {now} now"

    def _compare_journal(self, record: journal.Record, again: Again) -> None:
        """What stepping again would have journalled: the same bytes, unless other code wrote it."""
        names = ("steps", "positions", "outputs") if record["code_version"] != self.agent.code_version else tuple(record)
        fields = {name: (record[name], again.record[name]) for name in names if record[name] != again.record[name]}  # type: ignore[literal-required]
        if fields and not (set(fields) == {"outputs"} and self.found.different):
            topic = f"{self.agent.name}.journal"
            shown = {name: (_plain(ours), _plain(others)) for name, (ours, others) in fields.items()}
            self._differ([Difference(topic, self.partition, None, record["sequence"], None, shown)])

    def _differ(self, differing: list[Difference]) -> None:
        self.found.different += len(differing)
        for one in differing:
            self.found.only_versions += one.only_versions
            self.found.fields |= {name: self.found.fields.get(name, 0) + 1 for name in one.fields}
        self.found.differences += differing[: max(0, SHOWN - len(self.found.differences))]

    def _states(self) -> States | None:
        return (
            None if self.folder is None else States(self.folder / "states" / f"{self.agent.name}-{self.partition}", self.agent.code_version)
        )

    def _progress(self) -> Progress | None:
        """Where it is noted how far this range was replayed by this code."""
        if self.folder is None:
            return None
        asked_for = f"{self.agent.name}-{self.partition}-{self.since_ms}-{self.until_ms}-{self.agent.code_version}"
        return Progress(self.folder / f"replay-{asked_for}.json")

    def _resumed(self, log: Log, begin: Journalled) -> Journalled:
        """Go on after the last kept state of an earlier run that was cut off; from ``begin``, where there was none or its state is gone."""
        states, progress = self._states(), self._progress()
        earlier = progress.load() if progress is not None and self.resume else None
        if earlier is None or states is None:
            return begin
        at = earlier.sequences[1]
        kept = next((one for one in states.best(at + 1) if one.sequence == at), None)
        following = None if kept is None else after(log.reader, f"{self.agent.name}.journal", self.partition, kept.offset + 1)
        if kept is None or following is None or (following.record["sequence"], following.record["previous"]) != (at + 1, kept.hash):
            return begin
        self.found = earlier
        self.found.resumed_at = at + 1
        return following

    def _save(self, stepper: Stepper, walked: Walked, walk: Walk) -> None:
        """Keep the state now and then, and how far the replay is."""
        states, progress = self._states(), self._progress()
        every_s = NEAR_S if self._asked_for == stepper.task.sequence else STATE_EVERY_S
        if states is None or progress is None or time.monotonic() - self._saved_at < every_s:
            return
        known = walk.outputs and all(one.sure for one in walk.outputs.values())
        outputs = {topic: one.at for topic, one in walk.outputs.items()} if known else {}
        data = self.agent.dump(stepper.task.state)
        states.save(Kept(stepper.task.sequence - 1, walked.link.offset, walked.link.hash, outputs, data))
        if self.found.sequences[1] == stepper.task.sequence - 1 and self.resume:
            progress.save(self.found.went_on(walk, stepper.read))
        self._saved_at = time.monotonic()


def _plain(value: Any) -> Any:
    return orjson.loads(orjson.dumps(value, default=lambda one: one.hex() if isinstance(one, bytes) else repr(one)))
