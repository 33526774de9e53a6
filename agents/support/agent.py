"""The support agent as the runtime sees it: its topics, its tick, its step, and the model it decides by.

``faust -A agents.support worker`` runs it. The model is trained beforehand (`tripo support train`); its version is part of the code's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import columns
from agents.support.model import Embed, Model
from agents.support.models import has_sentence_model, sentence_vectors, shipped
from agents.support.policy import DEFAULT, LANGUAGES, Policy
from agents.support.reading import INPUTS, MESSAGES, Rejection
from agents.support.rows import DECISIONS, OUTPUTS
from agents.support.saying import Texts
from agents.support.state import FORMAT, SupportState
from agents.support.step import due, prepare, step
from streams.agent import source_version
from streams.avro_schema import polars_schema
from streams.batch import Batch, Decisions, Kept, Rejected, RowOutput
from streams.contract import contract
from streams.settings import settings

_WARMING: dict[str, Any] = {  # names something of everything that is looked for
    "text": "Hello, my name is Anna Smith, at 12 Main Street in Springfield since 8 pm: order 48213 was $12.50, call me on 415 555 0199!",
    "customer_id": "warming", "channel": "CHAT", "sender": "USER", "kind": "TEXT", "ts": 1,
}  # fmt: skip


class SupportAgent:
    """Answers customers, or hands them over; see streams.agent.Agent. The model is read when it is first needed."""

    name = "support"
    inputs: tuple[str, ...] = INPUTS
    outputs: tuple[str, ...] = OUTPUTS
    tick_ms: int | None = 1000
    state_format = FORMAT
    code_version: str

    def __init__(self, policy: Policy = DEFAULT, model: Model | None = None, embed: Embed | None = None) -> None:
        self.policy = policy
        self._given, self._embed = model, embed

    def __getattr__(self, name: str) -> Any:
        """``code_version``, made when first asked for: it needs the model, which need not be there to be imported."""
        if name != "code_version":
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        self.code_version = self._version()
        return self.code_version

    @cached_property
    def model(self) -> Model:
        """The model to decide by. Raises NoModelError."""
        return self._given or shipped(settings().models)

    @cached_property
    def embed(self) -> Embed | None:
        """The sentence model of the second stage, None for doing without. It is read when a text needs it: that takes a second."""
        if self._given is not None:
            return self._embed
        found = has_sentence_model() and self.model.second is not None
        return partial(sentence_vectors, folder=settings().models) if found else None

    @cached_property
    def texts(self) -> Texts:
        """What texts say by the model; it remembers those of one cycle."""
        return Texts(self.model, self.policy, self.embed)

    def _version(self) -> str:
        """Of the code, the model, whether there is a second stage, and another policy than the default."""
        parts = [
            source_version(Path(__file__).parent, Path(columns.__file__).parent),
            self.model.version + ("" if self.embed else "-first"),
        ]
        return "-".join(parts + ([self.policy.version] if self.policy != DEFAULT else []))

    def start(self, partition: int) -> SupportState:
        """The state of a task that has seen nothing."""
        return SupportState.fresh(partition, contract().topic(MESSAGES).partitions, self.model.classes)

    def due(self, state: SupportState, now: int) -> bool:
        """Whether a step without records at ``now`` could change anything but the clocks."""
        return due(state, now, self.policy)

    def step(self, state: SupportState, batches: Mapping[str, Batch], now: int) -> Decisions:
        """Decide; see agents.support.step."""
        stepped = step(state, batches, now, self.texts)
        versions = {"code_version": self.code_version, "policy_version": self.policy.version, "model_version": self.model.version}
        outputs = []
        for topic, rows in stepped.rows.items():
            same = versions if topic == DECISIONS else {}
            outputs.append(RowOutput(topic, [row | same for row in rows] if same else rows))
        return Decisions(outputs, [_rejected(one, state.partition) for one in stepped.rejected])

    def warm(self) -> None:
        """Make the tables of all languages, by a step over a message in each; see streams.agent.Warms."""
        rows = [{**_WARMING, "message_id": language, "conversation_id": language, "language": language} for language in LANGUAGES]
        frame = pl.DataFrame(rows, schema=polars_schema(contract().schema(MESSAGES)), orient="row")
        self.step(self.start(0), {MESSAGES: Batch(MESSAGES, 0, np.arange(len(rows)), frame)}, _WARMING["ts"])
        if self.embed is not None:
            self.embed([_WARMING["text"]])

    def prepare(self, batches: Sequence[Mapping[str, Batch]], now: int) -> None:
        """Look at all messages of a cycle at once; see streams.agent.Prepares."""
        prepare(batches, now, self.texts)

    def dump(self, state: SupportState) -> bytes:
        """The state as bytes; equal states give equal bytes."""
        return state.dump()

    def load(self, data: bytes) -> SupportState:
        """The state that was dumped."""
        return SupportState.load(data, self.model.classes)


def _rejected(one: Rejection, partition: int) -> Rejected:
    """With what was kept of a record that an earlier step was given."""
    kept = None if one.row is None else Kept(partition, one.row["conversation_id"].encode(), one.row["ts"], one.row)
    return Rejected(one.topic, one.offset, one.error, one.message, one.expected, kept)


AGENT = SupportAgent()


def __getattr__(name: str) -> Any:
    """``app``, the Faust app, made when first asked for: the agent itself needs no Faust."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from streams.app import faust_app

    app = globals()["app"] = faust_app(AGENT)
    return app
