"""Topics, facts and texts in fifteen languages, as written in agents/support/knowledge, in; records of the knowledge topic out."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from agents.support.policy import LANGUAGES, PRIORITIES

FOLDER = Path(__file__).parents[2] / "agents" / "support" / "knowledge"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same in C, ten times as fast
SLOT = re.compile(r"\{([^{}]*)\}")

Texts = Mapping[str, Mapping[str, Any]]  # topic → question, answer, keywords


@dataclass(frozen=True, slots=True)
class Written:
    """What is written: ``topics`` by name in their order, ``facts`` by name, ``texts`` by language, of the languages that there are.

    ``asked``: how customers put it, by language and topic: searched like keywords, never shown.
    """

    topics: Mapping[str, Mapping[str, Any]]
    facts: Mapping[str, Any]
    texts: Mapping[str, Texts]
    asked: Mapping[str, Mapping[str, Sequence[str]]]


def written(folder: Path = FOLDER) -> Written:
    """All that is written in a folder. Raises ValueError where one topic stands twice in a file."""
    texts = {language: _by_topic(path) for language, path in _files(folder).items()}
    asked = {language: _read(path) for language, path in _files(folder / "asked").items()}
    return Written(_by_topic(folder / "topics.yaml"), _read(folder / "facts.yaml"), texts, asked)


def entries(seed: int = 1, folder: Path = FOLDER) -> list[dict[str, Any]]:
    """The knowledge base, one record an entry, in the order in which it is published.

    What is most urgent comes first, so that an agent that begins with an empty state knows it first; among equals ``seed`` draws the order,
    so that no language and no category is always served last. Raises ValueError for a text that uses a fact that there is not.
    """
    records = records_of(written(folder))
    random.Random(seed).shuffle(records)
    return sorted(records, key=lambda record: -PRIORITIES.index(record["priority"]))


def records_of(source: Written) -> list[dict[str, Any]]:
    """One record for each text of each topic, by language in the order of policy.LANGUAGES, then by topic."""
    return [record(source, name, language) for language in LANGUAGES for name in source.topics if name in source.texts.get(language, {})]


def record(source: Written, name: str, language: str) -> dict[str, Any]:
    """A topic in a language, with the facts filled in. Raises ValueError for a fact that there is not."""
    topic, text = source.topics[name], source.texts[language][name]
    where = f"{name}.{language}"
    return {
        "entry_id": where,
        "category": topic["category"],
        "language": language,
        "question": filled(text["question"], source.facts, where),
        "answer": filled(text["answer"], source.facts, where),
        "keywords": [str(words) for words in (*text["keywords"], *source.asked.get(language, {}).get(name, ()))],
        "services": list(topic["services"]),
        "intents": list(topic["intents"]),
        "priority": topic["priority"],
        "signed": bool(topic.get("signed", False)),
        "deleted": False,
    }


def filled(text: str, facts: Mapping[str, Any], where: str) -> str:
    """A text as one line with the facts' values for their names. Raises ValueError for a name that is no fact's."""
    for name in SLOT.findall(text):
        if name not in facts:
            raise ValueError(f"{where}: {{{name}}} is not in facts.yaml")
    return " ".join(SLOT.sub(lambda slot: str(facts[slot[1]]), text).split(" ")).strip()


def _files(folder: Path) -> dict[str, Path]:
    """The files of the languages that a folder has, in the order of policy.LANGUAGES."""
    paths = {language: folder / f"{language}.yaml" for language in LANGUAGES}
    return {language: path for language, path in paths.items() if path.exists()}


def _by_topic(path: Path) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for each in _read(path):
        if each["topic"] in found:
            raise ValueError(f"{path.name}: {each['topic']} stands there twice")
        found[each["topic"]] = each
    return found


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)
