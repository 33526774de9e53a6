"""Environment → the settings of one process.

Every setting is an environment variable with the prefix ``TRIPO_``, e.g. ``TRIPO_BROKERS=localhost:9092``.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """One process's settings, read once at its start."""

    model_config = SettingsConfigDict(env_prefix="TRIPO_", extra="ignore", frozen=True)

    brokers: str = Field("127.0.0.1:9092", description="Kafka bootstrap servers")
    kafka: Path | None = Field(None, description="a file of who connects: librdkafka's security.*, sasl.* and ssl.*, name=value a line")
    redis_url: str = Field("redis://127.0.0.1:6379/0", description="the Redis that tables are mirrored into")
    namespace: str = Field("", description="prefix of every topic, group and transactional id; tests and benches use their own")
    ordinal: int = Field(0, ge=0, description="this worker's number among its agent's workers: names it to Kafka")
    topics_file: Path = Field(ROOT / "topics.yaml", description="the topic contract")
    schemas_dir: Path = Field(ROOT / "schemas", description="the schemas and their registry file")
    home: Path = Field(ROOT / ".tripo", description="where `tripo dev` keeps the broker's and Redis's files")

    models: Path = Field(ROOT / ".tripo" / "models", description="where trained models lie: `tripo support train` writes them")

    commit_interval_ms: int = Field(35, ge=1, description="time between transactions' commits")
    max_records: int = Field(5000, ge=1, description="most records of one poll; fewer where they take long")
    snapshot_interval_s: float = Field(30.0, gt=0, description="time between a task's snapshots")
    session_timeout_ms: int = Field(10_000, ge=1000, description="Kafka's session timeout of a worker")
    transaction_timeout_ms: int = Field(15_000, ge=1000, description="Kafka aborts a transaction open for longer")
    stall_timeout_s: float = Field(30.0, gt=0, description="lag without progress for this long ends the worker")
    recovery_slice_ms: int = Field(200, ge=1, description="recovery yields to the poll loop this often")
    dead_letter_window: int = Field(10_000, ge=1, description="records over which the dead letters' share is taken")
    dead_letter_share: float = Field(0.5, gt=0, le=1, description="a larger share of dead letters stops the worker")
    metrics_port: int = Field(0, ge=-1, description="port of /metrics, /live, /ready on loopback; 0 picks 9400 + ordinal, -1 never")
    metrics_host: str = Field("127.0.0.1", description="address the metrics endpoint listens on")
    fault: str = Field("", description="chaos only: POINT@N kills this process with SIGKILL at the N-th passing of POINT")

    def topic(self, name: str) -> str:
        """The physical name of a topic of the contract."""
        return self.namespace + name

    def logical(self, name: str) -> str:
        """The contract's name of a physical topic."""
        return name.removeprefix(self.namespace)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """This process's settings."""
    return Settings()
