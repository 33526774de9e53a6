"""The committed schemas keep their rules, their examples are what they say, and a change can only enter the history as it may."""

from __future__ import annotations

import io
import json
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import fastavro
import numpy as np
import pytest
from typer.testing import CliRunner

from agents.matching.agent import AGENT
from ops.schema_examples import UNENCODABLE, Invalid, as_frame, invalid_examples, problems, valid_examples
from ops.schemas import app
from streams.avro import codec
from streams.batch import Batch, Rejected
from streams.contract import contract
from streams.settings import settings

FOLDER = settings().schemas_dir
INPUTS = {contract().topic(topic).schema_name: topic for topic in AGENT.inputs}
NOW = 1_211_400_000_000  # a day after the examples' times
INVALID = [(topic, one) for schema, topic in INPUTS.items() for one in invalid_examples(FOLDER, schema)]


def test_the_committed_schemas_and_their_examples_have_no_problem() -> None:
    result = CliRunner().invoke(app, ["check", "--json"])
    assert result.exit_code == 0, result.stdout
    assert json.loads(result.stdout.splitlines()[-1]) == {"passed": True, "schemas": len(list(FOLDER.glob("*.avsc"))), "problems": []}


@pytest.mark.parametrize("topic", sorted(contract().topics))
def test_examples_are_the_same_for_fastavro(topic: str) -> None:
    examples = list(valid_examples(FOLDER, contract().topic(topic).schema_name).values())
    frame = as_frame(contract().schema(topic), examples)
    parsed = fastavro.parse_schema(json.loads(json.dumps(contract().schema(topic))))
    records = [fastavro.schemaless_reader(io.BytesIO(value[5:]), parsed, None) for value in codec(topic).encode(frame)]
    assert records == frame.to_dicts()


def _rejected(topic: str, record: dict[str, Any]) -> list[Rejected]:
    batch = Batch(topic, 0, np.array([7]), as_frame(contract().schema(topic), [record]))
    return list(AGENT.step(AGENT.start(0), {topic: batch}, NOW).rejected)


@pytest.mark.parametrize("schema", sorted(INPUTS))
def test_matching_takes_every_valid_example(schema: str) -> None:
    for path, example in valid_examples(FOLDER, schema).items():
        assert [one for one in _rejected(INPUTS[schema], example) if not one.expected] == [], path.name


@pytest.mark.parametrize(("topic", "invalid"), INVALID, ids=[f"{topic}-{one.path.stem}" for topic, one in INVALID])
def test_matching_refuses_every_invalid_example_for_its_reason(topic: str, invalid: Invalid) -> None:
    assert invalid.because
    if invalid.error == UNENCODABLE:
        with pytest.raises(ValueError, match=r".+"):
            as_frame(contract().schema(topic), [invalid.record])
        return
    assert [(r.topic, r.offset, r.error) for r in _rejected(topic, invalid.record)] == [(topic, 7, invalid.error)]


def test_every_input_of_matching_has_invalid_examples_of_both_sorts() -> None:
    for schema in INPUTS:
        assert {one.error == UNENCODABLE for one in invalid_examples(FOLDER, schema)} == {True, False}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the schemas that this test may change; the settings point at it."""
    copy = tmp_path / "schemas"
    shutil.copytree(FOLDER, copy)
    monkeypatch.setenv("TRIPO_SCHEMAS_DIR", str(copy))
    settings.cache_clear()
    contract.cache_clear()
    yield copy
    monkeypatch.undo()
    settings.cache_clear()
    contract.cache_clear()


def _change(folder: Path, schema_name: str, /, **field: Any) -> None:
    """Adds or replaces a field."""
    path = folder / f"{schema_name}.avsc"
    schema = json.loads(path.read_text())
    schema["fields"] = [f for f in schema["fields"] if f["name"] != field["name"]] + [field]
    path.write_text(json.dumps(schema))


def _run(*arguments: str) -> tuple[int, dict[str, Any], str]:
    result = CliRunner().invoke(app, [*arguments, "--json"])
    return result.exit_code, json.loads(result.stdout.splitlines()[-1]), result.output


def _next_id(folder: Path) -> int:
    return 1 + max(map(int, json.loads((folder / "registry.json").read_text())["ids"]))


def test_a_compatible_change_becomes_a_new_version_that_reads_the_old(folder: Path) -> None:
    old = list(codec("orders").encode(as_frame(contract().schema("orders"), list(valid_examples(folder, "order-requested").values()))))
    next_id = _next_id(folder)
    _change(folder, "order-requested", name="tip", type="double", default=0.5, doc="offered to the driver")
    code, checked, _ = _run("check")
    assert (code, checked["problems"]) == (1, ["order-requested: differs from its version 2; run `tripo schemas register`"])
    code, registered, _ = _run("register")
    assert (code, registered["added"]) == (0, [{"subject": "order-requested", "version": 3, "id": next_id}])
    decoded = codec("orders").decode(old)
    assert decoded.bad == []
    assert decoded.frame["tip"].to_list() == [0.5] * len(old)
    assert codec("orders").encode(decoded.frame).data[:5] == b"\0" + next_id.to_bytes(4)
    assert _run("register")[1]["added"] == []


def test_an_incompatible_change_is_refused_and_nothing_is_added(folder: Path) -> None:
    before = (folder / "registry.json").read_text()
    _change(folder, "order-requested", name="tip", type="double")
    _change(folder, "bench-event", name="extra", type=["null", "string"], default=None)
    code, registered, output = _run("register")
    assert code == 1
    assert registered["added"] == []
    assert [one["subject"] for one in registered["refused"]] == ["order-requested"]
    assert "OrderRequested.tip: the writer lacks it, and it has no default" in output
    assert (folder / "registry.json").read_text() == before


def test_a_history_that_was_tampered_with_is_found(folder: Path) -> None:
    path = folder / "registry.json"
    body = json.loads(path.read_text())
    schema = json.loads(json.dumps(body["ids"]["1"]["schema"]))
    schema["fields"].append({"name": "tip", "type": "double"})
    body["ids"]["99"] = {"subject": "order-requested", "version": 4, "schema": schema}
    path.write_text(json.dumps(body))
    found = _run("check")[1]["problems"]
    assert "order-requested: its versions are [1, 2, 4], not 1 to 3" in found
    assert any(p.startswith("order-requested: version 4 is not compatible with version 2: old records cannot be read") for p in found)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"name": "m", "type": {"type": "map", "values": "long"}, "default": {}}, "maps are not supported"),
        ({"name": "u", "type": ["null", "long", "string"], "default": None}, "only unions of null and one type"),
        ({"name": "x", "type": "nonsense"}, "is no Avro schema"),
    ],
)
def test_types_to_avoid_are_refused(folder: Path, change: dict[str, Any], problem: str) -> None:
    _change(folder, "driver-moved", **change)
    assert any(problem in p for p in _run("check")[1]["problems"])
    assert problem in _run("register")[1]["refused"][0]["reasons"][0]


def test_examples_that_are_not_what_they_say_are_found(folder: Path) -> None:
    examples = folder / "examples" / "order-changed"
    good = json.loads((examples / "picked-up.json").read_text())
    (examples / "completed.json").write_text(json.dumps(good | {"ts": "noon"}))
    (examples / "cancelled-by-the-rider.json").write_text("{")
    assert any("is no JSON" in p for p in problems(folder, "order-changed", contract().schema("order-changes")))
    (examples / "cancelled-by-the-rider.json").unlink()
    (examples / "invalid" / "fine.json").write_text(json.dumps({"error": UNENCODABLE, "because": "it is not", "record": good}))
    (examples / "invalid" / "worse.json").write_text(json.dumps({"error": "MissingId", "because": "?", "record": good | {"ts": None}}))
    found = list(problems(folder, "order-changed", contract().schema("order-changes")))
    assert "order-changed/completed.json: ts: 'noon' is no long" in found
    assert "order-changed/invalid/fine.json: fits the schema" in found
    assert any(p.startswith("order-changed/invalid/worse.json: must fit the schema to be refused as MissingId") for p in found)
    shutil.rmtree(examples)
    first = next(iter(problems(folder, "order-changed", contract().schema("order-changes"))))
    assert first.startswith("order-changed: 0 valid examples")


class Registry(BaseHTTPRequestHandler):
    """As much of Confluent's registry as publishing needs: subjects take versions with ids only in IMPORT mode."""

    subjects: ClassVar[dict[str, dict[int, dict[str, Any]]]] = {}
    modes: ClassVar[dict[str, str]] = {}
    levels: ClassVar[dict[str, str]] = {}

    def do_GET(self) -> None:
        _, _, subject, _, *number = self.path.split("/")
        versions = self.subjects.get(subject)
        if versions is None:
            self._answer(404, {"error_code": 40401, "message": "Subject not found."})
        else:
            self._answer(200, versions[int(number[0])] if number else sorted(versions))

    def do_PUT(self) -> None:
        _, what, subject = self.path.partition("?")[0].split("/")
        body = self._body()
        if what == "mode":
            self.modes[subject] = body["mode"]
        else:
            self.levels[subject] = body["compatibility"]
        self._answer(200, body)

    def do_POST(self) -> None:
        subject, body = self.path.split("/")[2], self._body()
        if self.modes.get(subject) != "IMPORT":
            self._answer(422, {"error_code": 42205, "message": f"Subject {subject} is not in import mode"})
            return
        self.subjects.setdefault(subject, {})[body["version"]] = body
        self._answer(200, {"id": body["id"]})

    def _body(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        return body

    def _answer(self, code: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@pytest.fixture
def registry() -> Iterator[str]:
    for kept in (Registry.subjects, Registry.modes, Registry.levels):
        kept.clear()
    with HTTPServer(("127.0.0.1", 0), Registry) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_publish_gives_a_registry_every_topics_versions_with_their_ids(registry: str, folder: Path, namespace: str) -> None:
    next_id = _next_id(folder)
    _change(folder, "driver-moved", name="speed", type=["null", "double"], default=None)
    assert _run("register")[0] == 0
    code, published, _ = _run("publish", "--registry", registry)
    versions = Counter(one["subject"] for one in json.loads((folder / "registry.json").read_text())["ids"].values())
    assert (code, published["added"]) == (0, sum(versions[topic.schema_name] for topic in contract().topics.values()))
    moves = Registry.subjects[f"{namespace}driver-moves-value"]
    assert {number: body["id"] for number, body in moves.items()} == {1: 4, 2: next_id}
    assert json.loads(moves[2]["schema"]) == contract().schema("driver-moves")
    assert set(Registry.modes.values()) == {"READWRITE"}
    assert Registry.levels[f"{namespace}orders-value"] == contract().topic("orders").compatibility
    code, again, _ = _run("publish", "--registry", registry)
    assert (code, again["added"], again["there"]) == (0, 0, published["added"])


def test_publish_refuses_a_registry_with_other_ids(registry: str) -> None:
    subject = settings().topic("orders") + "-value"
    Registry.subjects[subject] = {1: {"id": 77, "version": 1, "schema": "{}"}}
    result = CliRunner().invoke(app, ["publish", "--registry", registry])
    assert result.exit_code == 1
    assert f"{subject}: version 1 has id 77, not 1" in result.output


def test_publish_says_when_no_registry_answers() -> None:
    result = CliRunner().invoke(app, ["publish", "--registry", "http://127.0.0.1:1"])
    assert result.exit_code == 1
    assert "the registry at http://127.0.0.1:1 does not answer" in result.output
