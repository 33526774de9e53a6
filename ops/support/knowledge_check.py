"""`tripo support knowledge check`: what is written of the knowledge in; how much there is of it, and what is wrong and where, out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson
import typer

from agents.support.courtesies import TOPICS, is_courtesy
from agents.support.entries import Entries
from agents.support.policy import CATEGORIES, INTENTS, LANGUAGES, SERVICES
from ops.listing import print_rows
from ops.support.knowledge import FOLDER, SLOT, Written, record, written
from ops.support.likeness import ANSWERS_ALIKE, QUESTIONS_ALIKE, alike, answer_shingles, question_shingles
from ops.support.tongue import strange_script, tongues

ENTRIES, A_CATEGORY, SIGNED = 1318, 75, 30  # at least: FACTS §1, and the issue
AN_INTENT = 5  # topics, at least
EACH_SERVICE = ("book_or_change", "status_eta", "cancel_refund", "conduct_or_order_quality")  # has a topic for each service
KEYWORDS = (4, 8)
LENGTH = {"zh": (60, 400), "ja": (80, 500), "ko": (100, 500)}  # characters of an answer, where they say more than letters
LETTERS = (200, 800)  # elsewhere
SHORT = (20, 200)  # of an answer to a courtesy, in any language


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where: a file, a topic, or an entry."""

    where: str
    what: str


def check(*, folder: Path = FOLDER, as_json: bool = False) -> int:
    """Look through all that is written, and print it. → 0, or 1 if anything is wrong."""
    source = written(folder)
    found = faults(source)
    counts = counted(source)
    for title, column in (("by_category", "category"), ("by_language", "language")):
        rows = [(name, *numbers.values()) for name, numbers in counts[title].items()]
        print_rows(f"knowledge by {column}", (column, "entries", "signed"), rows)
    print_rows("knowledge", ("figure", "value"), [(name, counts[name]) for name in ("entries", "topics", "signed_topics", "facts")])
    if found:
        print_rows("what is wrong", ("where", "what"), [(fault.where, fault.what) for fault in found])
    if as_json:
        typer.echo(orjson.dumps(counts | {"faults": [asdict(fault) for fault in found]}).decode())
    return 1 if found else 0


def faults(source: Written) -> list[Fault]:
    """All that is wrong, in the order of looking."""
    found = [*_of_topics(source), *_of_courtesies(source), *_of_facts(source), *_complete(source)]
    for language in source.texts:
        found += [*_of_texts(source, language), *_readable(source, language)]
    found += _of_tongue(source)
    for language in source.texts:
        found += _of_likeness(source, language)
    return found


def counted(source: Written) -> dict[str, Any]:
    """How much there is: entries, topics, facts, and by category and language the entries and those of matters of care."""
    entries = [(name, language) for language, texts in source.texts.items() for name in texts if name in source.topics]
    signed = [each for each in entries if source.topics[each[0]].get("signed")]
    of_category = {name: topic["category"] for name, topic in source.topics.items()}

    def by(names: Sequence[str], every: Counter[str], some: Counter[str]) -> dict[str, dict[str, int]]:
        return {name: {"entries": every[name], "signed": some[name]} for name in names}

    return {
        "entries": len(entries),
        "topics": len(source.topics),
        "signed_topics": sum(bool(topic.get("signed")) for topic in source.topics.values()),
        "facts": len(source.facts),
        "by_category": by(CATEGORIES, Counter(of_category[n] for n, _ in entries), Counter(of_category[n] for n, _ in signed)),
        "by_language": by(LANGUAGES, Counter(language for _, language in entries), Counter(language for _, language in signed)),
    }


def _of_topics(source: Written) -> Iterator[Fault]:
    """Are there enough topics, of each category and intent, and of the main matters of each service?"""
    counts = counted(source)
    if counts["entries"] < ENTRIES:
        yield Fault("all", f"{counts['entries']} entries where at least {ENTRIES} are asked for")
    if counts["signed_topics"] < SIGNED:
        yield Fault("topics.yaml", f"{counts['signed_topics']} topics are signed where at least {SIGNED} are asked for")
    for category, numbers in counts["by_category"].items():
        if numbers["entries"] < A_CATEGORY:
            yield Fault(category, f"{numbers['entries']} entries where at least {A_CATEGORY} are asked for")
    for name, topic in source.topics.items():
        if name.partition(".")[0] != topic["category"]:
            yield Fault(name, f"is in the category {topic['category']}")
    for intent in INTENTS:
        count = sum(intent in topic["intents"] for topic in source.topics.values())
        if count < AN_INTENT:
            yield Fault(intent, f"{count} topics where at least {AN_INTENT} are asked for")
    for service in SERVICES:
        for intent in EACH_SERVICE:
            if not any(service in topic["services"] and intent in topic["intents"] for topic in source.topics.values()):
                yield Fault(service, f"has no topic of its own for {intent}")


def _of_courtesies(source: Written) -> Iterator[Fault]:
    """Are the topics that say so, and no others, those by which courtesies are answered?"""
    for name in dict.fromkeys((*source.topics, *TOPICS.values())):
        if bool(source.topics.get(name, {}).get("courtesy")) != is_courtesy(name):
            yield Fault(name, "must be there with courtesy: true if and only if agents/support/courtesies.py names it")


def _of_facts(source: Written) -> Iterator[Fault]:
    """Does every text use facts that there are, and the same ones as in English, and is every fact used?"""
    used = {(name, language): _facts_in(text) for language, texts in source.texts.items() for name, text in texts.items()}
    for (name, language), facts in used.items():
        for fact in sorted(facts - source.facts.keys()):
            yield Fault(f"{name}.{language}", f"{{{fact}}} is not in facts.yaml")
        english = used.get((name, "en"), facts)
        if facts != english and facts <= source.facts.keys():
            missing, more = ", ".join(sorted(english - facts)) or "none", ", ".join(sorted(facts - english)) or "none"
            yield Fault(f"{name}.{language}", f"says other facts than in English: without {missing}, with {more}")
    for fact in source.facts:
        if not any(fact in facts for facts in used.values()):
            yield Fault("facts.yaml", f"{fact} is used in no text")


def _complete(source: Written) -> Iterator[Fault]:
    """Has every language every topic, and nothing else?"""
    for language in LANGUAGES:
        if language not in source.texts:
            yield Fault(f"{language}.yaml", "is not there")
            continue
        texts = source.texts[language]
        for name, topic in source.topics.items():
            if name not in texts:
                yield Fault(f"{language}.yaml", f"has no text for the {'signed ' if topic.get('signed') else ''}topic {name}")
        asked = source.asked.get(language, {})
        for name, topic in source.topics.items():
            if not asked.get(name) and not topic.get("courtesy"):
                yield Fault(f"asked/{language}.yaml", f"does not say how customers put {name}")
        for file, names in ((f"{language}.yaml", texts), (f"asked/{language}.yaml", asked)):
            for name in names:
                if name not in source.topics:
                    yield Fault(file, f"{name} is not in topics.yaml")


def _of_texts(source: Written, language: str) -> Iterator[Fault]:
    """Would the agent take each entry, and is it neither short nor long?"""
    taken = Entries()
    for name in _known(source, language):
        try:
            one = record(source, name, language)
            taken.take(one)
        except (ValueError, TypeError, KeyError) as error:
            yield Fault(f"{name}.{language}", str(error))
            continue
        least, most = SHORT if source.topics[name].get("courtesy") else LENGTH.get(language, LETTERS)
        if not least <= len(one["answer"]) <= most:
            yield Fault(f"{name}.{language}", f"the answer has {len(one['answer'])} characters, and not {least} to {most}")
        keywords = source.texts[language][name]["keywords"]
        if not KEYWORDS[0] <= len(set(keywords)) == len(keywords) <= KEYWORDS[1]:
            yield Fault(f"{name}.{language}", f"{len(keywords)} keywords, and not {KEYWORDS[0]} to {KEYWORDS[1]} different ones")


def _readable(source: Written, language: str) -> Iterator[Fault]:
    """Is each text in the script of its language?"""
    for name in _known(source, language):
        text = source.texts[language][name]
        asked = {f"phrase {each[:30]!r}": each for each in source.asked.get(language, {}).get(name, ())}
        for part, each in ({part: text[part] for part in ("question", "answer")} | asked).items():
            strange = strange_script(SLOT.sub(" ", each), language)
            if strange:
                yield Fault(f"{name}.{language}", f"the {part} {strange}")


def _of_tongue(source: Written) -> Iterator[Fault]:
    """Does each answer read like the others of its language rather than like those of another?"""
    answers = {language: {name: SLOT.sub(" ", text["answer"]) for name, text in texts.items()} for language, texts in source.texts.items()}
    for language, name, other in tongues(answers):
        yield Fault(f"{name}.{language}", f"the answer reads like {other}")


def _of_likeness(source: Written, language: str) -> Iterator[Fault]:
    """Are no two texts of a language nearly the same?"""
    known = _known(source, language)
    for part, shingles, most in (("answer", answer_shingles, ANSWERS_ALIKE), ("question", question_shingles, QUESTIONS_ALIKE)):
        texts = {name: shingles(source.texts[language][name][part], language) for name in known}
        for one, other, share in alike(texts, most):
            yield Fault(f"{one}.{language}", f"the {part} is nearly that of {other}: {share:.0%} of their shingles are the same")


def _facts_in(text: Mapping[str, Any]) -> set[str]:
    return {name for part in ("question", "answer") for name in SLOT.findall(text[part])}


def _known(source: Written, language: str) -> list[str]:
    return [name for name in source.texts[language] if name in source.topics]
