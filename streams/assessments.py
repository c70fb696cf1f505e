"""Signal → **assessment** → alert: what the signals on one situation mean together, for each participant."""

from enum import StrEnum

import msgspec

from streams.codec import identity
from streams.observations import Family
from streams.reasons import Reason
from streams.signals import Act, Certainty, Comparison, Direction, Evidence, Hazard, Signal


class Severity(StrEnum):
    """CAP 1.2 words; severity is impact, not the size of the anomaly."""

    EXTREME = "Extreme"
    SEVERE = "Severe"
    MODERATE = "Moderate"
    MINOR = "Minor"
    UNKNOWN = "Unknown"


class Urgency(StrEnum):
    """CAP 1.2 words."""

    IMMEDIATE = "Immediate"
    EXPECTED = "Expected"
    FUTURE = "Future"
    PAST = "Past"
    UNKNOWN = "Unknown"


class Level(StrEnum):
    """How loud the bell is, quietest first. NONE: nothing holds."""

    NONE = "none"
    ADVISORY = "advisory"
    WATCH = "watch"
    WARNING = "warning"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        """0 for none … 4 for emergency."""
        return _RANKS[self]


_RANKS = {level: rank for rank, level in enumerate(Level)}


class RingCause(StrEnum):
    """Why a person is woken. Never a mere repeat, never a lapsed acknowledgement."""

    OPENED = "opened"  # the level first reaches watch
    LEVEL_ROSE = "level_rose"
    FAMILY_JOINED = "family_joined"
    DOCUMENT_JOINED = "document_joined"
    SCORE_GREW = "score_grew"
    DAY_NEAR = "day_near"  # a day named in an act draws near: it takes effect, or it or its suspension ends


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """(hazard, supply group, origin or none), or (logistics, route). Missing parts are empty strings."""

    hazard: Hazard
    group: str
    origin: str = ""
    route: str = ""

    @property
    def situation_id(self) -> str:
        """Deterministic id of the situation."""
        return identity("situation", self.hazard, self.group, self.origin, self.route)


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where a figure can be looked up. Confidence A official, B reputable secondary, C unconfirmed."""

    publisher: str
    publication: str
    year: str
    address: str
    confidence: str


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One sourced number. `value` None: unknown. `bound` is "", ">" or "<". `year` is what it is about."""

    value: float | None
    unit: str
    year: str = ""
    bound: str = ""
    what: str = ""  # a key of the reference data's own wording: basis of the figure
    country: str = ""
    stage: str = ""
    mineral: str = ""
    source: Source | None = None
    younger_than_event: bool = False  # a figure that was not known then


class Impact(msgspec.Struct, frozen=True, kw_only=True):
    """What is at stake for one participant, each figure with its source; the arithmetic is shown by its parts."""

    participant: str
    severity: Severity
    mineral: str  # the member on which the figures rest
    reliance: Figure
    world_share: Figure  # the origin's share of the world at that stage
    own_share: Figure  # the participant's own import share from the origin
    loss_fraction: float | None
    substitutable: float | None
    at_stake: float | None  # fraction of supply: the product of the parts
    cover: Figure  # days; unknown where none is published
    cover_target: Figure
    through_partner: Figure  # share that comes by way of another participant
    partner: str = ""
    single_point: bool = False  # one country above the single-point share of the stage: severity lifted one step
    targeted: bool = True  # the act is against all or against this participant; else only what comes through a target
    place: str = ""  # the mine, plant or port that a hazard struck, of which the share counts
    place_share: Figure = Figure(value=None, unit="percent")  # of the world; of the place itself, or a bound from above
    days_out: float | None = None  # that it is taken to stand still
    missing: float | None = None  # fraction of a flow that customs show missing, where the loss is that …
    missing_days: float | None = None  # … and for how long it is taken to last
    uncovered: float | None = None  # `at_stake` for the part of the horizon that days of cover do not bridge
    reason: Reason = Reason.COMPUTED  # why the severity is what it is, or why it is Unknown


class Indication(StrEnum):
    """What a row of the panel says of a deliberate pressure on one side: for it, against it, or nothing known."""

    FOR = "for"
    AGAINST = "against"
    UNKNOWN = "unknown"


class PanelItem(StrEnum):
    """The points that a person weighs; nobody has entered a dispute: unknown."""

    DOMINANCE = "dominance"
    SELECTIVITY = "selectivity"
    ACT = "act"
    GAP = "gap"
    DISPUTE = "dispute"
    NO_NATURAL_CAUSE = "no_natural_cause"


class PanelRow(msgspec.Struct, frozen=True, kw_only=True):
    """One point with what stands behind it. `weight` is a threshold for the reader; nothing is computed from it."""

    item: PanelItem
    indication: Indication
    weight: float
    share: Figure | None = None  # dominance: of the exporter
    comparison: Comparison | None = None  # selectivity
    act: Act | None = None  # the newest act in force, or announced …
    since: str = ""  # … the day of its effect …
    is_aimed: bool = False  # … and whether it names this participant
    signal: Signal | None = None  # the open price gap, or the natural event
    evidence: tuple[Evidence, ...] = ()  # the rows behind it


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """What is known for and against, for one participant. It is shown to a person, who decides."""

    participant: str
    rows: tuple[PanelRow, ...]


class Ring(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that wakes a person. `ring_id` is a hash of spell, cause and signal."""

    ring_id: str
    at: int  # known_at
    level: Level
    families: tuple[Family, ...]
    direction: Direction
    cause: RingCause
    signal_id: str


class Alternative(msgspec.Struct, frozen=True, kw_only=True):
    """Another producer of the same stage, for the line "alternatives"."""

    country: str
    share: Figure


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """A pure function of the set of a situation's recent signals and of `as_of`.

    `assessment_id` is a hash of situation and `opened_on` (the UTC day on which the first signal of this spell became
    known); `revision` is a hash of the content, so a re-delivered assessment is recognised. Order of arrival of the
    signals changes nothing once all have arrived.
    """

    assessment_id: str
    revision: str
    situation: Situation
    opened_on: str  # ISO day
    as_of: int
    certainty: Certainty
    severity: Severity
    urgency: Urgency
    level: Level
    score: float
    direction: Direction
    minerals: tuple[str, ...]
    families: tuple[Family, ...]
    signals: tuple[Signal, ...]  # that opened, rang, hold or cleared, ordered by (known_at, signal_id)
    holding: tuple[str, ...]  # ids of the signals that still hold
    rings: tuple[Ring, ...]
    impacts: tuple[Impact, ...]
    alternatives: tuple[Alternative, ...] = ()
    industries: tuple[str, ...] = ()  # mineral ids whose typical use is printed
    stale: tuple[str, ...] = ()  # series whose silence keeps the situation from fading
    stale_since: int = 0  # when the first of them was last heard
    provisional: bool = False
    resolved: bool = False
    revised_at: int = 0  # when a source's revision last took back something of this spell; 0: never
    withdrawn: tuple[str, ...] = ()  # ids of the signals that it took back
    void: bool = False  # what is left would not have opened the spell: it is over, and was none
    thresholds: str = ""
    panels: tuple[Panel, ...] = ()  # of a restriction that has not ended
