"""One machine's whole system: broker, Redis, topics, workers, mirror; started in the order they need, ended in the other."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ops.broker import Broker, RedisServer
from ops.server import Server, ServerError, free_port, is_free
from ops.supervise import Child
from ops.topics import TopicsError, apply_topics
from streams.contract import contract
from streams.settings import ROOT, settings

MIRROR_PORT, WORKER_PORT, SUPPORT_PORT, PRICING_PORT, GROWTH_PORT = 9390, 9400, 9450, 9470, 9480  # of their metrics
TRIPO = (sys.executable, "-m", "ops.cli")

RIDERS, OCCASIONS_S = 2000, 5.0  # who may be made offers, and occasions for it a second

Say = Callable[[str], None]


@dataclass(slots=True)
class Stack:
    """What `tripo dev` runs beside the feed. ``say`` takes what people should know, a line at a time."""

    say: Say
    workers: int = 1
    kafka_port: int = 9092  # another one if this is taken; 0: any
    redis_port: int = 6379
    customers: float = 0.0  # messages a second that customers write to support; 0: no support
    pricing: bool = False  # riders are quoted prices
    growth: bool = False  # riders are made offers
    broker: Broker | None = None
    redis: RedisServer | None = None
    children: list[Child] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)  # of the workers' metrics

    def start(self) -> None:
        """Start all of it, and return once the topics exist; the workers may still be getting ready. Raises ServerError."""
        self._choose_servers()
        settings.cache_clear()
        contract.cache_clear()
        self._start_workers()  # they wait for Kafka, and get ready while it does
        for server in (self.redis, self.broker):
            if server is not None:
                self._start_server(server)
        self._apply_topics()

    def start_mirror(self) -> None:
        """Start the mirror: after the workers, who need the processors more while they start."""
        self._start_child("mirror", ("mirror",), _metrics_port(MIRROR_PORT))

    def start_support(self) -> None:
        """Start the support agent on its published knowledge, and customers who write to it; nothing where there are none."""
        if not self.customers:
            return
        from ops.support.publish import TEAM, person_rows, publish_all

        published = publish_all(person_rows(TEAM))
        self.say("Support: {knowledge-entries} entries, {escalation-rules} rules and {human-agents} people published".format_map(published))
        self._start_child("worker-support-0", ("worker", "support"), _metrics_port(SUPPORT_PORT))
        self._start_child("customers", ("support", "simulate", "--rate", str(self.customers)), 0)

    def start_pricing(self) -> None:
        """Start the pricing agent, where riders are quoted prices."""
        if self.pricing:
            self._start_child("worker-pricing-0", ("worker", "pricing"), _metrics_port(PRICING_PORT))

    def start_growth(self) -> None:
        """Start the growth agent, and riders who are made offers; nothing where there are none."""
        if self.growth:
            self._start_child("worker-growth-0", ("worker", "growth"), _metrics_port(GROWTH_PORT))
            self._start_child("riders", ("growth", "simulate", "--riders", str(RIDERS), "--rate", str(OCCASIONS_S)), 0)

    def start_audit(self) -> None:
        """Keep a process ready for audits, where it can be: once there is something to audit, for it takes two seconds."""
        if sys.platform == "linux":
            self._start_child("audit", ("audit", "serve"), 0)

    def keep_running(self) -> list[str]:
        """Look after the agents; what there is to say."""
        return [said for child in self.children if (said := child.keep_running())]

    def stop(self, grace_s: float = 10.0) -> None:
        """End workers, then the mirror, then the servers; each may take ``grace_s`` before it is killed."""
        workers, mirrors = self.children[: self.workers], self.children[self.workers :]
        for group in (workers, mirrors):
            for child in group:
                child.ask_to_end()
            for child in group:
                if not child.await_end(grace_s):
                    self.say(f"{child.name} did not end within {grace_s:g} s and was killed")
        for server in (self.redis, self.broker):
            if server is not None:
                server.stop_timeout_s = grace_s
                server.stop()

    def _choose_servers(self) -> None:
        """Our own servers, or those that the environment names."""
        home = settings().home
        if "TRIPO_REDIS_URL" in os.environ:
            self.say(f"Redis: {settings().redis_url} (TRIPO_REDIS_URL)")
        else:
            self.redis = RedisServer(home / "redis", _port("Redis", self.redis_port, self.say))
            os.environ["TRIPO_REDIS_URL"] = self.redis.url
        if "TRIPO_BROKERS" in os.environ:
            self.say(f"Kafka: {settings().brokers} (TRIPO_BROKERS)")
        else:
            self.broker = Broker(home / "kafka", _port("Kafka", self.kafka_port, self.say))
            os.environ["TRIPO_BROKERS"] = self.broker.bootstrap

    def _start_server(self, server: Server) -> None:
        begun = time.monotonic()
        server.start()
        self.say(
            f"{server.name.capitalize()}: 127.0.0.1:{server.port}, started in {time.monotonic() - begun:.1f} s, files in {server.home}"
        )

    def _start_workers(self) -> None:
        self.ports = [_metrics_port(WORKER_PORT + n) for n in range(self.workers)]
        for ordinal, port in enumerate(self.ports):
            name = f"worker-matching-{ordinal}"
            self._start_child(name, ("worker", "matching", "--ordinal", str(ordinal)), port)

    def _start_child(self, name: str, command: tuple[str, ...], port: int) -> None:
        child = Child(name, (*TRIPO, *command), settings().home / "logs" / f"{name}.log", ROOT, {"TRIPO_METRICS_PORT": str(port)})
        child.start()
        self.children.append(child)

    def _apply_topics(self) -> None:
        try:
            made = apply_topics()
        except TopicsError as error:
            raise ServerError(str(error)) from error
        if made:
            self.say(f"Topics: {made} made or changed")


def _port(name: str, usual: int, say: Say) -> int:
    if usual and is_free(usual):
        return usual
    other = free_port()
    if not usual:
        return other
    say(f"{name}: port {usual} is taken, so it listens on {other}")
    return other


def _metrics_port(usual: int) -> int:
    return usual if is_free(usual) else free_port()
