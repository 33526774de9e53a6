"""Every metric of the mirror, in one place. Labels are bounded: table and partition, never a row's key."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

records = Counter("tripo_mirror_records_total", "records of the tables' topics taken in", ["table"])
rows = Counter("tripo_mirror_written_total", "rows written to Redis (the last record of each key of a batch)", ["table"])
deleted = Counter("tripo_mirror_tombstones_total", "rows removed by tombstones", ["table"])
trimmed = Counter("tripo_mirror_trimmed_total", "rows removed because retention deleted their records", ["table"])
swept = Counter("tripo_mirror_swept_total", "rows removed after a rebuild because the topic no longer has them", ["table"])
unreadable = Counter("tripo_mirror_unreadable_total", "records that could not be decoded: rows that say so", ["table"])
keyless = Counter("tripo_mirror_keyless_total", "records without a key, left out", ["table"])
rebuilds = Counter("tripo_mirror_rebuilds_total", "partitions rebuilt from the beginning of their topic", ["table", "reason"])
outages = Counter("tripo_mirror_outages_total", "times that a side was away", ["side"])
up = Gauge("tripo_mirror_up", "1 while the mirror reaches that side", ["side"])
lag = Gauge("tripo_mirror_lag_records", "offsets between the mirror's position and the log's end", ["table", "partition"])
held = Gauge("tripo_mirror_held_rows", "rows held in Redis", ["table"])
rebuilding = Gauge("tripo_mirror_rebuilding", "partitions whose rebuild is not complete", ["table"])
apply_seconds = Histogram("tripo_mirror_apply_seconds", "decoding and applying one partition's batch", ["table"], buckets=_SECONDS)
