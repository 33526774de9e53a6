"""`tripo matching evaluate` as one types it: what it refuses, and that it hands on what was asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ops.evaluate import cabspotting, simulated
from ops.matching import app

RUN = CliRunner()


def evaluate(*words: str) -> tuple[int, str]:
    result = RUN.invoke(app, ["evaluate", *words])
    return result.exit_code, result.stderr


@pytest.mark.parametrize("words", [(), ("--simulate", "2", "--cabspotting", "somewhere")])
def test_one_evaluation_is_asked_for(words: tuple[str, ...]) -> None:
    code, error = evaluate(*words)
    assert code == 2
    assert "one of --simulate SEEDS, --cabspotting DIR, --grubhub DIR" in error


@pytest.mark.parametrize("hours", ["7", "12-7", "-1-3", "7-25", "a-b"])
def test_hours_are_two_of_the_day(hours: str, tmp_path: Path) -> None:
    code, error = evaluate("--cabspotting", str(tmp_path), f"--hours={hours}")
    assert code == 2
    assert "two hours of the day" in error


def test_unknown_names_are_refused(tmp_path: Path) -> None:
    for words in (("--simulate", "1", "--policies", "optimal,psychic"), ("--cabspotting", str(tmp_path), "--policies", "psychic")):
        code, error = evaluate(*words)
        assert code == 2
        assert "policies are greedy-nearest, greedy-eta, best-score, optimal" in error
    code, error = evaluate("--simulate", "1", "--states", "plenty,none")
    assert code == 2
    assert "plenty, balanced, scarce" in error


def test_a_folder_without_recordings_is_said(tmp_path: Path) -> None:
    code, error = evaluate("--cabspotting", str(tmp_path))
    assert code == 2
    assert "no cabspotting_pings_*.csv.gz" in error


@pytest.mark.parametrize("code", [0, 1])
def test_what_was_asked_is_handed_on_and_the_verdict_is_the_exit_code(code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[Any] = []

    def heard(*first: Any, **more: Any) -> int:
        asked.append((*first, more))
        return code

    monkeypatch.setattr(simulated, "evaluate_simulated", heard)
    monkeypatch.setattr(cabspotting, "evaluate_cabspotting", heard)
    assert evaluate("--simulate", "3", "--states", "scarce, plenty", "--policies", "optimal", "--workers", "1", "--json")[0] == code
    assert evaluate("--cabspotting", str(tmp_path), "--days", "2", "--hours", "7-12.5")[0] == code
    assert asked == [
        (3, {"states": ("scarce", "plenty"), "policies": ("optimal",), "workers": 1, "as_json": True}),
        (tmp_path, {"days": 2, "hours": (7.0, 12.5), "policies": cabspotting.COMPARED, "workers": 2, "as_json": False}),
    ]
