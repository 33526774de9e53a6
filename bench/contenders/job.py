"""The bench's job for the Python contenders, record by record: Confluent Avro bytes → price times 1.3 → Confluent Avro bytes.

fastavro with schemas parsed once and its compiled schemaless reader and writer: the fastest record-wise Avro there is in Python, and
what Quix's own AvroSerializer uses. Imports nothing of the project, because Quix Streams runs in a venv of its own.
Settings are given in the environment: see ``Job``.
"""

from __future__ import annotations

import io
import json
import os
import struct
from pathlib import Path
from typing import Any

from fastavro import parse_schema, schemaless_reader, schemaless_writer

PREFIX = 5


class Job:
    """The contender's topics, and what it does to each value. Reads BENCH_* from the environment."""

    def __init__(self) -> None:
        env = os.environ
        self.brokers = env["BENCH_BROKERS"]
        self.group = env["BENCH_GROUP"]
        self.input = env["BENCH_INPUT"]
        self.output = env["BENCH_OUTPUT"]
        self.partitions = int(env["BENCH_PARTITIONS"])
        self.commit_s = int(env["BENCH_COMMIT_MS"]) / 1000
        self.state = Path(env["BENCH_STATE"])
        self._read = parse_schema(json.loads(Path(env["BENCH_INPUT_SCHEMA"]).read_text()))
        self._write = parse_schema(json.loads(Path(env["BENCH_OUTPUT_SCHEMA"]).read_text()))
        self._expected = struct.pack(">bI", 0, int(env["BENCH_INPUT_ID"]))
        self._prefix = struct.pack(">bI", 0, int(env["BENCH_OUTPUT_ID"]))

    def step(self, value: bytes) -> bytes:
        """One record. Raises ValueError on another prefix than the input schema's."""
        if value[:PREFIX] != self._expected:
            raise ValueError(f"record with prefix {value[:PREFIX]!r}")
        body = io.BytesIO(value)
        body.seek(PREFIX)
        event: dict[str, Any] = schemaless_reader(body, self._read)  # type: ignore[assignment]
        event["price"] = event["price"] * 1.3
        out = io.BytesIO()
        out.write(self._prefix)
        schemaless_writer(out, self._write, event)
        return out.getvalue()
