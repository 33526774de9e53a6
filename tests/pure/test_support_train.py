"""Training: the same corpus makes the same model, to the bit."""

from __future__ import annotations

import sys

import pytest

from ops.support import train
from ops.support.corpus import alarms, corpus, opinions
from ops.support.evaluate import sentences
from tests.pure.test_support_model import embedded

SOME = 12  # of so many lines of the corpus one


def test_the_same_lines_make_the_same_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train, "sentences", lambda texts: sentences(texts, embedded))
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)  # threads that disturb one another do so here
    try:
        versions = {train.shipped([*corpus()[::SOME], *opinions()[::SOME]], alarms()[::SOME], both=True).version for _ in range(2)}
    finally:
        sys.setswitchinterval(interval)
    assert len(versions) == 1
