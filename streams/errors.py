"""Why a worker stops: one exception, and one exit code, for each reason."""

from __future__ import annotations


class AccessError(Exception):
    """Who connects to Kafka, and how, cannot be told from the settings; the message says why."""


class WorkerStop(Exception):
    """The worker cannot go on with its state; its supervisor starts it again, and it recovers."""

    exit_code = 1


class Fenced(WorkerStop):
    """Its partitions were lost, or another worker of the same ordinal took its place."""

    exit_code = 3


class TransactionFailed(WorkerStop):
    """The transaction could not be committed."""

    exit_code = 4


class DeadLetterLimit(WorkerStop):
    """Too many records went to the dead letters: a bad deploy must not drain a topic into them."""

    exit_code = 5


class NoProgress(WorkerStop):
    """There is lag, and no record was handled for too long; or a group that is left does not settle."""

    exit_code = 6


class OffsetOutOfLog(WorkerStop):
    """An offset to read from is no longer in the log."""

    exit_code = 7


class RecoveryMismatch(WorkerStop):
    """Journal, snapshots and committed offsets do not tell the same story."""

    exit_code = 8


class StepFailed(Exception):
    """An agent's step raised; the runtime finds the record that makes it raise and dead-letters it."""
