"""`tripo support`: train, measure and look into the support agent. What to look at in; tables and, with --json, one object, out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from ops.summary import fail
from streams.settings import settings

app = typer.Typer(help="Train, measure and look into the support agent.", no_args_is_help=True)
knowledge = typer.Typer(help="The knowledge base.", no_args_is_help=True)
app.add_typer(knowledge, name="knowledge")

Json = Annotated[bool, typer.Option("--json", help="end with one JSON object")]
Stages = Annotated[bool, typer.Option("--both/--first", help="with the sentence model for what the first stage is unsure of, or without")]
By = Annotated[Path | None, typer.Option("--map", metavar="FILE", help="labels as our intents: dataset, source_label, target, confidence")]
Models = Annotated[Path | None, typer.Option("--models", metavar="DIR", help="where models lie, else the setting TRIPO_MODELS")]


@app.callback()
def support() -> None:
    """Train, measure and look into the support agent."""


@app.command()
def train(
    files: Annotated[list[Path] | None, typer.Argument(help="labelled files besides the project's corpus")] = None,
    *,
    by_map: By = None,
    models: Models = None,
    both: Stages = True,
    as_json: Json = False,
) -> None:
    """Train the model from the project's corpus and any labelled files; it is named by its content."""
    from ops.support.train import train as train_model

    raise typer.Exit(train_model(models or settings().models, files or (), by_map, both=both, as_json=as_json))


@app.command()
def evaluate(
    what: Annotated[str | None, typer.Argument(help="retrieval, or escalation; nothing: a file of labelled texts")] = None,
    *,
    train: Annotated[Path | None, typer.Option(metavar="FILE", help="fit the pipeline on it first")] = None,
    product: Annotated[bool, typer.Option("--product", help="the shipped model")] = False,
    test: Annotated[Path | None, typer.Option(metavar="FILE", help="labelled texts that no model has seen")] = None,
    by_map: By = None,
    models: Models = None,
    both: Stages = True,
    as_json: Json = False,
) -> None:
    """Measure on labelled texts: how right, how calibrated, what is out of scope, how fast."""
    from ops.support import evaluate as measured
    from ops.support.train import current

    if what is not None:
        raise typer.Exit(_other(what, test, models or settings().models, as_json))
    if test is None or (train is None) != product:
        fail("give --train FILE --test FILE, or --product --test FILE --map FILE", 2)
    if train is not None:
        raise typer.Exit(measured.evaluate_fitted(train, test, by_map, both=both, as_json=as_json))
    raise typer.Exit(measured.evaluate_product(current(models or settings().models), test, by_map, both=both, as_json=as_json))


@app.command()
def publish(
    *,
    people: Annotated[Path | None, typer.Option(metavar="FILE", help="people of support, a JSON list: agent_id, languages, …")] = None,
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
    brokers: Annotated[str | None, typer.Option(help="bootstrap servers, else the setting")] = None,
    as_json: Json = False,
) -> None:
    """Let customers of all languages write."""
    from ops.support.customers import simulate as simulate_customers

    raise typer.Exit(simulate_customers(rate=rate, seconds=seconds, seed=seed, brokers=brokers, as_json=as_json))


@app.command()
def say(
    text: Annotated[str, typer.Argument(help="what the customer writes")],
    *,
    conversation: Annotated[str | None, typer.Option(help="go on with this one, else a new one")] = None,
    language: Annotated[str | None, typer.Option(help="if the customer has set one")] = None,
    wait: Annotated[float, typer.Option(min=0.1, help="seconds")] = 10.0,
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


def _other(what: str, test: Path | None, models: Path, as_json: bool) -> int:
    if what == "retrieval":
        from ops.support.retrieval_evaluate import evaluate_retrieval

        return evaluate_retrieval(test, understood=_understood(models), as_json=as_json)
    if what == "escalation":
        from ops.support.escalation_evaluate import evaluate_escalation

        return evaluate_escalation(test, models, as_json=as_json)
    return fail(f"evaluate retrieval, escalation, or a file of labelled texts; not {what}", 2)


def _understood(models: Path) -> Callable[[str, str], Mapping[str, float]]:
    """What the shipped model takes a text for, by its first stage: intent → how probable."""
    from agents.support.model import understand
    from ops.support.train import current

    model = current(models)

    def shares(text: str, language: str) -> Mapping[str, float]:
        seen = understand(model, [text], None, [language])
        return dict(zip(model.classes, seen.probability[0].tolist(), strict=True))

    return shares
