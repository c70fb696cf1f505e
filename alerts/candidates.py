"""What planning passes from line to line: an occasion to tell somebody, and the candidate deliveries made of it."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

from alerts.board import Board
from alerts.deliveries import Delivery, Purpose
from alerts.participants import Directory
from alerts.reasons import Reason
from alerts.states import AlertState, Track
from alerts.timers import Timers

Recipient = tuple[str, str]
"""(person, channel)"""

ENDINGS: Final = (Purpose.ANSWERED, Purpose.RESOLVE, Purpose.CLOSE)
"""What nothing holds back: whoever was rung is told that it is over, and what rings them that they have answered."""


class Occasion(msgspec.Struct, frozen=True, gc=False):
    """Something that one side of one alert is to be told now. `key` makes the deliveries' ids, `since` is its time."""

    alert: AlertState
    track: Track
    purpose: Purpose
    key: str
    reason: Reason
    audience: tuple[Recipient, ...]
    since: int


class Candidate(msgspec.Struct, frozen=True, gc=False):
    """A delivery on its way through planning. `until` is the earliest time at which its group may be told."""

    alert: AlertState
    delivery: Delivery
    until: int


class Told(NamedTuple):
    """One message to a recipient: when it was due, how loud it is, how many alerts it names, whether it rings."""

    at: int
    level: str
    alerts: int
    rings: bool


class Scene(msgspec.Struct, frozen=True, gc=False):
    """What planning sees besides the alerts in hand.

    `recent` are the messages planned lately, by recipient: what throttles and storms count. `storms` are the ends of
    the last storms, by side.
    """

    directory: Directory
    timers: Timers
    board: Board
    recent: Mapping[Recipient, tuple[Told, ...]] = {}
    storms: Mapping[str, int] = {}
