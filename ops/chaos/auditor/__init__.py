"""The independent auditor: Kafka's bytes → a plain in-memory log → violations.

It imports nothing of streams, agents, tables or the rest of ops, and reads with another client (aiokafka, fastavro) than the runtime's.
Run alone: ``python -m ops.chaos.auditor probe --brokers HOST:PORT [--namespace PREFIX] [--json]``.
"""
