"""Support's answers of one task (I1, I6, D): every message has one decision that agrees with it, all else its event or its reason. Pure.

Stated rules, first the runtime's: unreadable; no key; another key than the record's own. Then the agent's: names that are missing or too
long, times that cannot be, ratings, senders and corrections that cannot be. A message or feedback whose name came before in its
conversation may be refused as a duplicate, a change that is older than others as stale; reference data as the agent's own rules say.
Feedback and changes have an event each, or a dead letter; or they still wait for a conversation or message of which nothing came.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from ops.chaos.auditor.answers import Input, Task, Wrong

FUTURE_MS = 60_000  # a record may be so far ahead of the step's now
FORGOTTEN_MS = 7 * 86_400_000  # from then on a change may still settle what matching was told, without its conversation
WAIT_MS = 600_000  # feedback and changes wait so long for what they are about
LONGEST_ID = 200
LONGEST_TEXT = 1_000_000
IDS = {
    "knowledge-entries": ("entry_id",),
    "escalation-rules": ("name",),
    "human-agents": ("agent_id",),
    "feedback": ("feedback_id", "conversation_id"),
    "conversation-changes": ("conversation_id",),
    "messages": ("message_id", "conversation_id", "customer_id"),
}
OTHER_IDS = {
    "feedback": ("message_id", "agent_id"),
    "conversation-changes": ("agent_id",),
    "messages": ("order_id", "driver_id", "market", "agent_id"),
}
MAY = {
    "feedback": {"DuplicateFeedback", "UnknownConversation", "UnknownMessage"},
    "conversation-changes": {"StaleChange", "UnknownConversation"},
    "messages": {"DuplicateMessage"},
}
NAMED = {"messages": "message_id", "feedback": "feedback_id"}
TOLD_BY = {"feedback": "FEEDBACK_SUBMITTED", "conversation-changes": "CONVERSATION_UPDATED"}
Value = dict[str, Any]


def judge(task: Task) -> None:
    """Judge one task's answers."""
    for topic, inputs in task.answers.inputs.items():
        names = Counter(_name(topic, one.value) for one in inputs.values() if one.value is not None)
        for offset, one in inputs.items():
            task.letter(topic, offset, _wrong(task, topic, offset, one, names))
    _decisions(task)
    _told(task)


def _name(topic: str, value: Value) -> tuple[str, str] | None:
    return (value["conversation_id"], value[NAMED[topic]]) if topic in NAMED else None


def _wrong(task: Task, topic: str, offset: int, one: Input, names: Counter[tuple[str, str] | None]) -> Wrong:
    """What is wrong with a record's own bytes and values, or may be as things are."""
    if one.wrong or one.value is None:
        return Wrong(one.wrong)
    value, errors = one.value, set()
    if not all(value[name] for name in IDS[topic]):
        errors.add("MissingId")
    if any(len(value[name] or "") > LONGEST_ID for name in (*IDS[topic], *OTHER_IDS.get(topic, ()))):
        errors.add("InvalidId")
    if value["ts"] <= 0:
        errors.add("InvalidTimestamp")
    now = _now(task, topic, offset)
    if now is not None and value["ts"] > now + FUTURE_MS:
        errors.add("FromTheFuture")
    errors |= _content(topic, value)
    if errors:
        return Wrong(frozenset(errors))
    may = set(MAY.get(topic, {"InvalidReference"}))
    if topic in NAMED and names[_name(topic, value)] < 2:
        may -= {"DuplicateMessage", "DuplicateFeedback"}
    return Wrong(frozenset(may), must=False)


def _content(topic: str, value: Value) -> set[str]:
    errors = set()
    if topic == "messages":
        errors |= {"TooLong"} if len(value["text"]) > LONGEST_TEXT else set()
        errors |= {"InvalidSender"} if value["sender"] == "AI" or (value["sender"] == "AGENT" and not value["agent_id"]) else set()
    if topic == "feedback":
        errors |= {"InvalidRating"} if value["rating"] is not None and not 1 <= value["rating"] <= 5 else set()
        errors |= {"TooLong"} if len(value["comment"] or "") > LONGEST_TEXT else set()
        named = value["message_id"] and value["agent_id"]
        errors |= {"InvalidCorrection"} if value["corrected_intent"] is not None and not named else set()
    if topic == "conversation-changes" and value["change"] == "TAKEN" and not value["agent_id"]:
        errors.add("MissingId")
    return errors


def _now(task: Task, topic: str, offset: int) -> int | None:
    place = task.journal.step_of(topic, offset)
    return None if place is None else int(task.journal.entries[place[0]]["steps"][place[1]]["now"])


def _decisions(task: Task) -> None:
    """A decision is about its message, and what it says agrees with itself."""
    workload, findings = task.log.workload, task.findings
    for record, said in task.answers.decisions:
        where = (workload.decisions, task.partition, record.offset)
        asked = task.answers.inputs[workload.decided].get(said["source_offset"])
        if asked is not None and asked.value is not None:
            differs = [name for name in ("message_id", "conversation_id", "ts") if said[name] != asked.value[name]]
            differs += ["sender"] if asked.value["sender"] != "USER" else []
            differs += ["key"] if record.key != said["conversation_id"].encode() else []
            if differs:
                findings.add("D", "decision", *where, f"is not about the message at its coordinates: {', '.join(differs)}")
        if (said["reply"] is None) != (said["outcome"] == "NOTED") or (said["entry_id"] is None) != (said["outcome"] != "ANSWERED"):
            findings.add("D", "decision", *where, f"{said['outcome']} with reply {said['reply']!r}, citing {said['entry_id']}")
        if said["dangers"] and (said["priority"] != "URGENT" or said["outcome"] in ("ANSWERED", "ASKED")):
            findings.add("D", "decision", *where, f"speaks of danger ({', '.join(said['dangers'])}), and is {said['outcome']}")
        findings.figures[said["outcome"].lower()] += 1


def _told(task: Task) -> None:
    """Messages of people, feedback and changes have an event or a dead letter, or wait."""
    events = {value["event_id"] for value in _values(task, "support.events")}
    settled = {(value["conversation_id"], value["ts"]) for value in _values(task, "driver-flags") if value["cleared"]}
    good = [one.value for offset, one in task.answers.inputs["messages"].items() if _good(task, "messages", offset, one)]
    came: dict[str, int] = {}  # conversation → when its last message was
    for said in (said for said in good if said is not None):
        came[said["conversation_id"]] = max(said["ts"], came.get(said["conversation_id"], 0))
    named = {value["message_id"] for value in good if value is not None}
    steps = [step["now"] for entry in task.journal.entries for step in entry["steps"]]
    for topic, inputs in task.answers.inputs.items():
        for offset, one in inputs.items():
            value = one.value
            if value is None or not _good(task, topic, offset, one) or topic not in (*TOLD_BY, "messages"):
                continue
            kind = "MESSAGE_SENT" if topic == "messages" else TOLD_BY[topic]
            if f"{topic}/{task.partition}/{offset}/{kind}" in events:
                continue
            about = (value.get("message_id") or "").removesuffix("/reply")
            forgotten = topic == "conversation-changes" and value["ts"] - came.get(value["conversation_id"], 0) > FORGOTTEN_MS
            waits = value["conversation_id"] not in came or (topic == "feedback" and about != "" and about not in named)
            if topic in TOLD_BY and waits and value["ts"] + WAIT_MS >= max(steps, default=0) - FUTURE_MS:
                task.findings.figures["waiting"] += 1
            elif not (forgotten and (value["conversation_id"], value["ts"]) in settled):
                task.findings.add("I1", "lost", topic, task.partition, offset, f"has neither {kind} nor a dead letter")


def _good(task: Task, topic: str, offset: int, one: Input) -> bool:
    return one.value is not None and not one.wrong and (topic, offset) not in task.answers.letters


def _values(task: Task, topic: str) -> list[Value]:
    return [task.schemas.decode(topic, record.value) for record in task.log.at(topic, task.partition).records]
