"""The record: what happened to an alert, append-only, each author's facts chained by hash."""

from enum import StrEnum

import msgspec

from alerts.deliveries import Delivery, Mode
from alerts.participants import LevelPolicy
from streams.assessments import Assessment, Level, Ring


class PositionKind(StrEnum):
    """Where a side stands on an alert."""

    CONCUR = "concur"
    DISPUTE = "dispute"
    NEEDS_INFORMATION = "needs_information"


class Opened(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag="opened"):
    """The opening fact fixes the alert's id; policies are copied, so that editing a file changes no running alert."""

    situation_id: str
    opened_on: str
    mode: Mode
    policies: dict[str, dict[Level, LevelPolicy]]  # by participant


class Assessed(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag="assessed"):
    """A new assessment was taken in; `revision` is the alert's own running number, seen by people."""

    revision: int
    assessment: Assessment


class Rung(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag="rung"):
    """The alert rang: both sides' tracks re-open where the level rose."""

    ring: Ring


class Released(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag="released"):
    """The attribution may be written from now on."""

    attribution: str
    note: str


class Planned(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag="planned"):
    """A delivery was planned (due, or suppressed with its reason)."""

    delivery: Delivery


class Sending(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag="sending"):
    """The intention, written before the request leaves."""

    delivery_id: str
    attempt: int


class Sent(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag="sent"):
    """The provider took it."""

    delivery_id: str
    receipt: str
    confirmed: bool = False  # delivered, not only accepted
    lacks: str = ""  # why it left without a part of it


class SendFailed(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag="failed"):
    """The provider did not take it; `retry_at` is None when trying again cannot help."""

    delivery_id: str
    reason: str
    retry_at: int | None
    detail: str = ""  # what the provider said, without secrets


class Acknowledged(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag="acknowledged"):
    """A person of one side answered; stops that side's escalation and nobody else's."""

    participant: str
    person: str
    means: str  # cli, slack, email …
    note: str = ""


class Responding(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag="responding"):
    """The side is acting."""

    participant: str
    person: str
    note: str = ""


class StoodDown(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag="stood_down"):
    """The side has ended its response."""

    participant: str
    person: str
    note: str = ""


class PositionTaken(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag="position"):
    """Where the side stands; a dispute carries its reason in the note."""

    participant: str
    person: str
    position: PositionKind
    note: str = ""


class FalseAlarm(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag="false_alarm"):
    """A side says that the alert rang for nothing, or takes that back: a case for the next backtest, no end."""

    participant: str
    person: str
    note: str = ""
    withdrawn: bool = False


class Lapsed(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag="lapsed"):
    """An acknowledgement lapsed: the side is rung again."""

    participant: str


class Resolved(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag="resolved"):
    """The situation ended, on data."""


class CloseAgreed(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag="close_agreed"):
    """One side wants to close; the alert closes when both do, or after the time-out that stands in the record."""

    participant: str
    person: str
    note: str = ""


class Closed(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag="closed"):
    """The alert is closed; `by_timeout` when only one side had agreed."""

    by_timeout: bool = False


class Cancelled(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag="cancelled"):
    """The alert was withdrawn, with a reason."""

    reason: str


class Merged(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag="merged"):
    """Two open alerts met on one situation: `alias` lives on under the lower id, `into`. Written on both."""

    alias: str
    into: str = ""


Body = (
    Opened
    | Assessed
    | Rung
    | Released
    | Planned
    | Sending
    | Sent
    | SendFailed
    | Acknowledged
    | Responding
    | StoodDown
    | PositionTaken
    | FalseAlarm
    | Lapsed
    | Resolved
    | CloseAgreed
    | Closed
    | Cancelled
    | Merged
)


class Fact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One entry of the record. `hash` covers author, sequence, time, alert, body and the author's fact before it."""

    author: str  # "system@SITE" or "USA/person-id"
    sequence: int  # 1, 2, 3 … for each author
    at: int
    alert_id: str
    body: Body
    previous: str
    hash: str
