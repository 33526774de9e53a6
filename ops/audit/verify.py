"""``tripo audit verify``: of one decision, or with --chain of whole journals."""

from __future__ import annotations

from typing import Annotated

import typer

from ops.audit import asked, options
from ops.summary import fail


def verify(
    what: Annotated[str | None, typer.Argument(help="a decision's id; with --chain, an agent (all, unless given)")] = None,
    *,
    whole: Annotated[bool, typer.Option("--chain", help="walk whole journals, and hold to them everything that was written")] = False,
    partition: options.Partition = None,
    workers: options.Workers = 2,
    as_json: options.AsJson = False,
) -> None:
    """Say whether a decision was really so: found, chained, stepped again. Exits 1 when anything differs."""
    if not whole:
        if what is None:
            fail("give a decision's id, or --chain", 2)
        from ops.audit.decision import verify_decision  # here and below: the other one's modules are not needed

        verify_decision(what, as_json)
        return
    from ops.audit.chain import chain

    with asked.readable():
        names = [what] if what is not None else asked.with_journals()
    for name in names:
        asked.agent(name)
    chain(names, partition, workers, as_json)
