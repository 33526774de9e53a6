"""The platform's tables for support (FACTS §1), and the limits that support decides by.

Nothing flows in. Out: the symbols of the schemas' enums in their order, and ``Policy``, whose ``version`` names its content in decisions.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property

INTENTS = (
    "book_or_change", "status_eta", "cancel_refund", "fare_dispute", "payment_method", "account_access",
    "safety_incident", "lost_item", "conduct_or_order_quality", "general_support",
)  # fmt: skip
OUT_OF_SCOPE = "out_of_scope"  # no intent: the agent abstains
SENTIMENTS = ("negative", "neutral", "positive")
LANGUAGES = ("en", "es", "fr", "de", "pt", "it", "nl", "pl", "sv", "no", "ru", "ar", "zh", "ja", "ko")
UNKNOWN = "und"  # a language that is none of these, as ISO 639 writes it
CATEGORIES = (
    "account", "payment", "rides", "safety", "food", "grocery", "goods", "truck_van", "corporate", "support",
    "promotions", "technical", "pricing", "locations", "vehicles", "drivers",
)  # fmt: skip
SERVICES = ("RIDE", "MOTO", "FOOD", "GROCERY", "GOODS", "TRUCK_VAN")
CHANNELS = ("CHAT", "VOICE", "EMAIL")
STATUSES = ("OPEN", "IN_PROGRESS", "RESOLVED", "ESCALATED")
PRIORITIES = ("LOW", "MEDIUM", "HIGH", "URGENT")
SENDERS = ("USER", "AI", "AGENT", "SYSTEM")
MESSAGE_TYPES = ("TEXT", "VOICE_TRANSCRIPT", "SYSTEM")
AVAILABILITIES = ("AVAILABLE", "BUSY", "OFFLINE")
EVENTS = (
    "CONVERSATION_CREATED", "CONVERSATION_UPDATED", "MESSAGE_SENT", "INTENT_CLASSIFIED",
    "SENTIMENT_DETECTED", "ESCALATION_TRIGGERED", "FEEDBACK_SUBMITTED",
)  # fmt: skip
ENTITIES = ("order_id", "amount", "datetime", "place", "phone", "email", "plate", "service", "person", "card", "address")


@dataclass(frozen=True)
class Policy:
    """Limits of the support agent. Two policies of equal content have equal ``version``."""

    longest: int = 4000  # characters of a message that are looked at
    history: int = 10  # messages of a conversation that are kept and shown
    questions: int = 3  # suggested with an answer, at most
    future_ms: int = 60_000  # a record further ahead of the step's now is refused
    danger: float = 0.9  # suspicion where words of danger are found
    doubt: float = 0.02  # probability of danger below which one word that everyday speech uses, too, is no danger
    grounded: float = 0.05  # probability of danger from which it reaches matching: a person looks at all that is suspected, anyway
    conduct: float = 0.5  # probability of a conduct complaint from which it reaches matching, if the customer is …
    displeased: float = -0.35  # … of such a sentiment, or a lower one
    overcharge: float = 0.5  # probability of a fare dispute from which it reaches pricing
    found: int = 5  # entries looked at for an answer
    settle_ms: int = 500  # without messages, after which feedback and changes are taken to be about what has come
    early_ttl_ms: int = 600_000  # feedback and changes wait so long for the conversation or message they are about
    early_limit: int = 10_000  # as many of them, of a partition

    @cached_property
    def version(self) -> str:
        """Twelve hex digits of the SHA-256 of the content."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:12]


DEFAULT = Policy()
