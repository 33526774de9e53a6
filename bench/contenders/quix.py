"""The bench's job in Quix Streams, exactly once: bench.events → its own output topic. Runs until SIGTERM.

Values travel as bytes and are decoded inside ``apply`` with fastavro (see job.py): Quix's AvroDeserializer is fastavro as well, without the
Confluent prefix unless a schema registry is running.
"""

from __future__ import annotations

from quixstreams import Application

from bench.contenders.job import Job


def main() -> None:
    job = Job()
    app = Application(
        broker_address=job.brokers,
        consumer_group=job.group,
        auto_offset_reset="earliest",
        processing_guarantee="exactly-once",
        commit_interval=job.commit_s,
        state_dir=job.state,
        auto_create_topics=False,
        use_changelog_topics=False,
        loglevel="WARNING",
    )
    events = app.topic(job.input, value_deserializer="bytes", key_deserializer="bytes")
    decisions = app.topic(job.output, value_serializer="bytes", key_serializer="bytes")
    app.dataframe(events).apply(job.step).to_topic(decisions)
    app.run()


if __name__ == "__main__":
    main()
