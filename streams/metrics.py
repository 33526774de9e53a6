"""Every metric of a worker, in one place. Labels are bounded: agent, topic, partition, error class; never ids of people or orders."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_AGE = (0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2, 5, 10, 15, 20, 30, 45, 60, 600)

records = Counter("tripo_records_total", "records stepped", ["agent", "topic"])
decisions = Counter("tripo_decisions_total", "rows written to output topics", ["agent", "topic"])
dead_letters = Counter("tripo_dead_letters_total", "records moved to the dead letters", ["agent", "error"])
step_seconds = Histogram("tripo_step_seconds", "one task's step: decode, decide, encode, produce", ["agent"], buckets=_SECONDS)
commit_seconds = Histogram("tripo_commit_seconds", "one transaction's commit", ["agent"], buckets=_SECONDS)
event_age = Histogram("tripo_event_age_seconds", "age of a step's oldest record when it is decided", ["agent"], buckets=_AGE)
lag = Gauge("tripo_lag_records", "records between the position and the log's end", ["agent", "topic", "partition"])
recovery_seconds = Histogram("tripo_recovery_seconds", "from assignment to readiness of a task", ["agent"], buckets=_SECONDS)
recovered_records = Counter("tripo_recovered_records_total", "records stepped again in recoveries", ["agent"])
transactions = Counter("tripo_transactions_total", "transactions committed", ["agent"])
transaction_aborts = Counter("tripo_transaction_aborts_total", "transactions aborted", ["agent"])
producers_renewed = Counter("tripo_producers_renewed_total", "new producer epochs after a transport error or a slow commit", ["agent"])
tasks = Gauge("tripo_tasks", "tasks this worker steps", ["agent"])
recovering = Gauge("tripo_tasks_recovering", "tasks this worker recovers", ["agent"])
snapshot_bytes = Gauge("tripo_snapshot_bytes", "size of the last snapshot", ["agent", "partition"])
