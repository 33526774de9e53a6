"""`tripo support`: train, measure and look into the support agent. What to look at in; tables and, with --json, one object, out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agents.support.policy import LANGUAGES
from ops.summary import fail
from ops.support.evaluate_command import By, Json, Models, Stages
from ops.support.evaluate_command import app as evaluate
from streams.settings import settings

app = typer.Typer(help="Train, measure and look into the support agent.", no_args_is_help=True)
knowledge = typer.Typer(help="The knowledge base.", no_args_is_help=True)
app.add_typer(knowledge, name="knowledge")
app.add_typer(evaluate, name="evaluate")


@app.callback()
def support() -> None:
    """Train, measure and look into the support agent."""


@app.command()
def train(
    files: Annotated[list[Path] | None, typer.Argument(help="labelled files besides the project's corpus")] = None,
    *,
    language: Annotated[
        str | None, typer.Option(help="of all rows of the files, such as de; else by their column language, else told from the text")
    ] = None,
    by_map: By = None,
    models: Models = None,
    both: Stages = True,
    as_json: Json = False,
) -> None:
    """Train the model from the project's corpus and any labelled files; it is named by its content."""
    from ops.support.train import train as train_model

    if language not in (None, *LANGUAGES):
        fail(f"--language {language}: none of {', '.join(LANGUAGES)}", 2)
    raise typer.Exit(train_model(models or settings().models, files or (), by_map, language=language, both=both, as_json=as_json))


@app.command()
def publish(
    *,
    people: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="people of support, a JSON list: agent_id, languages, and what else is known of them (services, capacity, …)",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="of the knowledge base")] = 0,
    brokers: Annotated[str | None, typer.Option(help="bootstrap servers, else the setting")] = None,
    as_json: Json = False,
) -> None:
    """Write the knowledge base, the default rules and, if given, the people of support to their topics."""
    from ops.support.publish import publish as publish_all

    raise typer.Exit(publish_all(people, seed=seed, brokers=brokers, as_json=as_json))


@app.command()
def simulate(
    *,
    rate: Annotated[float, typer.Option(min=0.1, help="messages a second")] = 5.0,
    seconds: Annotated[float, typer.Option(min=0, help="for so long; 0: until Ctrl-C")] = 0,
    seed: Annotated[int, typer.Option(help="of the customers")] = 1,
    judged: Annotated[float, typer.Option(min=0, max=1, help="share of the messages that somebody judges three seconds later")] = 0.3,
    corrected: Annotated[float, typer.Option(min=0, max=1, help="share of these that a person of support corrects, by the corpus")] = 0.3,
    brokers: Annotated[str | None, typer.Option(help="bootstrap servers, else the setting")] = None,
    as_json: Json = False,
) -> None:
    """Let customers of all languages write and judge the answers, and people of support correct what was misunderstood."""
    from ops.support.customers import simulate as simulate_customers

    raise typer.Exit(
        simulate_customers(rate=rate, seconds=seconds, seed=seed, judged=judged, corrected=corrected, brokers=brokers, as_json=as_json)
    )


@app.command()
def say(
    text: Annotated[str, typer.Argument(help="what the customer writes")],
    *,
    conversation: Annotated[str | None, typer.Option(help="go on with this one, else a new one")] = None,
    language: Annotated[str | None, typer.Option(help="that the customer has set, such as de; else it is told from the text")] = None,
    wait: Annotated[float, typer.Option(min=0.1, help="for the decision, seconds")] = 10.0,
    as_json: Json = False,
) -> None:
    """Write as a customer, and see what support does about it."""
    from ops.support.customers import say as say_it

    raise typer.Exit(say_it(text, conversation=conversation, language=language, wait_s=wait, as_json=as_json))


@app.command()
def analytics(
    *,
    day: Annotated[str | None, typer.Option(help="one day of UTC, such as 2026-01-31; else all")] = None,
    as_json: Json = False,
) -> None:
    """How support did by day and by person: automation, escalation, times, satisfaction, first-contact resolution."""
    from ops.support.analytics import analytics as show_analytics

    raise typer.Exit(show_analytics(day=day, as_json=as_json))


@knowledge.callback()
def knowledge_base() -> None:
    """The knowledge base."""


@knowledge.command()
def check(*, as_json: Json = False) -> None:
    """Check that it is complete, well-formed, in its languages, and without near-duplicates."""
    from ops.support.knowledge_check import check as check_knowledge

    raise typer.Exit(check_knowledge(as_json=as_json))
