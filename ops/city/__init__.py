"""A seeded world of several cities: drivers that drive and riders that ask, as columns.

In: the time, the offers made to the world's drivers and the decisions made on its orders. Out: events, as frames by topic.
Nothing here does I/O or reads a clock; `ops/simulate.py` connects a world to Kafka.
"""
