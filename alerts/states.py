"""What the facts of one alert add up to: the joint state, one track per participant, deliveries and moves."""

from enum import StrEnum

import msgspec
from msgspec.structs import replace

from alerts.deliveries import Delivery, Mode
from alerts.facts import PositionKind
from alerts.participants import LevelPolicy
from streams.assessments import Assessment, Level, Ring, Severity, Situation, Urgency
from streams.signals import Certainty, Direction, Hazard


class JointState(StrEnum):
    """draft → released → active → resolved → closed; cancelled from any, with a reason."""

    DRAFT = "draft"  # opened, nothing to tell yet
    RELEASED = "released"  # may be told; nobody has been reached
    ACTIVE = "active"  # at least one side was reached
    RESOLVED = "resolved"  # the situation ended, on data
    CLOSED = "closed"
    CANCELLED = "cancelled"


class TrackState(StrEnum):
    """pending → notified → acknowledged → responding → stood_down, for each side on its own."""

    PENDING = "pending"
    NOTIFIED = "notified"
    ACKNOWLEDGED = "acknowledged"
    RESPONDING = "responding"
    STOOD_DOWN = "stood_down"


class MoveKind(StrEnum):
    """What a person did that the other side is told of."""

    ACKNOWLEDGED = "acknowledged"
    RESPONDING = "responding"
    STOOD_DOWN = "stood_down"
    POSITION = "position"
    CLOSE_AGREED = "close_agreed"
    FALSE_ALARM = "false_alarm"
    FALSE_ALARM_WITHDRAWN = "false_alarm_withdrawn"


class Move(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing that a person of one side did. `ordinal` counts the facts of the alert: later is greater."""

    ordinal: int
    at: int
    participant: str
    person: str
    kind: MoveKind
    note: str = ""
    position: PositionKind | None = None


class Published(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The newest message of a side that lapses by itself: for whom, of which revision, and when."""

    person: str
    revision: int
    at: int


class Track(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One side of an alert, written by that side and by the clock, never by the other side.

    The ladder: `ladder` names it (the ring that started it, with `~n` after the n-th lapse), `started_at` is when its
    first step went out (None: held or not yet planned), `steps` and `repeats` count what was planned on it.
    """

    participant: str
    state: TrackState = TrackState.PENDING
    changed_at: int = 0
    # the ladder
    ladder: str = ""
    ladder_level: Level = Level.NONE
    ladder_ordinal: int = 0  # of the fact that started it
    started_at: int | None = None
    steps: int = 0
    repeats: int = 0
    repeated_at: int | None = None
    lapses: int = 0
    reopened: bool = False  # a rise in level re-opened an answered track
    news: str = ""  # a ring, or a lapsed ladder, that no delivery has been planned for
    news_at: int = 0
    # what the side was told
    reached_at: int | None = None  # the first message that a provider took, or the first answer
    told: tuple[tuple[str, str], ...] = ()  # (person, channel) that a ring went to, or was bundled for
    led: tuple[tuple[str, str], ...] = ()  # those of them that had a message of this alert's own
    told_ordinal: int = 0
    told_at: int = 0
    told_revision: int = 0
    published: Published | None = None
    flushed_at: int | None = None  # the newest ring message of this alert to this side
    warned: tuple[str, ...] = ()  # ladders of other sides whose exhaustion this side was told of
    end_told: str = ""  # "resolved" or "ended": the last message of that kind was planned
    # what the side answered
    acknowledged_by: str = ""
    acknowledged_at: int | None = None
    acknowledged_means: str = ""
    answered_ordinal: int = 0
    lapses_at: int | None = None
    note: str = ""  # of the newest acknowledgement, response or stand-down
    position: PositionKind | None = None
    position_by: str = ""
    position_at: int | None = None
    position_note: str = ""
    false_alarm_by: str = ""  # who said that it rang for nothing; empty once that was taken back
    false_alarm_at: int | None = None
    false_alarm_note: str = ""
    close_agreed_by: str = ""
    close_agreed_at: int | None = None

    @property
    def answered(self) -> bool:
        """Whether somebody of this side holds the alert, so that nothing escalates."""
        return self.state in (TrackState.ACKNOWLEDGED, TrackState.RESPONDING, TrackState.STOOD_DOWN)


NOTHING_YET = Assessment(
    assessment_id="",
    revision="",
    situation=Situation(hazard=Hazard.NONE, group=""),
    opened_on="",
    as_of=0,
    certainty=Certainty.UNKNOWN,
    severity=Severity.UNKNOWN,
    urgency=Urgency.UNKNOWN,
    level=Level.NONE,
    score=0.0,
    direction=Direction.NONE,
    minerals=(),
    families=(),
    signals=(),
    holding=(),
    rings=(),
    impacts=(),
)
"""The assessment of a draft: opening and first assessment are one transaction, so no reader ever meets it."""


class AlertState(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The fold over the facts of one alert. Its dictionaries are never changed in place.

    `revision` is the running number that people see: one more with every assessment taken in and every release.
    """

    alert_id: str
    situation_id: str
    opened_on: str  # ISO day, fixed by the opening fact
    opened_at: int
    mode: Mode
    policies: dict[str, dict[Level, LevelPolicy]]
    joint: JointState
    revision: int
    material_revision: int  # the newest revision whose change is worth a message of its own
    assessment: Assessment
    rings: tuple[Ring, ...]
    tracks: dict[str, Track]
    deliveries: dict[str, Delivery]
    held: dict[str, int]  # delivery id → ordinal of the fact that first held it back, for a reason that may pass
    moves: tuple[Move, ...]
    facts: int  # how many facts were folded
    revised_revision: int = 0  # the newest revision that came of figures that their source has revised
    attribution: str = ""  # only ever from a Released fact
    attribution_by: str = ""
    attribution_at: int | None = None
    attribution_note: str = ""
    aliases: tuple[str, ...] = ()
    merged_into: str = ""
    resolved_at: int | None = None
    ended_at: int | None = None
    by_timeout: bool = False
    cancelled_reason: str = ""

    @property
    def ended(self) -> bool:
        """Closed or cancelled: nothing more happens, except that people are told so."""
        return self.joint in (JointState.CLOSED, JointState.CANCELLED)

    @property
    def live(self) -> bool:
        """Whether ladders run: released or active, and the level is at least watch."""
        return self.joint in (JointState.RELEASED, JointState.ACTIVE) and self.assessment.level.rank >= Level.WATCH.rank

    @property
    def level(self) -> Level:
        """The level of the newest assessment."""
        return self.assessment.level

    def policy(self, participant: str, level: Level) -> LevelPolicy | None:
        """The policy copied at opening; a level without one takes the next louder, else the next quieter."""
        copied = self.policies.get(participant, {})
        if level in copied:
            return copied[level]
        louder = sorted((have for have in copied if have.rank >= level.rank), key=lambda have: have.rank)
        quieter = sorted((have for have in copied if have.rank < level.rank), key=lambda have: -have.rank)
        nearest = [*louder, *quieter]
        return copied[nearest[0]] if nearest else None


def rejoined(state: AlertState) -> AlertState:
    """The state with the joint state that follows from the rest of it."""
    joint = _joint_of(state)
    return state if joint is state.joint else replace(state, joint=joint)


def _joint_of(state: AlertState) -> JointState:
    """The joint state is a pure function of the tracks and the newest assessment, and of the end where there is one."""
    if state.cancelled_reason:
        return JointState.CANCELLED
    if state.ended_at is not None:
        return JointState.CLOSED
    if state.resolved_at is not None:
        return JointState.RESOLVED
    if state.revision == 0:
        return JointState.DRAFT
    reached = any(track.reached_at is not None for track in state.tracks.values())
    return JointState.ACTIVE if reached else JointState.RELEASED
