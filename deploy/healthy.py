"""The containers' health checks: exit code 0 when well.

``healthy.py URL`` asks a probe; ``healthy.py grows TOPIC`` wants records that were not there when it last asked.
"""

from __future__ import annotations

import sys
import urllib.request
from pathlib import Path

from confluent_kafka import Consumer, TopicPartition

from streams.settings import settings


def answers(url: str) -> bool:
    """Whether the URL answers with a status below 400."""
    try:
        with urllib.request.urlopen(url, timeout=4):
            return True
    except OSError:
        return False


def grows(topic: str, memory: Path) -> bool:
    """Whether the topic has more records than the last time, which ``memory`` holds; the first time is well."""
    consumer = Consumer({"bootstrap.servers": settings().brokers, "group.id": "healthy", "enable.auto.commit": False})
    try:
        physical = settings().topic(topic)
        partitions = consumer.list_topics(physical, timeout=4).topics[physical].partitions
        end = sum(consumer.get_watermark_offsets(TopicPartition(physical, number), timeout=4)[1] for number in partitions)
    finally:
        consumer.close()
    before = int(memory.read_text()) if memory.exists() else -1
    memory.write_text(str(end))
    return end > before


def main(arguments: list[str]) -> int:
    """0 when well, 1 when not, 2 when asked wrongly."""
    match arguments:
        case ["grows", topic]:
            settings().home.mkdir(parents=True, exist_ok=True)
            return int(not grows(topic, settings().home / f"{topic}.end"))
        case [url] if url.startswith("http://"):
            return int(not answers(url))
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
