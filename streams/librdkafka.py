"""Packed keys and values → librdkafka's queue in one call of its C function ``rd_kafka_produce_batch``.

confluent-kafka takes records one by one, 0.5 µs and a Python object or three each. The librdkafka it carries also takes
thousands at once; this calls it on the very handle that confluent-kafka uses. Where that cannot be done (another Python
implementation, a library linked statically), ``batch_producer`` gives None and records go one by one.
"""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

import confluent_kafka
import numpy as np
from confluent_kafka import KafkaError, KafkaException, Producer

from streams.packed import Packed

_MESSAGE = np.dtype(  # rd_kafka_message_t
    {
        "names": ["error", "topic", "partition", "payload", "length", "key", "key_length", "offset", "opaque"],
        "formats": ["<i4", "<u8", "<i4", "<u8", "<u8", "<u8", "<u8", "<i8", "<u8"],
        "offsets": [0, 8, 16, 24, 32, 40, 48, 56, 64],
        "itemsize": 72,
    }
)
_COPY = 0x2  # RD_KAFKA_MSG_F_COPY: librdkafka copies key and payload
_QUEUE_FULL = -184  # RD_KAFKA_RESP_ERR__QUEUE_FULL


class BatchProducer:
    """Puts batches on the queue of a confluent-kafka producer; must be closed before that producer is dropped."""

    def __init__(self, library: ctypes.CDLL, handle: int) -> None:
        self._library, self._handle = library, handle
        self._topics: dict[str, int] = {}

    def produce(self, topic: str, partition: int, keys: Packed, values: Packed) -> int:
        """Queue records; how many were, from the first on (the queue may be full). Raises KafkaException when one is refused."""
        if not len(values):
            return 0
        messages = np.zeros(len(values), _MESSAGE)
        data, key_data = np.frombuffer(values.data, np.uint8), np.frombuffer(keys.data or b"\0", np.uint8)
        messages["payload"] = values.starts().astype(np.uint64) + np.uint64(data.ctypes.data)
        messages["length"] = values.lengths
        present = keys.lengths >= 0
        messages["key"] = np.where(present, keys.starts().astype(np.uint64) + np.uint64(key_data.ctypes.data), 0)
        messages["key_length"] = np.maximum(keys.lengths, 0)
        queued = int(self._library.rd_kafka_produce_batch(self._topic(topic), partition, _COPY, messages.ctypes.data, len(messages)))
        if queued < len(messages):
            failed = messages["error"] != 0
            refused = failed & (messages["error"] != _QUEUE_FULL)
            if refused.any():
                raise KafkaException(KafkaError(int(messages["error"][refused][0]), f"librdkafka refused a record of {topic}"))
            if not failed[queued:].all():
                raise RuntimeError(f"librdkafka queued records of {topic} with gaps")
        return queued

    def _topic(self, name: str) -> int:
        if name not in self._topics:
            self._topics[name] = self._library.rd_kafka_topic_new(self._handle, name.encode(), None)
        return self._topics[name]

    def close(self) -> None:
        """Give back the topic handles."""
        for topic in self._topics.values():
            self._library.rd_kafka_topic_destroy(topic)
        self._topics = {}


def batch_producer(producer: Producer) -> BatchProducer | None:
    """The batch interface of a producer, None where it cannot be had."""
    library = _library()
    if library is None or sys.implementation.name != "cpython":
        return None
    handle = ctypes.c_void_p.from_address(id(producer) + object.__basicsize__).value  # the C struct's first member: rd_kafka_t *
    return BatchProducer(library, handle) if handle else None


def _library() -> ctypes.CDLL | None:
    """The librdkafka that confluent-kafka is linked with: the same file gives the library already loaded."""
    folder = Path(confluent_kafka.__file__).parent
    for path in sorted([*folder.parent.glob("confluent_kafka.libs/librdkafka*"), *folder.glob(".dylibs/librdkafka*")]):
        library = ctypes.CDLL(str(path))
        library.rd_kafka_topic_new.restype = ctypes.c_void_p
        library.rd_kafka_topic_new.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
        library.rd_kafka_topic_destroy.argtypes = [ctypes.c_void_p]
        library.rd_kafka_produce_batch.argtypes = [ctypes.c_void_p, ctypes.c_int32, ctypes.c_int, ctypes.c_void_p, ctypes.c_int]
        return library
    return None
