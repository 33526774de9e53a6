"""Where retention took some of what was written with a decision, the decision's own bytes are held to what stepping again gives."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from audit.verify import _written

TOPIC = "probe.decisions"


def message(key: bytes, value: bytes) -> Any:
    return SimpleNamespace(key=lambda: key, value=lambda: value)


def stepped(unseen: int, holds: bool = True) -> Any:
    last = SimpleNamespace(written={TOPIC: ([b"a", b"b"], [b"one", b"two"])})
    return SimpleNamespace(found=SimpleNamespace(unseen=unseen, holds=holds), last=last)


@pytest.mark.parametrize(("key", "value", "was"), [(b"a", b"one", True), (b"b", b"two", True), (b"a", b"two", False), (b"a", b"f", False)])
def test_a_decision_beside_deleted_ones_is_held_to_its_own_bytes(key: bytes, value: bytes, was: bool) -> None:
    assert _written(message(key, value), TOPIC, stepped(unseen=1)) is was


def test_what_is_told_already_is_not_told_again() -> None:
    """The digest of all of them was compared, or stepping differs."""
    other = message(b"a", b"onf")
    assert _written(other, TOPIC, stepped(unseen=0))
    assert _written(other, TOPIC, stepped(unseen=1, holds=False))
    assert not _written(other, "probe.table", stepped(unseen=1))
