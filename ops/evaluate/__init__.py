"""Evaluations of the matching agent: a path or a number of seeds in; a table, and figures against a baseline and the targets, out.

Every evaluation drives the agent's own step (`agent_loop`); a baseline is the same agent with another policy (`policies`). Figures are
compared on the same demand with intervals over seeds or days (`intervals`), judged (`targets`) and printed (`report`).
"""
