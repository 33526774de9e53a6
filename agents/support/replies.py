"""A message, its conversation and the knowledge in; whether it is answered, asked back about or handed over, and in what words, out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agents.support.conversation import Conversation
from agents.support.escalation import ASKS_FOR_PERSON, HAND_OVER, LOW_CONFIDENCE, REPEATED_FAILURE, SAFETY, Rule, Signals, fired, urgency
from agents.support.hearing import Heard
from agents.support.policy import UNKNOWN, Policy
from agents.support.reply import compose, handing_over, not_known, not_readable, served_languages, which_of
from agents.support.retrieval import sure
from agents.support.rows import Decided
from agents.support.state import SupportState

STATUS_INTENT = "status_eta"
CHOICES = (2, 3)  # intents that can be asked to choose from
WITHOUT_WORDS = (
    SAFETY,
    ASKS_FOR_PERSON,
    REPEATED_FAILURE,
)  # conditions of which a message may tell that has no words, or none in a known language


def decide(state: SupportState, conversation: Conversation, heard: Heard, signals: Signals, rules: list[Rule], policy: Policy) -> Decided:
    """What is done about a message that nobody else looks after; ``rules``: those that fire if something is found to answer with."""
    language = heard.language
    hits = state.index.find(heard.query, signals.service, signals.intents, policy.found) if heard.readable else []
    found = sure(hits)
    if heard.readable and not found:
        rules = fired(replace(signals, knowledge=False), state.rules)
    foreign = heard.language == UNKNOWN
    if foreign or not heard.readable:
        rules = [rule for rule in rules if rule.condition in WITHOUT_WORDS]
    choices = () if foreign else _choices(heard, conversation, rules)
    if choices:
        return Decided("ASKED", which_of(choices, language), hits=hits, rules=rules, guards=["asked back first"])
    if urgency(rules) is not None:
        return Decided("ESCALATED", handing_over(language, urgent=bool(dangers_of(rules))), hits=hits, rules=rules)
    if not heard.readable:
        return Decided("ASKED", not_readable(language), rules=rules, guards=["not readable"])
    if foreign:
        return Decided("ASKED", served_languages(), rules=rules, guards=["language not known"])
    if not found:
        return Decided("ASKED", not_known(language), hits=hits, rules=rules, guards=["nothing found"])
    entries = [state.entries[hit.entry_id] for hit in hits]
    state.entries.cited(entries[0].entry_id)
    reply = compose(
        entries[0], language, conversation.entities, sentiment=heard.sentiment, asks_status=signals.intent == STATUS_INTENT,
        others=entries[1:], most=policy.questions, turn=conversation.messages,
    )  # fmt: skip
    return Decided("ANSWERED", reply.text, reply.entry_id, reply.questions, hits, rules)


def dangers_of(rules: Sequence[Rule]) -> set[str]:
    """The names of those rules that hand over because of danger."""
    return {rule.name for rule in rules if rule.condition == SAFETY and rule.action == HAND_OVER}


def _choices(heard: Heard, conversation: Conversation, rules: Sequence[Rule]) -> tuple[str, ...]:
    """The intents to ask back about: where only doubt between two or three would hand it over, and it was not asked back before."""
    only_doubt = bool(rules) and all(rule.condition == LOW_CONFIDENCE for rule in rules)
    return heard.inside if only_doubt and conversation.failures == 0 and len(heard.inside) in CHOICES else ()
