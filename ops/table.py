"""``tripo table NAME [KEY]``: rows of a table as Redis holds them."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
import redis
import typer
from rich.console import Console
from rich.pretty import Pretty

from ops.listing import moment, print_rows
from tables.layout import UnknownTableError
from tables.lookup import Row, Tables, TableState

SHOWN_FIELDS = 8  # columns of a row that fit a terminal


def table(
    name: Annotated[str | None, typer.Argument(help="the table; without one, the tables are listed")] = None,
    key: Annotated[str | None, typer.Argument(help="the row's key; without one, the newest rows")] = None,
    limit: Annotated[int, typer.Option(min=1, help="most rows listed")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
) -> None:
    """Look rows up in a table, with the record they come from. Exit codes: 1 no such row or Redis away, 2 no such table."""
    tables = Tables()
    try:
        if name is None:
            _states([tables.state(each) for each in tables.known()], as_json)
        elif key is None:
            _list(tables.state(name), tables.scan(name, limit), as_json)
        else:
            _one(name, key, tables.get(name, key), as_json)
    except UnknownTableError as e:
        typer.echo(str(e), err=True)
        raise typer.Exit(2) from None
    except redis.RedisError as e:
        typer.echo(f"Redis does not answer: {e}; is it running, and TRIPO_REDIS_URL right?", err=True)
        raise typer.Exit(1) from None


def _states(states: list[TableState], as_json: bool) -> None:
    if as_json:
        shown = [{"table": s.table, "topic": s.topic, "rows": s.rows, "rebuilding": s.rebuilding} for s in states]
        typer.echo(orjson.dumps({"tables": shown}))
        return
    print_rows("tables", ("table", "topic", "rows", "state"), [(s.table, s.topic, s.rows, _condition(s)) for s in states])


def _condition(state: TableState) -> str:
    if not state.partitions:
        return "never mirrored: run `tripo mirror`"
    return "being rebuilt" if state.rebuilding else "mirrored"


def _list(state: TableState, rows: list[Row], as_json: bool) -> None:
    if as_json:
        shown = [row.as_dict() for row in rows]
        typer.echo(orjson.dumps({"table": state.table, "count": state.rows, "rebuilding": state.rebuilding, "rows": shown}))
        return
    fields = list(dict.fromkeys(field for row in rows for field, value in (row.row or {}).items() if not isinstance(value, (list, dict))))
    fields = fields[:SHOWN_FIELDS]
    cells = [(r.key, *((r.row or {}).get(f, r.error) for f in fields), _source(r), moment(r.timestamp)) for r in rows]
    print_rows(f"{state.table}: {len(rows)} of {state.rows} rows", ("key", *fields, "source", "at"), cells)
    if not state.partitions or state.rebuilding:
        typer.echo(f"{state.table} is {_condition(state)}", err=True)


def _one(name: str, key: str, row: Row | None, as_json: bool) -> None:
    if row is None:
        typer.echo(f"{name} has no row {key!r}", err=True)
        raise typer.Exit(1)
    if as_json:
        typer.echo(orjson.dumps(row.as_dict()))
        return
    fields: list[tuple[str, Any]] = list(row.row.items()) if row.row is not None else [("error", row.error)]
    own = [("key", row.key), ("source", _source(row)), ("at", moment(row.timestamp))]
    if Console().is_terminal:
        Console().print(Pretty(dict(own + fields), expand_all=True))
    else:
        for field, value in own + fields:
            typer.echo(f"{field}\t{orjson.dumps(value).decode() if isinstance(value, (list, dict)) else value}")


def _source(row: Row) -> str:
    return f"{row.topic}/{row.partition}/{row.offset}"
