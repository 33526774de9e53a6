"""Parts of river and scipy come without the rest of them, and are the same."""

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


def test_orders_and_offers_are_decided_without_all_of_scipy() -> None:
    code = """
import sys
import agents.matching.agent, agents.growth.agent
print(*[name for name in ("scipy.special", "scipy.spatial", "scipy.sparse.csgraph", "scipy.linalg") if name in sys.modules])
"""
    assert _python(code) == ""


def test_the_whole_of_river_and_scipy_can_be_imported_before_and_after() -> None:
    after = "from columns.drift import PageHinkley as ours; import river.drift; print(ours is river.drift.PageHinkley, river.drift.ADWIN)"
    before = "import river.drift; from columns.drift import PageHinkley as ours; print(ours is river.drift.PageHinkley, river.drift.ADWIN)"
    learners = """
from agents.support import learning
import river.linear_model as m
print(learning.LogisticRegression is m.LogisticRegression, m.ALMAClassifier)
"""
    normal = "from agents.growth.choice import ndtri; import scipy.special as s; print(ndtri is s.ndtri, s.logit)"
    trees = "from agents.matching.candidates import cKDTree; import scipy.spatial as s; print(cKDTree is s.cKDTree, s.Delaunay)"
    curves = """
from agents.growth.effects import _isotonic_regression
found = _isotonic_regression()
import scipy.optimize as s
print(found is s.isotonic_regression, s.linprog)
"""
    for code in (after, before, learners, normal, trees, curves):
        assert _python(code).startswith("True <")
