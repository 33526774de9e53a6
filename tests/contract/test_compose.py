"""docker-compose.kafka.yml and deploy/, checked without an engine: complete, pinned, and in step with the code they run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from confluent_kafka import Producer
from prometheus_client import REGISTRY
from typer.core import TyperGroup

import streams.metrics
import tables.metrics
from ops.cli import build
from ops.worker import AGENTS
from streams.settings import ROOT, settings
from tests.conftest import CreateTopics

FILE = ROOT / "docker-compose.kafka.yml"
COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]
ONE_SHOTS = ["topics", "schemas", "knowledge"]
PROFILES: list[list[str]] = [[], ["ui"], ["monitoring"], ["agents"], ["demo"], ["ui", "monitoring", "agents", "demo"]]
PINNED = re.compile(r"[\w./-]+:v?\d+(\.\d+)+(-[\w.]+)*")
HEALTHY = ROOT / "deploy" / "healthy.py"
every_service = pytest.mark.parametrize("name", SERVICES)


@every_service
def test_images_are_pinned(name: str) -> None:
    assert PINNED.fullmatch(SERVICES[name]["image"])


@every_service
def test_a_service_has_a_health_check_or_runs_once(name: str) -> None:
    service = SERVICES[name]
    if name in ONE_SHOTS:
        assert service["restart"] == "no"
    else:
        assert {"test", "interval", "timeout", "retries"} <= service["healthcheck"].keys()
        assert service["restart"] in {"unless-stopped", "on-failure"}


@every_service
def test_a_dependency_is_waited_for_and_in_the_same_profiles(name: str) -> None:
    service = SERVICES[name]
    for needed, how in service.get("depends_on", {}).items():
        assert how == {"condition": "service_completed_successfully" if needed in ONE_SHOTS else "service_healthy"}
        profiles = SERVICES[needed].get("profiles")
        assert profiles is None or set(service["profiles"]) <= set(profiles)


@every_service
def test_ports_are_on_loopback_only(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


@every_service
def test_mounted_files_and_volumes_exist(name: str) -> None:
    for volume in SERVICES[name].get("volumes", []):
        source = volume.split(":")[0]
        assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]


@pytest.mark.parametrize("name", OURS)
def test_our_containers_run_commands_that_exist(name: str) -> None:
    service = SERVICES[name]
    words = iter(service["command"])
    command: Any = typer.main.get_command(build([service["command"][0]]))
    options: set[str] = set()
    for word in words:
        if isinstance(command, TyperGroup):
            assert word in command.commands
            command = command.commands[word]
            options = {option for parameter in command.params for option in parameter.opts}
        elif word.startswith("--"):
            assert word in options
            next(words)
        else:
            assert any(parameter.param_type_name == "argument" for parameter in command.params)


@pytest.mark.parametrize("name", OURS)
def test_our_containers_are_given_settings_that_exist(name: str) -> None:
    known = {f"TRIPO_{field.upper()}" for field in type(settings()).model_fields} | {"TRIPO_LOG"}
    assert SERVICES[name]["environment"].keys() <= known


@pytest.mark.parametrize("name", OURS)
def test_our_containers_have_no_privileges(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


WORKERS = {name: service for name, service in SERVICES.items() if service.get("command", [""])[0] == "worker"}


def test_every_agent_has_workers_and_they_have_ordinals_of_their_own() -> None:
    agents = {service["command"][1] for service in WORKERS.values()}
    assert set(AGENTS) - {"probe", "bench"} <= agents
    for agent in agents:
        ordinals = [each["environment"]["TRIPO_ORDINAL"] for name, each in WORKERS.items() if each["command"][1] == agent]
        assert [name for name in WORKERS if name.startswith(f"{agent}-")] == [f"{agent}-{i}" for i in ordinals]
        assert ordinals == list(range(len(ordinals)))


def test_prometheus_names_each_job_after_its_agent() -> None:
    jobs = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())["scrape_configs"]
    for job in jobs:
        for target in (target for static in job["static_configs"] for target in static["targets"]):
            assert target.partition(":")[0].rstrip("-0123456789") == job["job_name"]


def test_the_image_has_the_model_that_support_decides_by() -> None:
    image = (ROOT / "deploy/Dockerfile").read_text()
    [folder] = re.findall(r"support train --models (\S+)", image)
    assert f"TRIPO_MODELS=/app/{folder}" in image
    assert image.index("sentences.txt") < image.index("support train")
    needing = [name for name, service in WORKERS.items() if service["command"][1] == "support"]
    assert all("knowledge" in SERVICES[name]["depends_on"] for name in needing)


def test_prometheus_asks_every_endpoint() -> None:
    scraped = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())["scrape_configs"]
    targets = {target for job in scraped for static in job["static_configs"] for target in static["targets"]}
    served = {name: service["environment"].get("TRIPO_METRICS_PORT") for name, service in SERVICES.items() if name in OURS}
    assert targets == {f"{name}:{port}" for name, port in served.items() if port}


def test_grafana_is_provisioned_with_what_is_mounted() -> None:
    provisioning = ROOT / "deploy/grafana/provisioning"
    [source] = yaml.safe_load((provisioning / "datasources/prometheus.yml").read_text())["datasources"]
    [provider] = yaml.safe_load((provisioning / "dashboards/tripo.yml").read_text())["providers"]
    assert source["url"] == "http://prometheus:9090"
    assert any(volume.split(":")[1] == provider["options"]["path"] for volume in SERVICES["grafana"]["volumes"])
    home = Path(SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    assert (ROOT / "deploy/grafana/dashboards" / home.name).exists()


def test_the_dashboard_shows_the_metrics_that_the_code_has() -> None:
    dashboard = json.loads((ROOT / "deploy/grafana/dashboards/tripo.json").read_text())
    panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    queries = [target["expr"] for panel in panels for target in panel["targets"]]
    shown = {re.sub(r"_bucket$", "", name) for query in queries for name in re.findall(r"\btripo_\w+", query)}
    families = {family.name + ("_total" if family.type == "counter" else "") for family in REGISTRY.collect()}
    ours = {name for name in families if name.startswith("tripo_")}
    assert shown <= ours, (streams.metrics.__name__, tables.metrics.__name__)
    assert {name for name in ours if not name.startswith("tripo_mirror_")} <= shown
    assert all(panel["description"] and panel["datasource"]["uid"] == "prometheus" for panel in panels)


def test_the_image_is_small_pinned_and_not_roots() -> None:
    lines = [line.split() for line in (ROOT / "deploy/Dockerfile").read_text().splitlines() if line.strip()]
    bases = [line[1] for line in lines if line[0] == "FROM"]
    assert len(bases) == 2
    assert all(PINNED.fullmatch(base) for base in bases)
    [user] = [line[1] for line in lines if line[0] == "USER"]
    assert int(user) > 0


def test_the_image_gets_what_it_needs() -> None:
    kept = {line[1:] for line in (ROOT / "deploy/Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")}
    assert all((ROOT / path).exists() for path in kept)
    packages = {package.parent.name for package in ROOT.glob("*/__init__.py")} - {"tests"}
    assert packages | {"topics.yaml", "schemas", "pyproject.toml", "README.md", "deploy/requirements.lock", "deploy/healthy.py"} == kept


def test_the_image_is_locked_as_we_are() -> None:
    ours, images = (
        set(re.findall(r"^\S+==\S+", (ROOT / path).read_text(), re.MULTILINE)) for path in ("requirements.lock", "deploy/requirements.lock")
    )
    assert images < ours


@pytest.mark.parametrize("path", ["requirements.lock", "deploy/requirements.lock"])
def test_locks_have_hashes_and_no_registry(path: str) -> None:
    for entry in re.split(r"\n(?=\S)", (ROOT / path).read_text().strip()):
        assert re.match(r"[\w.-]+==[\w.]+( ;.*)? \\\n +--hash=sha256:[0-9a-f]{64}", entry)
        assert not re.search(r"://|index-url|find-links", entry)


@pytest.mark.parametrize("profiles", PROFILES, ids=lambda profiles: "+".join(profiles) or "core")
def test_docker_compose_accepts_the_file(profiles: list[str]) -> None:
    if shutil.which("docker") is None or subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("no docker client with compose here; the file's own rules are checked by the other tests")
    chosen = [word for profile in profiles for word in ("--profile", profile)]
    command = ["docker", "compose", "-f", str(FILE), *chosen, "config", "--services"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    started = {name for name, service in SERVICES.items() if not service.get("profiles") or set(service["profiles"]) & set(profiles)}
    assert set(done.stdout.split()) == started


class _Probe(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/ready" else 503)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""


@pytest.fixture
def probe() -> Iterator[str]:
    """An endpoint whose /ready answers 200 and all else 503."""
    with HTTPServer(("127.0.0.1", 0), _Probe) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def healthy(*arguments: str) -> int:
    """The exit code of the containers' health check."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, HEALTHY, *arguments], env=environment, capture_output=True, check=False).returncode


def test_the_health_check_asks_the_probe(probe: str) -> None:
    assert healthy(f"{probe}/ready") == 0
    assert healthy(f"{probe}/live") == 1
    assert healthy("http://127.0.0.1:1/ready") == 1
    assert healthy() == 2


def test_the_simulators_health_is_that_its_topic_grows(topics: CreateTopics, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIPO_HOME", str(tmp_path))
    physical = topics(["bench.events"], partitions=1)["bench.events"]
    assert healthy("grows", "bench.events") == 0
    assert healthy("grows", "bench.events") == 1
    producer = Producer({"bootstrap.servers": settings().brokers, "log_level": 0})
    producer.produce(physical, b"one more")
    assert producer.flush(20) == 0
    assert healthy("grows", "bench.events") == 0
