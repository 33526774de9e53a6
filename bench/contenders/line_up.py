"""Who takes part in `tripo bench runtime`: how each is built, started, and what is asked of ours against it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.stand import BenchError, Child, Stand
from ops.broker import java
from streams.contract import contract
from streams.settings import ROOT

STREAMS = ROOT / "bench" / "kafka-streams"
QUIX_VENV = ROOT / ".venv-bench"
FAUST_COMMIT_MS = 2800  # its default: it is slower with less
REQUIREMENTS = ROOT / "bench" / "contenders" / "requirements.txt"


@dataclass(frozen=True, slots=True)
class Course:
    """What all contenders are given."""

    stand: Stand
    commit_ms: int
    streams_commit_ms: int
    quix_commit_ms: int
    streams_threads: int = 1
    streams_batch_bytes: int = 16_384
    streams_poll_records: int = 1000

    @property
    def partitions(self) -> int:
        """Partitions of input and outputs."""
        return contract().topic("bench.events").partitions


@dataclass(frozen=True, slots=True)
class Contender:
    """One runtime: ours must be ``floor`` times as fast. It reads one ``divisor``-th of the events, or more until it worked long enough."""

    name: str
    title: str
    divisor: int
    floor: float
    build: Callable[[], None]
    start: Callable[[Course, Contender], Child]
    judged_warm: bool = False  # its second half counts, not the whole

    @property
    def group(self) -> str:
        """Its consumer group, without namespace."""
        return "bench" if self.name == "ours" else f"bench-{self.name}"

    @property
    def output(self) -> str:
        """Its output topic, without namespace."""
        return "bench.decisions" if self.name == "ours" else f"bench.decisions.{self.name}"


def _nothing() -> None:
    return None


def _run(command: list[str], what: str) -> None:
    if shutil.which(command[0]) is None:
        raise BenchError(f"{what} needs {command[0]}, which is not installed (Debian or Ubuntu: `apt-get install maven`)")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"{what} failed ({' '.join(command)}):\n{done.stdout[-3000:]}{done.stderr[-3000:]}")


def build_streams() -> None:
    """Builds the Java contender with Maven, when its sources are newer than its jar."""
    jar = STREAMS / "target" / "contender.jar"
    sources = [STREAMS / "pom.xml", *(STREAMS / "src").rglob("*.java")]
    if not jar.exists() or jar.stat().st_mtime < max(s.stat().st_mtime for s in sources):
        _run(["mvn", "-q", "-B", "-f", str(STREAMS / "pom.xml"), "clean", "package"], "building the Kafka Streams contender")


def build_quix() -> None:
    """Makes the venv of Quix Streams, when there is none or its requirements are newer."""
    stamp = QUIX_VENV / "requirements.stamp"
    if stamp.exists() and stamp.read_text() == REQUIREMENTS.read_text():
        return
    _run([sys.executable, "-m", "venv", str(QUIX_VENV)], "making .venv-bench")
    _run([str(QUIX_VENV / "bin" / "python"), "-m", "pip", "install", "-q", "-r", str(REQUIREMENTS)], "installing quixstreams")
    stamp.write_text(REQUIREMENTS.read_text())


def _schema_file(course: Course, topic: str) -> Path:
    path = course.stand.home / f"{topic}.avsc"
    path.write_text(json.dumps(contract().schema(topic)))
    return path


def _start_ours(course: Course, contender: Contender) -> Child:
    return course.stand.worker("bench", {"TRIPO_COMMIT_INTERVAL_MS": str(course.commit_ms)})


def _start_streams(course: Course, contender: Contender) -> Child:
    given = {
        "brokers": course.stand.brokers,
        "group": course.stand.topic(contender.group),
        "input": course.stand.topic("bench.events"),
        "output": course.stand.topic(contender.output),
        "input-schema": _schema_file(course, "bench.events"),
        "output-schema": _schema_file(course, "bench.decisions"),
        "input-id": contract().schema_id("bench.events"),
        "output-id": contract().schema_id("bench.decisions"),
        "commit-ms": course.streams_commit_ms,
        "threads": course.streams_threads,
        "batch-bytes": course.streams_batch_bytes,
        "poll-records": course.streams_poll_records,
        "state": course.stand.home / contender.name,
    }
    classpath = f"{STREAMS}/target/contender.jar:{STREAMS}/target/jars/*"
    jvm = [java(), "-Xms512m", "-Xmx1g", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", classpath]
    return course.stand.spawn(contender.name, [*jvm, "tripo.Contender", *(f"{key}={value}" for key, value in given.items())])


def _job_env(course: Course, contender: Contender, commit_ms: int) -> dict[str, str]:
    return {
        "BENCH_BROKERS": course.stand.brokers,
        "BENCH_GROUP": course.stand.topic(contender.group),
        "BENCH_INPUT": course.stand.topic("bench.events"),
        "BENCH_OUTPUT": course.stand.topic(contender.output),
        "BENCH_PARTITIONS": str(course.partitions),
        "BENCH_COMMIT_MS": str(commit_ms),
        "BENCH_STATE": str(course.stand.home / contender.name),
        "BENCH_INPUT_SCHEMA": str(_schema_file(course, "bench.events")),
        "BENCH_OUTPUT_SCHEMA": str(_schema_file(course, "bench.decisions")),
        "BENCH_INPUT_ID": str(contract().schema_id("bench.events")),
        "BENCH_OUTPUT_ID": str(contract().schema_id("bench.decisions")),
    }


def _start_quix(course: Course, contender: Contender) -> Child:
    command = [str(QUIX_VENV / "bin" / "python"), "-m", "bench.contenders.quix"]
    return course.stand.spawn(contender.name, command, _job_env(course, contender, course.quix_commit_ms))


def _start_faust(course: Course, contender: Contender) -> Child:
    command = [sys.executable, "-m", "bench.contenders.stock_faust", "worker", "--loglevel", "warn", "--without-web"]
    return course.stand.spawn(contender.name, command, _job_env(course, contender, FAUST_COMMIT_MS))


LINE_UP: dict[str, Contender] = {
    c.name: c
    for c in (
        Contender("ours", "Tripo streams, exactly-once", 1, 1.0, _nothing, _start_ours, judged_warm=True),
        Contender("streams", "Kafka Streams, exactly_once_v2", 1, 1.2, build_streams, _start_streams, judged_warm=True),
        Contender("quix", "Quix Streams, exactly-once", 4, 4.0, build_quix, _start_quix),
        Contender("faust", "stock Faust, exactly_once", 40, 30.0, _nothing, _start_faust),
    )
}
