"""Chaos: the runtime under faults, judged by an auditor that knows only Kafka (RELIABILITY §3).

``auditor/`` imports nothing of the system; everything else here drives workers, brokers and inputs for it to judge.
"""
