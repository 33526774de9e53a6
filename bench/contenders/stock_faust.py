"""The bench's job in stock Faust with its own aiokafka transport and processing_guarantee="exactly_once". Runs until SIGTERM.

Its outputs are not in the transaction that commits its offsets, so it promises less than the others; that favours it. It commits every
2.8 s, its default, because it is slower with 50 ms; the web server is off; values travel as bytes and are decoded with fastavro (job.py).
"""

from __future__ import annotations

from typing import Any

import faust

from bench.contenders.job import Job

job = Job()
app = faust.App(
    job.group,
    broker=f"aiokafka://{job.brokers}",
    processing_guarantee="exactly_once",
    broker_commit_interval=job.commit_s,
    consumer_auto_offset_reset="earliest",
    datadir=str(job.state),
    web_enabled=False,
    topic_allow_declare=False,
    topic_disable_leader=True,
    topic_partitions=job.partitions,
    key_serializer="raw",
    value_serializer="raw",
    version=1,
)
events = app.topic(job.input, value_type=bytes, key_type=bytes, value_serializer="raw", key_serializer="raw")
decisions = app.topic(job.output, value_type=bytes, key_type=bytes, value_serializer="raw", key_serializer="raw")


@app.agent(events)
async def decide(stream: Any) -> None:
    async for key, value in stream.items():
        await decisions.send(key=key, value=job.step(value))


if __name__ == "__main__":
    app.main()
