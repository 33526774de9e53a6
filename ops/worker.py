"""``tripo worker AGENT``: one worker process of an agent, supervised from outside."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from typing import Annotated

import typer

AGENTS = {
    "matching": "agents.matching.agent",
    "support": "agents.support.agent",
    "growth": "agents.growth.agent",
    "pricing": "agents.pricing.agent",
    "probe": "ops.chaos.probe",
    "bench": "bench.echo",
}

INTERNAL = ("probe", "bench")  # of chaos and benches; nobody is told to run them
NAMED = ", ".join(name for name in AGENTS if name not in INTERNAL)
SMALL_STEPS = ("support", "growth", "pricing")  # handing parts of frames of few rows to other threads costs more than it saves


def worker(
    agent: Annotated[str, typer.Argument(help=f"one of: {NAMED}")],
    ordinal: Annotated[
        int, typer.Option(help="this worker's number among the agent's workers, from 0; names it to Kafka", envvar="TRIPO_ORDINAL")
    ] = 0,
    loglevel: Annotated[str, typer.Option(help="debug, info, warning or error")] = "info",
) -> None:
    """Run one worker of an agent until SIGTERM or SIGINT. Exit codes: see README, "When a worker stops"."""
    if agent not in AGENTS:
        typer.echo(f"unknown agent {agent!r}; known: {NAMED}", err=True)
        raise typer.Exit(2)
    os.environ["TRIPO_ORDINAL"] = str(ordinal)
    if agent in SMALL_STEPS:
        one_thread()
    setup_logging(loglevel)
    from streams.app import faust_app

    app = faust_app(importlib.import_module(AGENTS[agent]).AGENT)

    async def leave(*args: object, **kwargs: object) -> None:
        await app.consumer.finish()  # type: ignore[attr-defined]
        os._exit(0)  # all is committed; Faust's own farewell takes seconds

    app.on_before_shutdown.connect(leave, weak=False)
    app.finalize()
    app.Worker(loglevel=loglevel, quiet=True, redirect_stdouts=False).execute_from_commandline()


def one_thread() -> None:
    """Numpy and polars, not yet imported, use one thread each, here and in processes begun from here; the environment may say otherwise."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "POLARS_MAX_THREADS"):
        os.environ.setdefault(name, "1")


def setup_logging(loglevel: str) -> None:
    """Structured lines on stderr: key=value for people, JSON where TRIPO_LOG=json."""
    import structlog  # with rich, asyncio and ssl: only where something is logged

    level = getattr(logging, loglevel.upper())
    as_json = os.environ.get("TRIPO_LOG") == "json"
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
