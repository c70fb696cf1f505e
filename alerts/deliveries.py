"""Alert → **delivery** → acknowledgement: one revision of one alert to one recipient by one channel, and its state."""

from enum import StrEnum

import msgspec

from streams.assessments import Level


class Purpose(StrEnum):
    """Why this delivery exists."""

    RING = "ring"  # something new: wakes
    ESCALATE = "escalate"  # the next rung of the ladder
    REPEAT = "repeat"  # nobody has answered
    ANSWERED = "answered"  # somebody of this side has: a provider that repeats by itself is told to be quiet
    UPDATE = "update"  # changed in place: informs, wakes nobody
    PARTNER = "partner"  # the other side answered, moved or cannot be reached
    RESOLVE = "resolve"
    CLOSE = "close"
    TEST = "test"


RINGING = (Purpose.RING, Purpose.ESCALATE, Purpose.REPEAT)
"""The purposes that belong to a ladder: they reach a side and start its clock."""

UNTHROTTLED = (Purpose.ANSWERED, Purpose.PARTNER, Purpose.RESOLVE, Purpose.CLOSE)
"""What no throttle holds back or counts: answers, the other side's and one's own, and that it is over."""

EXPIRING = "cap"
"""The channel whose messages lapse by themselves, and are renewed while their alert stays open."""

RENEWED = "renewed/"
"""How the occasion of an update begins that says nothing new: the message before it would lapse."""


class DeliveryState(StrEnum):
    """due → sending → sent → delivered | failed_temporary → due … | failed_permanent | suppressed"""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED_TEMPORARY = "failed_temporary"
    FAILED_PERMANENT = "failed_permanent"
    SUPPRESSED = "suppressed"


UNSENT = (DeliveryState.DUE, DeliveryState.FAILED_TEMPORARY, DeliveryState.SENDING)
"""What is in the outbox."""


class Mode(StrEnum):
    """Every played episode is an exercise; actual needs live or imported figures and `mode = "actual"`."""

    EXERCISE = "exercise"
    ACTUAL = "actual"
    TEST = "test"
    SYSTEM = "system"  # about Twinbell itself, to its operators


class Delivery(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`delivery_id` is a hash of alert, purpose, occasion, person and channel: planning twice plans once.

    A delivery that is held back (suppressed for a reason that passes) may become due later under the same id; from
    its first attempt on its revision never changes, so a repeat after a crash carries the same id and revision.
    `due_at` of a held delivery is when it may go.
    """

    delivery_id: str
    alert_id: str
    also: tuple[str, ...]  # alerts grouped into the same message, none of them unmentioned
    revision: int
    participant: str
    person: str
    channel: str
    language: str
    purpose: Purpose
    level: Level
    mode: Mode
    occasion: str  # the ring, step, repeat number or fact that it is about
    due_at: int
    state: DeliveryState = DeliveryState.DUE
    reason: str = ""
    attempts: int = 0
    receipt: str = ""  # the provider's reference: Slack ts, Message-ID, dedup key, file
    bundle: str = ""  # the delivery in whose message this one is mentioned (reason: grouped)
    retry_at: int | None = None  # failed for now: when to try again
    moved_at: int = 0  # when the state last changed
    ordinal: int = 0  # the place among the facts of its alert: messages of one alert leave in this order

    @property
    def renews(self) -> bool:
        """Whether it says nothing new and only keeps the message before it from lapsing."""
        return self.occasion.startswith(RENEWED)
