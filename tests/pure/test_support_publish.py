"""`tripo support publish` and `say`: what cannot be written is refused before Kafka is asked, with what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from ops.support.command import app
from ops.support.publish import framed, people_rows
from streams.avro import codec

ANNA = {"agent_id": "anna", "languages": ["en", "de"]}


def people(path: Path, body: str) -> Path:
    path.write_text(body, encoding="utf-8")
    return path


def test_people_are_records_of_their_topic(tmp_path: Path) -> None:
    ben = {
        "agent_id": "ben",
        "languages": ["ja"],
        "specialisations": ["safety"],
        "services": ["MOTO"],
        "availability": "BUSY",
        "capacity": 2,
    }
    rows = people_rows(people(tmp_path / "people.json", json.dumps([ANNA, ben])))
    assert [(row["agent_id"], row["availability"], row["capacity"], row["deleted"]) for row in rows] == [
        ("anna", "AVAILABLE", 4, False),
        ("ben", "BUSY", 2, False),
    ]
    assert len(codec("human-agents").encode(framed("human-agents", rows)).values()) == 2


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("no", "a JSON list such as"),
        ("[]", "a JSON list such as"),
        ('{"agent_id": "anna"}', "a JSON list such as"),
        ('["anna"]', "person 1: a JSON list such as"),
        ('[{"agent_id": "anna"}]', "person 1: languages is wanted, a list, not None"),
        ('[{"agent_id": 7, "languages": ["en"]}]', "person 1: agent_id is wanted, a text, not 7"),
        (json.dumps([ANNA, ANNA | {"capcity": 3}]), "person 2: 'capcity' is none of agent_id, languages, specialisations"),
        (json.dumps([ANNA | {"languages": ["xx"]}]), "language 'xx' is none of en"),
        (json.dumps([ANNA | {"availability": "GONE"}]), "availability 'GONE' is none of AVAILABLE"),
        (json.dumps([ANNA | {"capacity": 0}]), "capacity 0 is not within 1 and"),
    ],
)
def test_people_who_cannot_be_end_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str], body: str, why: str) -> None:
    path = people(tmp_path / "people.json", body)
    with pytest.raises(typer.Exit) as ended:
        people_rows(path)
    shown = capsys.readouterr().err
    assert (ended.value.exit_code, why in shown, str(path) in shown) == (2, True, True), shown


def test_a_file_of_people_that_is_not_there_ends_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        people_rows(tmp_path / "none.json")
    assert "No such file" in capsys.readouterr().err


def test_a_language_that_is_not_known_is_refused() -> None:
    done = CliRunner().invoke(app, ["say", "hello", "--language", "xx"])
    assert (done.exit_code, "--language xx: none of en, es" in done.output) == (2, True)
