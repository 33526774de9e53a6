"""`tripo bench runtime`: this runtime, Kafka Streams, Quix Streams and stock Faust at the same job, one after the other.

The job: read Avro (Confluent wire format) from bench.events, multiply the price by 1.3, write Avro to an output topic, exactly once.

How it is made fair:
- One topic, generated once from a seed and uncompressed; every contender reads it from its beginning, alone but for the broker.
- One worker process each, with one processing thread (``--streams-threads`` gives Kafka Streams more), committing every 50 ms;
  ``--streams-commit-ms 100`` gives Kafka Streams its default. Ours is the worker of production, with journal, snapshots and metrics.
  Stock Faust keeps its own 2.8 s, which is faster for it (3,400 against 2,800 records/s); so is 1 s for Quix (``--quix-commit-ms``).
- Kafka Streams reads and writes generic records with plain org.apache.avro, decoder and encoder reused; ``--streams-batch-bytes`` and
  ``--streams-poll-records`` change its clients' defaults. The Python contenders use fastavro, with schemas parsed once.
- Output topics stamp records with the broker's time at append; the rate is that of the committed outputs between the first and the last of
  these, so start-up counts for nobody. Of ours and of Kafka Streams the second half counts, when the JVMs have compiled what is hot: the
  contender's own and, for ours, which runs first, the broker's. The whole run's rate is shown beside it.
- The slow ones read fewer records (a quarter, a fortieth) but work for 15 s at least. CPU time counts from the first commit seen.
- The CPU that processes outside the bench used meanwhile is shown (in cores): where it is not near 0, measure again.
- Afterwards every output record, as a read_committed reader sees it, is compared with its input in every field; there must be one for each
  event whose offset was committed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Annotated, Any

import polars as pl
import typer
from confluent_kafka import KafkaException

from bench import report
from bench.check import Findings, check, expected
from bench.contenders.line_up import LINE_UP, Contender, Course
from bench.events import events
from bench.observe import Rate, Watch, committed_records, rate
from bench.report import Steps
from bench.stand import APPEND_TIME, BenchError, Child, Stand, pause, stand
from ops.server import ServerError

SEED = 20_240_601
SAMPLE_S = 0.1
STEADY_S = 15.0
STALL_S = 90.0


@dataclass(frozen=True, slots=True)
class Result:
    """What one contender did."""

    contender: Contender
    committed: int
    findings: Findings
    rate: Rate
    cpu_us: float
    peak_rss: int
    broker_cpu_us: float
    others_cores: float

    @property
    def judged(self) -> float:
        """Records a second that count in the comparison."""
        return self.rate.second_half if self.contender.judged_warm else self.rate.whole

    def faults(self) -> list[str]:
        """What is wrong with its outputs."""
        found, title = self.findings, self.contender.title
        faults = []
        if found.wrong:
            faults.append(f"{title}: {found.wrong} outputs are wrong")
        if found.duplicates:
            faults.append(f"{title}: {found.duplicates} outputs are duplicates")
        if found.distinct != self.committed:
            faults.append(f"{title}: {self.committed} inputs committed, {found.distinct} answered")
        return faults

    def figures(self) -> dict[str, Any]:
        """For programs."""
        return {
            "records": self.committed,
            "outputs": self.findings.records,
            "records_per_s": self.judged,
            "whole_records_per_s": self.rate.whole,
            "second_half_records_per_s": self.rate.second_half,
            "seconds": self.rate.seconds,
            "cpu_us_per_record": self.cpu_us,
            "broker_cpu_us_per_record": self.broker_cpu_us,
            "peak_rss_mb": self.peak_rss / 1e6,
            "others_cores": self.others_cores,
        }


def runtime(
    *,
    records: Annotated[int, typer.Option(min=1000, help="events in the topic")] = 2_000_000,
    only: Annotated[str, typer.Option(help=f"contenders, comma-separated: {','.join(LINE_UP)}")] = ",".join(LINE_UP),
    brokers: Annotated[str | None, typer.Option(help="bootstrap servers; none starts a broker for this run")] = None,
    commit_ms: Annotated[int, typer.Option(min=1, help="everyone's time between commits, ms")] = 50,
    streams_commit_ms: Annotated[int | None, typer.Option(min=1, help="Kafka Streams' instead (its default is 100)")] = None,
    quix_commit_ms: Annotated[int | None, typer.Option(min=1, help="Quix Streams' instead")] = None,
    streams_threads: Annotated[int, typer.Option(min=1, help="Kafka Streams' stream threads")] = 1,
    streams_batch_bytes: Annotated[int, typer.Option(help="Kafka Streams' producer batch.size")] = 16_384,
    streams_poll_records: Annotated[int, typer.Option(help="Kafka Streams' max.poll.records")] = 1000,
    steady_s: Annotated[float, typer.Option(help="least seconds of work of those that read a part")] = STEADY_S,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object as the last line")] = False,
) -> None:
    """Compare this runtime with Kafka Streams, Quix Streams and stock Faust. Exits 1 when ours is not fast enough against one of them."""
    unknown = sorted(set(only.split(",")) - set(LINE_UP))
    if unknown:
        raise typer.BadParameter(f"unknown contenders {', '.join(unknown)}; known: {', '.join(LINE_UP)}", param_hint="--only")
    chosen = [LINE_UP[name] for name in LINE_UP if name in only.split(",")]
    try:
        with report.steps() as steps, stand(brokers) as place:
            course = Course(
                place, commit_ms, streams_commit_ms or commit_ms, quix_commit_ms or commit_ms,
                streams_threads, streams_batch_bytes, streams_poll_records,
            )  # fmt: skip
            results = compare(course, chosen, records, steady_s, steps)
    except (BenchError, KafkaException, ServerError) as error:
        report.broken(error, as_json)
    _report(results, as_json)


def compare(course: Course, chosen: list[Contender], records: int, steady_s: float, steps: Steps) -> list[Result]:
    """Builds all, generates the events, and runs one after the other. Raises BenchError."""
    for contender in chosen:
        steps.begin(f"build: {contender.title}", 1)
        contender.build()
    _create(course.stand, chosen)
    _generate(course, records, steps)
    answers = expected(events(records, SEED))
    return [_race(course, contender, answers, steady_s, steps) for contender in chosen]


def _create(place: Stand, chosen: list[Contender]) -> None:
    for contender in chosen:
        place.create([contender.output], APPEND_TIME, like="bench.decisions")
    place.create_for("bench")


def _generate(course: Course, records: int, steps: Steps) -> None:
    steps.begin(f"generate {records:,} events", records)
    done = 0
    with course.stand.publisher() as publisher:
        for frame in events(records, SEED):
            done += publisher.publish("bench.events", frame)
            steps.at(done)


def _race(course: Course, contender: Contender, answers: pl.DataFrame, steady_s: float, steps: Steps) -> Result:
    place, total = course.stand, answers.height
    target = max(1, total // contender.divisor)
    steps.begin(f"run: {contender.title}", target)
    child = contender.start(course, contender)
    inputs = (place.topic("bench.events"),)
    watch = Watch(place.brokers, place.topic(contender.group), inputs, course.partitions, child.pid, place.broker_pid)
    _attend(watch, child, (target, total), 0.0 if contender.divisor == 1 else steady_s, steps)
    if (code := child.stop()) and contender.name == "ours":
        raise BenchError(f"{contender.title} stopped with code {code}; the end of its log:\n{child.tail()}")
    steps.begin(f"check: {contender.title}", 1)
    committed = watch.committed()
    watch.close()
    findings = check(committed_records(place.brokers, place.topic(contender.output), course.partitions), answers)
    since = committed // 2 if contender.judged_warm else 0
    cpu_us, broker_cpu_us = watch.cpu_us_per_record(since)
    return Result(contender, committed, findings, rate(findings.append_ms), cpu_us, watch.peak_rss(), broker_cpu_us, watch.others_cores())


def _attend(watch: Watch, child: Child, goal: tuple[int, int], steady_s: float, steps: Steps) -> None:
    """Samples until the target is committed and the work was long enough, or all is. Raises BenchError when it ends or does not go on."""
    target, total = goal
    first = 0.0
    moved, before = time.monotonic(), 0
    while True:
        child.check()
        taken = watch.sample()
        steps.at(taken.committed)
        if taken.committed > before:
            first = first or taken.at
            moved, before = taken.at, taken.committed
        if taken.committed >= total or (taken.committed >= target and taken.at - first >= steady_s):
            return
        if taken.at - moved > STALL_S:
            raise BenchError(f"{child.name} committed nothing for {STALL_S:.0f} s, {before:,} of {target:,} records:\n{child.tail()}")
        pause(taken.at + SAMPLE_S)


def _report(results: list[Result], as_json: bool) -> None:
    ours = next((r for r in results if r.contender.name == "ours"), None)
    figures: dict[str, Any] = {r.contender.name: r.figures() for r in results}
    failures = [fault for r in results for fault in r.faults()]
    rows = []
    for result in results:
        ratio = ours.judged / result.judged if ours else float("nan")
        floor = result.contender.floor
        if ours and result is not ours:
            figures[result.contender.name] |= {"ratio": ratio, "floor": floor}
            if not ratio >= floor:
                failures.append(f"ours is {ratio:.2f} times {result.contender.title}, at least {floor} is asked")
        rows.append(_row(result, ratio, ours is not None and result is not ours))
    columns = ["runtime", "records/s", "ours is", "at least", "CPU µs/record", "broker's", "peak MB", "records", "seconds", "whole run/s"]
    title = "bench runtime: read Avro, change a field, write Avro, exactly once; one worker each"
    report.show(title, [*columns, "others' cores"], rows)
    report.end(figures, failures, as_json)


def _row(result: Result, ratio: float, compared: bool) -> list[str]:
    shown = result.figures()
    return [
        result.contender.title,
        f"{result.judged:,.0f}",
        f"{ratio:.2f} times" if compared else "",
        f"{result.contender.floor:g} times" if compared else "",
        f"{shown['cpu_us_per_record']:.2f}",
        f"{shown['broker_cpu_us_per_record']:.2f}",
        f"{shown['peak_rss_mb']:.0f}",
        f"{result.committed:,}",
        f"{result.rate.seconds:.1f}",
        f"{result.rate.whole:,.0f}",
        f"{result.others_cores:.2f}",
    ]
