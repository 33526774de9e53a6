"""An agent → its Faust app: one stream of steps, delivered by the ``tripo://`` transport."""

from __future__ import annotations

from typing import Any

import faust
from faust.tables import TableManager

from streams.agent import Agent
from streams.settings import settings


class NoTables(TableManager):
    """Faust's tables are not used: there are none to wait a second for."""

    async def on_start(self) -> None:
        await self._update_channels()
        await self.recovery.start()


class App(faust.App):
    """A Faust app that knows its agent."""

    agent_spec: Agent

    def _create_directories(self) -> None:
        """Faust's own tables are not used: it has nothing to keep on disk."""


def faust_app(agent: Agent) -> App:
    """The app of an agent, for ``faust -A … worker`` and ``tripo worker``. Its web server, tables and topic declarations are off."""
    conf = settings()
    app = App(
        conf.namespace + agent.name,
        broker=";".join(f"tripo://{server}" for server in conf.brokers.split(",")),
        store="memory://",
        TableManager=NoTables,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        stream_wait_empty=False,
    )
    app.agent_spec = agent
    inbox = app.topic(conf.topic(agent.inputs[-1]), key_serializer="raw", value_serializer="raw")

    async def step(turns: Any) -> None:
        async for turn in turns:
            turn.run()

    app.agent(inbox, name=agent.name)(step)

    async def finish(*args: Any, **kwargs: Any) -> None:
        await app.consumer.finish()  # type: ignore[attr-defined]

    app.on_before_shutdown.connect(finish, weak=False)
    return app
