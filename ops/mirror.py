"""``tripo mirror``: the process that keeps the tables in Redis level with their topics."""

from __future__ import annotations

import signal
import threading
from typing import Annotated

import orjson
import typer
from prometheus_client import start_http_server

from ops.worker import setup_logging
from streams.settings import settings

METRICS_PORT = 9390


def mirror(
    table: Annotated[list[str] | None, typer.Argument(help="the tables to mirror; all when none is named")] = None,
    once: Annotated[bool, typer.Option("--once", help="stop when every table is level with its topic")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="end with one JSON object: rows by table")] = False,
    loglevel: Annotated[str, typer.Option(help="debug, info, warning or error")] = "info",
) -> None:
    """Mirror the tables' topics into Redis until SIGTERM or SIGINT. Metrics on loopback port 9390 (TRIPO_METRICS_PORT; -1: none)."""
    from tables.layout import UnknownTableError
    from tables.mirror import Mirror

    setup_logging(loglevel)
    stop = threading.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: stop.set())
    try:
        running = Mirror(table or None)
    except UnknownTableError as e:
        typer.echo(str(e), err=True)
        raise typer.Exit(2) from None
    _serve_metrics(once)
    try:
        running.run(stop, once)
        rows = running.rows() if once and not stop.is_set() else {}
    finally:
        running.close()
    if once and stop.is_set():
        raise typer.Exit(1)
    if as_json:
        typer.echo(orjson.dumps({"rows": rows, "passed": True}))
    elif once:
        typer.echo("level: " + ", ".join(f"{name} {count} rows" for name, count in sorted(rows.items())))


def _serve_metrics(once: bool) -> None:
    own = settings()
    port = own.metrics_port or METRICS_PORT
    if once or port < 0:
        return
    try:
        start_http_server(port, own.metrics_host)
    except OSError as e:
        typer.echo(f"metrics cannot listen on {own.metrics_host}:{port}: {e}; choose another TRIPO_METRICS_PORT, or -1 for none", err=True)
        raise typer.Exit(1) from None
