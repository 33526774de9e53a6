"""Modules are imported without the collector, which is as it was afterwards."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest

from ops.importing import SELDOM, imported


def test_the_collector_rests_while_a_module_is_imported_and_leaves_it_alone_afterwards() -> None:
    code = """
import gc
from ops.importing import imported
found = imported("ops.listing")
print(found.__name__, gc.isenabled(), gc.get_freeze_count() > 1000)
gc.disable()
imported("ops.summary")
print(gc.isenabled())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split("\n") == ["ops.listing True True", "False", ""]


def test_what_was_imported_before_is_given_again_and_nothing_is_frozen() -> None:
    frozen = gc.get_freeze_count()
    assert imported("ops.importing").imported is imported
    assert gc.get_freeze_count() == frozen


def test_what_there_is_not_is_said_and_the_collector_goes_on() -> None:
    with pytest.raises(ModuleNotFoundError, match="nothing_of_that_name"):
        imported("nothing_of_that_name")
    assert gc.isenabled()
    gc.unfreeze()


def test_a_command_seldom_looks_for_garbage() -> None:
    code = """
import gc, sys
from ops.cli import main
sys.argv = ["tripo", "lag", "--help"]
try:
    main()
finally:
    print(gc.get_threshold())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == str(SELDOM)
