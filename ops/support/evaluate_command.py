"""`tripo support evaluate`: what to measure in; tables and, with --json, one object, out. Exit 1 where a target is missed, 2 for what
cannot be measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from ops.summary import fail
from streams.settings import settings

app = typer.Typer(invoke_without_command=True)

Json = Annotated[bool, typer.Option("--json", help="end with one JSON object")]
Stages = Annotated[bool, typer.Option("--both/--first", help="with the sentence model for what the first stage is unsure of, or without")]
By = Annotated[Path | None, typer.Option("--map", metavar="FILE", help="labels as our intents: dataset, source_label, target, confidence")]
Models = Annotated[Path | None, typer.Option("--models", metavar="DIR", help="where models lie, else the setting TRIPO_MODELS")]


@app.callback()
def evaluate(
    context: typer.Context,
    *,
    train: Annotated[Path | None, typer.Option(metavar="FILE", help="labelled texts: fit the pipeline on them first")] = None,
    product: Annotated[bool, typer.Option("--product", help="the shipped model instead")] = False,
    test: Annotated[Path | None, typer.Option(metavar="FILE", help="labelled texts that no model has seen")] = None,
    folds: Annotated[
        int | None, typer.Option(metavar="K", help="no --test: split --train by labels into so many folds, test each on the others")
    ] = None,
    fold: Annotated[str | None, typer.Option(metavar="I,J", help="only these of the folds, from 0 on")] = None,
    seed: Annotated[int, typer.Option(min=0, help="of the folds")] = 0,
    part: Annotated[
        str | None, typer.Option(metavar="A,B", help="no --test: test on the rows of --train whose column part is one of these")
    ] = None,
    baseline: Annotated[
        bool, typer.Option("--baseline", help="beside plain TF-IDF and logistic regression, trained on the same texts")
    ] = False,
    by_map: By = None,
    models: Models = None,
    both: Stages = True,
    as_json: Json = False,
) -> None:
    """Measure how right support is; exit 1 when a target is missed.

    On labelled texts: --product --test FILE, or --train FILE with one of --test FILE, --folds K, --part A,B. Or one of the commands below.
    """
    if context.invoked_subcommand is not None:
        return _no_options(context)
    if test is not None and product and train is None and folds is None and part is None:
        from ops.support.evaluate import evaluate_product
        from ops.support.labelled import read_labelled
        from ops.support.train import current

        model = current(models or settings().models)
        raise typer.Exit(evaluate_product(model, read_labelled(test), by_map, both=both, baseline=baseline, as_json=as_json))
    if train is None or product or sum(each is not None for each in (test, folds, part)) != 1:
        fail("give --product --test FILE, or --train FILE with one of --test FILE, --folds K, --part A,B (see --help)", 2)
    if fold is not None and folds is None:
        fail("--fold goes with --folds K", 2)
    from ops.support.evaluate import evaluate_fitted
    from ops.support.labelled import read_labelled
    from ops.support.splits import by_files, by_folds, by_part

    rows = read_labelled(train)
    if test is not None:
        splits = by_files(rows, read_labelled(test))
    elif folds is not None:
        splits = by_folds(rows, folds, _numbers(fold), seed)
    else:
        splits = by_part(rows, [name.strip() for name in (part or "").split(",")])
    raise typer.Exit(evaluate_fitted(splits, by_map, both=both, baseline=baseline, as_json=as_json))


@app.command()
def retrieval(
    *,
    test: Annotated[
        Path | None, typer.Option(metavar="FILE", help="language, topic and text with tabs between; else the project's own")
    ] = None,
    models: Models = None,
    as_json: Json = False,
) -> None:
    """How often the entry that answers a paraphrase is among the first five found."""
    from ops.support.retrieval_evaluate import evaluate_retrieval

    raise typer.Exit(evaluate_retrieval(test, understood=_understood(models or settings().models), as_json=as_json))


@app.command()
def escalation(
    *,
    test: Annotated[
        Path | None, typer.Option(metavar="FILE", help="language, intent and text with tabs between; else the project's own")
    ] = None,
    models: Models = None,
    as_json: Json = False,
) -> None:
    """How many messages of the intent safety_incident are handed over as URGENT, and how many others; shows the missed ones."""
    from ops.support.escalation_evaluate import evaluate_escalation

    raise typer.Exit(evaluate_escalation(test, models or settings().models, as_json=as_json))


@app.command()
def safety(
    *,
    test: Annotated[
        Path | None, typer.Option(metavar="FILE", help="id, language, text and must (1 or 0) with tabs between; else the blind set")
    ] = None,
    models: Models = None,
    as_json: Json = False,
) -> None:
    """How many dangers of a blind set are handed over as URGENT, and how many near misses. No message is shown: nobody tunes on it."""
    from ops.support.escalation_evaluate import evaluate_safety

    raise typer.Exit(evaluate_safety(test, models or settings().models, as_json=as_json))


@app.command()
def sentiment(
    *,
    test: Annotated[
        Path | None, typer.Option(metavar="FILE", help="language, sentiment and text with tabs between; else the project's own")
    ] = None,
    models: Models = None,
    as_json: Json = False,
) -> None:
    """How often what short opinions feel is told right, by language, and how often as the opposite. No text is shown."""
    from ops.support.sentiment_evaluate import evaluate_sentiment

    raise typer.Exit(evaluate_sentiment(test, models or settings().models, as_json=as_json))


def _no_options(context: typer.Context) -> None:
    """Ends the command where options stand before a command that has its own."""
    for name in context.params:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            fail(f"options go after the command: tripo support evaluate {context.invoked_subcommand} --…", 2)


def _numbers(given: str | None) -> list[int]:
    names = [] if given is None else given.split(",")
    if strange := [name for name in names if not name.strip().isdecimal()]:
        fail(f"--fold {strange[0]!r}: numbers from 0 on with commas between, such as 0,1", 2)
    return [int(name) for name in names]


def _understood(models: Path) -> Callable[[str, str], Mapping[str, float]]:
    """What the shipped model takes a text for, by its first stage: intent → how probable."""
    from agents.support.model import understand
    from ops.support.train import current

    model = current(models)

    def shares(text: str, language: str) -> Mapping[str, float]:
        seen = understand(model, [text], None, [language])
        return dict(zip(model.classes, seen.probability[0].tolist(), strict=True))

    return shares
