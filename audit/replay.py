"""One task and a range of time → every journal record in it stepped again, and what it wrote compared with the topics, byte by byte.

Begins at the state before the range (audit/restoring.py) and steps from there with the runtime's own code. Nothing is written to Kafka.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from audit.differences import Difference, differences
from audit.faults import Fault
from audit.indexing import decides
from audit.log import Log
from audit.restoring import GoneError, Restored, restored
from audit.search import Journalled, after, since
from audit.states import Kept, States, tidy
from audit.stepping import Again, Stepper
from audit.walk import Task as Walk
from audit.walk import Walked
from streams import journal
from streams.agent import Agent
from streams.contract import contract
from streams.errors import StepFailed
from streams.message import Message, payload
from streams.snapshot import HOUR_MS

SHOWN = 100  # differences kept to be shown; all are counted
STATE_EVERY_S = 0.4  # of stepping, between two states that are kept


@dataclass(slots=True)
class Replayed:
    """What a replay of one task came to."""

    agent: str
    partition: int
    began_at: str = ""  # the state it began at, in words
    sequences: tuple[int, int] = (0, -1)  # first and last journal record compared
    events: int = 0  # input records stepped over in them
    decisions: int = 0  # compared
    records: int = 0  # compared, decisions and all others
    unseen: int = 0  # records that compaction or retention took from their topics; they are held to the journal's digest
    different: int = 0  # records that differ, journal records included
    only_versions: int = 0  # of them, those that differ in nothing but versions
    codes: dict[str, int] = field(default_factory=dict)  # journal records by the code that wrote them
    running: str = ""  # the code that stepped again
    schemas: dict[str, str] = field(default_factory=dict)  # topics whose records were written by another schema version than this code's
    first_now: int = 0
    last_now: int = 0
    seconds: float = 0.0
    warmed_events: int = 0  # stepped over before the range, to get there
    resumed_at: int | None = None  # sequence
    fields: dict[str, int] = field(default_factory=dict)  # names of fields that differ
    differences: list[Difference] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    read: dict[str, Any] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    @property
    def live_s(self) -> float:
        """How long the range took when it was live."""
        return (self.last_now - self.first_now) / 1000

    @property
    def holds(self) -> bool:
        """Everything compared is the same."""
        return not self.different and not self.faults

    def fields_dict(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self) | {"live_s": self.live_s, "holds": self.holds}


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
    _saved_at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.found = Replayed(self.agent.name, self.partition, running=self.agent.code_version)

    def run(self) -> Iterator[None]:
        """Replay. Raises GoneError where nothing can be stepped again, and what reading raises."""
        began = time.monotonic()
        with Log() as log:
            wanted, end = self._range(log)
            if wanted is None:
                self.found.missing.append(f"{self.agent.name}.journal[{self.partition}] has no record in this range")
                return
            progress = self._progress()
            begin = wanted
            if progress is not None:
                begin = self._resumed(log, progress, wanted)
            start = restored(self.agent, self.partition, begin, log, self._states())
            self.found.began_at = start.source
            self.of = self._sequence_before(log, end) - start.task.sequence + 1
            for _ in self._steps(log, start, begin, end):
                self.found.seconds = time.monotonic() - began
                yield
        if self._progress_file is not None:
            self._progress_file.unlink(missing_ok=True)
            tidy(self._progress_file.parent)

    def one(self, log: Log, wanted: Journalled, outputs: dict[str, int]) -> None:
        """Step one journal record again, whose outputs begin at these offsets where they are known."""
        start = restored(self.agent, self.partition, wanted, log, self._states())
        self.found.began_at = start.source
        for _ in self._steps(log, start, wanted, wanted.message.offset() + 1, outputs or None):
            pass

    def _range(self, log: Log) -> tuple[Journalled | None, int | None]:
        """The first journal record of the range, and the offset it ends before; None for the journal's end."""
        topic = f"{self.agent.name}.journal"
        low, high = log.reader.bounds(topic, self.partition)
        if low == high:
            return None, None
        begin = after(log.reader, topic, self.partition, low)
        if self.since_ms is not None:
            begin = since(log.reader, topic, self.partition, self.since_ms)
        end = None if self.until_ms is None else since(log.reader, topic, self.partition, self.until_ms)
        if begin is not None and self.since_ms is None:
            begin = self._first_possible(log, begin)
        if begin is not None and end is not None and end.message.offset() <= begin.message.offset():
            return None, None
        return begin, None if end is None else end.message.offset()

    def _first_possible(self, log: Log, begin: Journalled) -> Journalled:
        """Where no time is asked for: the first record, hour by hour, that there is a state before, and the inputs after it."""
        topic = f"{self.agent.name}.journal"
        if begin.record["sequence"]:
            said = f"{topic}[{self.partition}] begins at sequence {begin.record['sequence']}: retention deleted what was before"
            self.found.missing.append(said)
        at: Journalled | None = begin
        while at is not None:
            try:
                restored(self.agent, self.partition, at, log, None)
                return at
            except GoneError as error:
                gone = error
                self.found.missing = [said for said in self.found.missing if "a later range" not in said] + [str(error)]
            now = at.record["steps"][-1]["now"] if at.record["steps"] else at.message.timestamp()[1]
            at = since(log.reader, topic, self.partition, (now // HOUR_MS + 1) * HOUR_MS)
        raise gone

    def _sequence_before(self, log: Log, end: int | None) -> int:
        topic = f"{self.agent.name}.journal"
        found = log.reader.last(topic, self.partition) if end is None else None
        if found is None and end is not None:
            found = getattr(after(log.reader, topic, self.partition, end), "message", None)
        return 0 if found is None else int(journal.decode(topic, payload(found))["sequence"])

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
                again = stepper.step(walked.link.record)
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
        self._finish(walk, stepper)

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
        if record["steps"]:
            found.first_now = found.first_now or record["steps"][0]["now"]
            found.last_now = record["steps"][-1]["now"]
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

    def _finish(self, walk: Walk, stepper: Stepper) -> None:
        self.found.faults += walk.faults
        self.found.missing += walk.missing()
        self.found.read = walk.read | {
            topic: {"from": stream.start, "to": stream.end, "records": stream.read} for topic, stream in stepper.read.items()
        }

    def _states(self) -> States | None:
        return (
            None if self.folder is None else States(self.folder / "states" / f"{self.agent.name}-{self.partition}", self.agent.code_version)
        )

    @property
    def _progress_file(self) -> Path | None:
        if self.folder is None:
            return None
        return self.folder / f"replay-{self.agent.name}-{self.partition}-{self.since_ms}-{self.until_ms}-{self.agent.code_version}.json"

    def _progress(self) -> dict[str, Any] | None:
        path = self._progress_file
        if path is None or not path.is_file() or not self.resume:
            return None
        try:
            found: dict[str, Any] = orjson.loads(path.read_bytes())
        except ValueError:  # cut off while it was written
            return None
        return found

    def _resumed(self, log: Log, progress: dict[str, Any], wanted: Journalled) -> Journalled:
        """Go on after the last kept state of an earlier run that was cut off; from the beginning, where that state is gone."""
        states, at = self._states(), progress["sequences"][1]
        kept = next((one for one in states.best(at + 1) if one.sequence == at), None) if states is not None else None
        following = None if kept is None else after(log.reader, f"{self.agent.name}.journal", self.partition, kept.offset + 1)
        if following is None or following.record["sequence"] != at + 1:
            return wanted
        for name in ("events", "decisions", "records", "unseen", "different", "only_versions", "first_now", "last_now", "warmed_events"):
            setattr(self.found, name, progress[name])
        self.found.sequences = (progress["sequences"][0], at)
        self.found.codes, self.found.fields = progress["codes"], progress["fields"]
        self.found.differences = [Difference(**one) for one in progress["differences"]]
        self.found.resumed_at = at + 1
        return following

    def _save(self, stepper: Stepper, walked: Walked, walk: Walk) -> None:
        """Keep the state now and then, and how far the replay is."""
        states, path = self._states(), self._progress_file
        if states is None or path is None or time.monotonic() - self._saved_at < STATE_EVERY_S:
            return
        known = walk.outputs and all(one.sure for one in walk.outputs.values())
        outputs = {topic: one.at for topic, one in walk.outputs.items()} if known else {}
        data = self.agent.dump(stepper.task.state)
        states.save(Kept(stepper.task.sequence - 1, walked.link.offset, walked.link.hash, outputs, data))
        if self.found.sequences[1] >= 0 and self.resume:
            path.write_bytes(orjson.dumps(self.found.fields_dict(), default=repr))
        self._saved_at = time.monotonic()


def _plain(value: Any) -> Any:
    return orjson.loads(orjson.dumps(value, default=lambda one: one.hex() if isinstance(one, bytes) else repr(one)))
