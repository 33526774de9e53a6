"""River's test for drift comes without the rest of river, and is the same."""

from __future__ import annotations

import subprocess
import sys


def _python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout.strip()


def test_agents_learn_without_scikit_learn() -> None:
    """It took half a second to import, and with it a decision could not be verified within one."""
    code = """
import sys
import agents.pricing.drift, agents.growth.conversion, agents.support.learning
print(*[name for name in ("sklearn", "scipy.stats", "scipy.optimize", "pandas", "river.drift", "river.stream") if name in sys.modules])
"""
    assert _python(code) == ""


def test_the_whole_of_river_can_be_imported_before_and_after() -> None:
    after = "from columns.drift import PageHinkley as ours; import river.drift; print(ours is river.drift.PageHinkley, river.drift.ADWIN)"
    before = "import river.drift; from columns.drift import PageHinkley as ours; print(ours is river.drift.PageHinkley, river.drift.ADWIN)"
    learners = """
from agents.support import learning
import river.linear_model as m
print(learning.LogisticRegression is m.LogisticRegression, m.ALMAClassifier)
"""
    for code in (after, before, learners):
        assert _python(code).startswith("True <class")
