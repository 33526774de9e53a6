"""`tripo schemas check | register | list | publish`: the committed history of schemas, and a registry that others read it from."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.progress import track

from ops import schema_examples
from ops.listing import print_rows
from ops.schema_history import FILE, History
from ops.summary import fail
from streams.contract import contract
from streams.settings import settings

app = typer.Typer(help="The schemas of the topics' records, and their history.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="end with one JSON object")]


class RegistryError(RuntimeError):
    """A schema registry refused something or does not answer; the message says what."""


@app.command()
def check(*, as_json: AsJson = False) -> None:
    """Check that every schema is registered, compatible with its predecessors, and has examples that fit."""
    history = _history()
    found = history.problems()
    for name, schema in history.current.items():
        if not any(problem.startswith(f"{name}: ") for problem in found):
            found += schema_examples.problems(history.folder, name, schema)
    for problem in found:
        typer.echo(problem)
    typer.echo(f"{len(history.current)} schemas, {len(found)} problems")
    if as_json:
        typer.echo(json.dumps({"passed": not found, "schemas": len(history.current), "problems": found}))
    if found:
        raise typer.Exit(1)


@app.command()
def register(*, as_json: AsJson = False) -> None:
    """Add changed schemas as new versions to the committed registry file; refuses incompatible ones, and then adds none."""
    history = _history()
    fresh, refused = history.next_versions()
    for one in refused:
        for reason in one.reasons:
            typer.echo(f"{one.subject}: {reason}", err=True)
    if not refused:
        history.register(fresh)
        contract.cache_clear()
        for version in fresh:
            typer.echo(f"{version.subject}: version {version.version} has id {version.schema_id}")
        typer.echo(f"{len(fresh)} versions added to {settings().schemas_dir.name}/{FILE}")
    if as_json:
        added = [] if refused else [{"subject": v.subject, "version": v.version, "id": v.schema_id} for v in fresh]
        typer.echo(json.dumps({"passed": not refused, "added": added, "refused": [asdict(one) for one in refused]}))
    if refused:
        fail(f"{len(refused)} schemas are refused, nothing was added; change them so that their topics' compatibility holds")


@app.command(name="list")
def show(*, as_json: AsJson = False) -> None:
    """List every registered version with its id and its topics."""
    history = _history()
    topics: dict[str, list[str]] = {}
    for topic in contract().topics.values():
        topics.setdefault(topic.schema_name, []).append(topic.name)
    versions = sorted((v for some in history.versions.values() for v in some), key=lambda v: v.schema_id)
    rows = [(v.schema_id, v.subject, v.version, ", ".join(topics.get(v.subject, []))) for v in versions]
    print_rows("Schemas", ["id", "schema", "version", "topics"], rows)
    if as_json:
        fields = ("id", "schema", "version", "topics")
        typer.echo(json.dumps({"schemas": [dict(zip(fields, row, strict=True)) for row in rows]}))


@app.command()
def publish(
    *,
    registry: Annotated[str, typer.Option(help="the registry's address, such as http://localhost:8081")],
    as_json: AsJson = False,
) -> None:
    """Write all versions, with their ids, to a Confluent schema registry: subject TOPIC-value for every topic."""
    history = _history()
    added = there = 0
    try:
        for topic in track(list(contract().topics.values()), "Topics", transient=True, disable=as_json):
            subject = f"{settings().topic(topic.name)}-value"
            known = _known(registry, subject)
            missing = [v for v in history.versions[topic.schema_name] if known.get(v.version) != v.schema_id]
            if wrong := [v for v in missing if v.version in known]:
                raise RegistryError(f"{subject}: version {wrong[0].version} has id {known[wrong[0].version]}, not {wrong[0].schema_id}")
            there += len(history.versions[topic.schema_name]) - len(missing)
            if missing:
                _call(registry, "PUT", f"/mode/{_quoted(subject)}?force=true", {"mode": "IMPORT"})
                for v in missing:
                    body = {"schema": json.dumps(v.schema), "id": v.schema_id, "version": v.version}
                    _call(registry, "POST", f"/subjects/{_quoted(subject)}/versions", body)
                _call(registry, "PUT", f"/mode/{_quoted(subject)}", {"mode": "READWRITE"})
                added += len(missing)
            _call(registry, "PUT", f"/config/{_quoted(subject)}", {"compatibility": topic.compatibility})
    except (RegistryError, KeyError) as error:
        fail(str(error))
    typer.echo(f"{added} versions written to {registry}, {there} were there")
    if as_json:
        typer.echo(json.dumps({"passed": True, "added": added, "there": there}))


def _history() -> History:
    try:
        return History(settings().schemas_dir, contract().topics)
    except (ValueError, KeyError) as error:
        fail(str(error))


def _known(registry: str, subject: str) -> dict[int, int]:
    """The registry's versions of a subject, with their ids."""
    versions = _call(registry, "GET", f"/subjects/{_quoted(subject)}/versions", missing=[])
    return {n: _call(registry, "GET", f"/subjects/{_quoted(subject)}/versions/{n}")["id"] for n in versions}


def _quoted(subject: str) -> str:
    return urllib.parse.quote(subject, safe="")


def _call(registry: str, method: str, path: str, body: dict[str, Any] | None = None, missing: Any = None) -> Any:
    """The registry's answer; ``missing`` where it knows no such subject, if given."""
    if not registry.startswith(("http://", "https://")):
        raise RegistryError(f"{registry} is no http address")
    request = urllib.request.Request(registry.rstrip("/") + path, method=method)
    request.add_header("Content-Type", "application/vnd.schemaregistry.v1+json")
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(request, data, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code == 404 and missing is not None:
            return missing
        raise RegistryError(f"{registry} refused {method} {path}: {error.code} {error.read().decode(errors='replace')[:300]}") from error
    except (OSError, ValueError) as error:
        raise RegistryError(f"the registry at {registry} does not answer: {error}") from error
