"""Rules by topic, and what was found in a message and its conversation, in; the rules that hand it over to a person, out.

Rules are data, and may be edited while running. One thing is none: a suspicion of danger hands over at once, URGENT, whatever the rules
say, also when the rule for it was switched off, weakened, narrowed to a service or deleted (`ALWAYS`). They can only be more watchful.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from math import isfinite
from typing import Any

from agents.support.policy import INTENTS, LANGUAGES, OUT_OF_SCOPE, PRIORITIES, SERVICES

CONDITIONS = (
    "NEGATIVE_SENTIMENT", "SAFETY", "ASKS_FOR_PERSON", "LOW_CONFIDENCE", "NO_KNOWLEDGE",
    "REPEATED_FAILURE", "OUT_OF_SCOPE", "ACCOUNT_TAKEOVER", "INTENT", "AMOUNT_ABOVE",
)  # fmt: skip
NEGATIVE_SENTIMENT, SAFETY, ASKS_FOR_PERSON, LOW_CONFIDENCE, NO_KNOWLEDGE = CONDITIONS[:5]
REPEATED_FAILURE, OUTSIDE, ACCOUNT_TAKEOVER, INTENT, AMOUNT_ABOVE = CONDITIONS[5:]
ACTIONS = HAND_OVER, PRIORITISE = ("HAND_OVER", "PRIORITISE")  # to a person; or only what priority it has if it is handed over
SHARES = (NEGATIVE_SENTIMENT, SAFETY, LOW_CONFIDENCE, OUTSIDE, ACCOUNT_TAKEOVER, INTENT)  # their thresholds are in [0, 1]
LEASTS = (NEGATIVE_SENTIMENT, SAFETY, REPEATED_FAILURE, OUTSIDE, ACCOUNT_TAKEOVER, INTENT)  # they hold from the threshold on
SAFETY_INTENT = "safety_incident"
SAFETY_AT = 0.2  # suspicion, or probability of the intent, from which danger is assumed
ANSWER_FROM = 0.7  # confidence above which a message is answered without a person (FACTS §1), unless a rule says otherwise
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Signals:
    """What the rules look at, in one message and the conversation it is in."""

    intents: Mapping[str, float] = field(default_factory=dict)  # probabilities, out_of_scope among them
    confidence: float = 1.0  # of the likeliest
    safety: float = 0.0  # suspicion of danger, in [0, 1]
    takeover: float = 0.0  # suspicion that somebody else uses the account, in [0, 1]
    sentiment: float = 0.0  # in [-1, 1]
    knowledge: bool = True  # something was found to answer with
    failures: int = 0  # in a row
    asks_for_person: bool = False
    amount: float | None = None  # the largest named, in its currency
    service: str | None = None
    language: str | None = None

    @property
    def intent(self) -> str | None:
        """The likeliest one, the first by name of equally likely ones."""
        return min(self.intents, key=lambda name: (-self.intents[name], name), default=None)


@dataclass(frozen=True, slots=True)
class Rule:
    """When ``condition`` holds, ``action``. Empty ``intents``, ``services`` or ``languages``: for all of them.

    ``threshold``: of confidence, the most at which the rule fires; of everything else, the least: how negative, how likely, how many in a
    row. Of AMOUNT_ABOVE: in the amount's own currency, exceeded. Others do not look at it.
    """

    name: str
    condition: str
    threshold: float = 0.0
    intents: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    action: str = HAND_OVER
    priority: str = "MEDIUM"
    active: bool = True

    def fits(self, signals: Signals) -> bool:
        """Whether the rule is for such messages."""
        if not (self.intents or self.services or self.languages):
            return True
        intents = () if self.condition == INTENT else self.intents
        wanted = ((intents, signals.intent), (self.services, signals.service), (self.languages, signals.language))
        return all(not some or one in some for some, one in wanted)


ALWAYS = Rule("safety always", SAFETY, SAFETY_AT, priority="URGENT")
DEFAULTS = (
    Rule("safety incident", SAFETY, SAFETY_AT, priority="URGENT"),
    Rule("negative sentiment", NEGATIVE_SENTIMENT, 0.6, priority="HIGH"),
    Rule("asks for a person", ASKS_FOR_PERSON),
    Rule("low confidence", LOW_CONFIDENCE, ANSWER_FROM),
    Rule("no knowledge found", NO_KNOWLEDGE),
    Rule("repeated failure", REPEATED_FAILURE, 2),
    Rule("account takeover", ACCOUNT_TAKEOVER, 0.5, priority="HIGH", active=False),
    Rule("out of scope", OUTSIDE, 0.5, priority="LOW", active=False),
)


class Rules:
    """The rules that apply, by name; the order in which they came leaves no trace."""

    def __init__(self, rules: Iterable[Rule] = DEFAULTS) -> None:
        self._rules: dict[str, Rule] = {}
        self.version = ""  # twelve hex digits of the SHA-256 of the content
        for rule in rules:
            self.apply(rule)
        self._settle()

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules.values())

    def __len__(self) -> int:
        return len(self._rules)

    def apply(self, rule: Rule) -> None:
        """A rule is new or has changed. Raises ValueError, with the reason, for one that cannot be: then the former stays."""
        if reason := fault(rule):
            raise ValueError(reason)
        self._rules[rule.name] = rule
        self._settle()

    def delete(self, name: str) -> None:
        """A rule was deleted; nothing happens if there is none."""
        self._rules.pop(name, None)
        self._settle()

    def facts(self) -> list[dict[str, Any]]:
        """The state, as JSON can hold it."""
        return [{name: list(value) if isinstance(value, tuple) else value for name, value in asdict(rule).items()} for rule in self]

    @classmethod
    def of(cls, facts: Iterable[Mapping[str, Any]]) -> Rules:
        """The rules whose ``facts()`` these are."""
        return cls(rule_of(each) for each in facts)

    def _settle(self) -> None:
        self._rules = dict(sorted(self._rules.items()))
        self.version = hashlib.sha256(json.dumps(self.facts(), sort_keys=True).encode()).hexdigest()[:12]


def rule_of(record: Mapping[str, Any]) -> Rule:
    """A record of the rules' topic, or one of the ``facts()``, as a rule: what is null is as by default. It is not checked."""
    given = {each.name: record[each.name] for each in fields(Rule) if record.get(each.name) is not None}
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    return Rule(**values | {"intents": tuple(name.lower() for name in values.get("intents", ()))})


def fault(rule: Rule) -> str | None:
    """Why there cannot be such a rule; None if there can."""
    if not 0 < len(rule.name) <= LONGEST_NAME:
        return f"a rule's name has 1 to {LONGEST_NAME} characters, not {len(rule.name)}"
    known = (
        ("condition", (rule.condition,), CONDITIONS),
        ("action", (rule.action,), ACTIONS),
        ("priority", (rule.priority,), PRIORITIES),
        ("intent", rule.intents, (*INTENTS, OUT_OF_SCOPE)),
        ("service", rule.services, SERVICES),
        ("language", rule.languages, LANGUAGES),
    )
    for what, some, symbols in known:
        if strange := [one for one in some if one not in symbols]:
            return f"rule {rule.name!r}: {what} {strange[0]!r} is none of {', '.join(symbols)}"
    if rule.condition == INTENT and not rule.intents:
        return f"rule {rule.name!r}: a rule on intents names at least one"
    return _bad_threshold(rule)


def _bad_threshold(rule: Rule) -> str | None:
    """Why this cannot be the threshold of its condition."""
    threshold, condition = rule.threshold, rule.condition
    if not isfinite(threshold) or threshold < 0:
        return f"rule {rule.name!r}: threshold {threshold} is no number from 0 on"
    if condition in SHARES and threshold > 1:
        return f"rule {rule.name!r}: threshold {threshold:g} of {condition} is above 1"
    if condition in LEASTS and threshold == 0:
        return f"rule {rule.name!r}: with threshold 0, {condition} would hold for every message"
    return None


def observed(rule: Rule, signals: Signals) -> float:
    """What the rule compares with its threshold, or 1 for yes and 0 for no."""
    return _OBSERVED[rule.condition](rule, signals)


def holds(rule: Rule, signals: Signals) -> bool:
    """Whether the rule's condition does, whoever it is for. What is not a number is taken for danger, and for no confidence."""
    value = observed(rule, signals)
    if rule.condition == SAFETY:
        return _dangerous(signals, rule.threshold)
    if rule.condition == LOW_CONFIDENCE:
        return not value > rule.threshold
    if rule.condition in (ASKS_FOR_PERSON, NO_KNOWLEDGE):
        return value > 0
    return value > rule.threshold if rule.condition == AMOUNT_ABOVE else value >= rule.threshold


def fired(signals: Signals, rules: Iterable[Rule]) -> list[Rule]:
    """The rules that fire, most urgent first; of equally urgent ones those on safety, then by name."""
    out = [rule for rule in rules if rule.active and rule.fits(signals) and holds(rule, signals)]
    urgent = any(rule.condition == SAFETY and rule.action == HAND_OVER and rule.priority == ALWAYS.priority for rule in out)
    if holds(ALWAYS, signals) and not urgent:  # the guard: no edit of the rules switches this off
        out.append(ALWAYS)
    return sorted(out, key=lambda rule: (-PRIORITIES.index(rule.priority), rule.condition != SAFETY, rule.name))


def urgency(rules: Iterable[Rule]) -> str | None:
    """With which priority, by the rules that fired; None if none of them hands over."""
    rules = list(rules)
    if all(rule.action != HAND_OVER for rule in rules):
        return None
    return max((rule.priority for rule in rules), key=PRIORITIES.index)


def _dangerous(signals: Signals, threshold: float) -> bool:
    return any(not value < threshold for value in (signals.safety, signals.intents.get(SAFETY_INTENT, 0.0)))


_OBSERVED: dict[str, Callable[[Rule, Signals], float]] = {
    NEGATIVE_SENTIMENT: lambda _, signals: -signals.sentiment,
    SAFETY: lambda _, signals: max(signals.safety, signals.intents.get(SAFETY_INTENT, 0.0)),
    ASKS_FOR_PERSON: lambda _, signals: float(signals.asks_for_person),
    LOW_CONFIDENCE: lambda _, signals: signals.confidence,
    NO_KNOWLEDGE: lambda _, signals: float(not signals.knowledge),
    REPEATED_FAILURE: lambda _, signals: float(signals.failures),
    OUTSIDE: lambda _, signals: signals.intents.get(OUT_OF_SCOPE, 0.0),
    ACCOUNT_TAKEOVER: lambda _, signals: signals.takeover,
    INTENT: lambda rule, signals: max(signals.intents.get(name, 0.0) for name in rule.intents),
    AMOUNT_ABOVE: lambda _, signals: signals.amount or 0.0,
}
