"""`make setup` on machines that lack something: Debian as root installs it, others are told what to install."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from streams.settings import ROOT

SCRIPT = ROOT / "ops" / "setup" / "system.sh"
JAVA = "echo 'openjdk version \"{version}.0.1\"' >&2"


def tool(folder: Path, name: str, script: str = "exit 0") -> None:
    """A program of that name which runs a line of shell."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The path of a machine with a shell's tools and Python, and nothing else; its user is not root."""
    for name in ("sh", "sed", "grep"):
        found = shutil.which(name)
        assert found
        (tmp_path / name).symlink_to(found)
    tool(tmp_path, "python3", f'exec {sys.executable} "$@"')
    tool(tmp_path, "id", "echo 1000")
    return tmp_path


def run(machine: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in {"JAVA_HOME", "PYTHON"}} | {"PATH": str(machine)}
    return subprocess.run([machine / "sh", SCRIPT], env=environment, capture_output=True, text=True, check=False)


def test_what_is_there_is_enough(machine: Path) -> None:
    tool(machine, "java", JAVA.format(version=21))
    tool(machine, "mvn")
    tool(machine, "redis-server")
    done = run(machine)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, str(machine / "python3"), "")


def test_what_is_missing_is_named_with_what_to_install(machine: Path) -> None:
    tool(machine, "java", JAVA.format(version=11))
    done = run(machine)
    assert done.returncode == 1
    assert "missing: java maven redis-server." in done.stderr
    for package in ("openjdk-17-jdk-headless", "apt-get install maven", "apt-get install redis-server"):
        assert package in done.stderr


def test_an_old_python_is_refused(machine: Path) -> None:
    tool(machine, "python3", "exit 1")
    done = run(machine)
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed" in done.stderr


@pytest.mark.skipif(not Path("/etc/debian_version").exists(), reason="no Debian here: make setup installs nothing by itself")
@pytest.mark.parametrize("candidate", ["17.0.15", "(none)"])
def test_root_on_debian_gets_it_installed(machine: Path, candidate: str) -> None:
    tool(machine, "id", "echo 0")
    tool(machine, "redis-server")
    tool(machine, "apt-cache", f"echo '  Candidate: {candidate}'")
    tool(machine, "java-to-be", JAVA.format(version=17))
    tool(machine, "apt-get", f'echo "$@" >> {machine}/asked; {shutil.which("cp")} {machine}/java-to-be {machine}/java')
    done = run(machine)
    assert done.returncode == 0, done.stderr
    package = "openjdk-17-jdk-headless" if candidate[0].isdigit() else "default-jdk-headless"
    assert (machine / "asked").read_text().splitlines() == ["update -qq", f"install -qq -y --no-install-recommends {package} maven"]
