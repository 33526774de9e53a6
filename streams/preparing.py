"""Records of one or more steps in; what an agent that prepares (streams.agent.Prepares) was shown of them, decoded, out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog
from polars.exceptions import PanicException

from streams.agent import Agent, Prepares
from streams.records import Read, Records, by_inputs, read

log = structlog.get_logger(__name__)


def prepare(agent: Agent, inputs: Sequence[Mapping[str, Records]], now: int) -> Sequence[Mapping[str, Read] | None]:
    """Let the agent look at the records of all steps at once, if it can. → each step's decoded, or None where that was not done.

    Whatever is wrong with them, the step that they are of will find again, and say.
    """
    decoded: Sequence[Mapping[str, Read] | None] = [None] * len(inputs)
    if not isinstance(agent, Prepares) or not any(inputs):
        return decoded
    try:
        decoded = reads = [{topic: read(records) for topic, records in each.items()} for each in inputs]
        agent.prepare([by_inputs(agent.inputs, one) for one in reads], now)
    except (Exception, PanicException) as error:
        log.warning("not prepared: the steps do it all", agent=agent.name, error=f"{type(error).__name__}: {error}")
    return decoded
