"""Observation → **signal** → assessment: one detector found one subject abnormal; it scores, it never decides."""

from enum import StrEnum

import msgspec

from streams.codec import ID_CHARS, identity
from streams.notices.readings import ActKind, Polarity
from streams.observations import Family


class Hazard(StrEnum):
    """What a situation is about. NONE: the signal bears on what is open and opens nothing."""

    RESTRICTION = "restriction"
    LOGISTICS = "logistics"
    NATURAL = "natural"
    MARKET = "market"
    DUMPING = "dumping"
    NONE = "none"


class Certainty(StrEnum):
    """CAP 1.2 words, strongest first."""

    OBSERVED = "Observed"
    LIKELY = "Likely"
    POSSIBLE = "Possible"
    UNLIKELY = "Unlikely"
    UNKNOWN = "Unknown"


class Phase(StrEnum):
    """RAISED once, CONTINUING while it lasts (so that a long disruption does not fade), CLEARED on data.

    REVISED: a source has revised its figures, and what `Signal.withdraws` names counts no longer.
    """

    RAISED = "raised"
    CONTINUING = "continuing"
    CLEARED = "cleared"
    REVISED = "revised"


class Direction(StrEnum):
    """Which way a price or a flow moved."""

    UP = "up"
    DOWN = "down"
    NONE = ""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One figure or document behind a signal: the stored bytes, the row, and what was read there."""

    sha256: str
    row: int
    subject: str  # series id or document id
    occurred_at: int
    known_at: int
    value: float | None = None
    unit: str = ""
    publisher: str = ""
    publication: str = ""
    address: str = ""


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """The official act behind a notice signal. Dates are ISO days or empty."""

    document_id: str
    issuer: str
    number: str
    title: str
    language: str
    address: str
    actor: str = ""  # alpha-3 of the state that acts, where that is known
    entity: str = ""  # the supplier that is listed (`entities.csv`)
    kind: ActKind
    polarity: Polarity
    published_on: str
    effective_on: str = ""
    end_on: str = ""
    targets: tuple[str, ...] = ()
    hs: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()


class DueKind(StrEnum):
    """What comes on a day that an act names."""

    STARTS = "starts"  # the restriction takes effect
    ENDS = "ends"  # the restriction ends
    EASING_ENDS = "easing_ends"  # what suspends or eases it ends: the restriction is back


class Due(msgspec.Struct, frozen=True):
    """A day named in an act that draws near; ISO."""

    kind: DueKind
    day: str


class Strike(msgspec.Struct, frozen=True, kw_only=True):
    """What a natural event may mean for one place that matters. Scales are the source's own, nothing is converted.

    `radius_km` and `days` are thresholds for this kind and size of event, not a report from the place.
    """

    event_id: str
    kind: str  # as the source writes it
    name: str
    alert_level: str
    severity: float | None
    severity_unit: str
    place_id: str  # node_id or UN/LOCODE
    place_kind: str
    distance_km: float
    depth_km: float | None = None  # of an earthquake, where the source tells it
    radius_km: float
    days: float  # that the place is taken to stand still
    is_current: bool | None = None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What one destination's flow is of its usual, over what those of the others are of theirs, in one month.

    `streams.relations.selectivity` defines the figures. `p_value`, `rank` and `placebos` are None where there are too
    few placebos.
    """

    subject: str  # id of the derived series
    flow: str  # id of the flow
    origin: str
    destination: str
    hs: str
    minerals: tuple[str, ...]
    occurred_at: int  # the newest month of the window
    known_at: int
    value: float  # 1 where all fell alike, below it where this one fell more
    ratio: float  # own flow over its own usual
    p_value: float | None
    rank: int | None  # 1: no placebo fell as far
    placebos: int | None
    others: int  # destinations that it is held against
    provisional: bool = False
    evidence: tuple[Evidence, ...] = ()


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """What one detector says of one subject in one period. `score` is 1.0 at the raise threshold.

    `signal_id` is made by `signal_id_of`: a hash of detector, subject, phase and period, never of when or where it ran.
    """

    signal_id: str
    detector: str
    hazard: Hazard
    group: str
    subject: str
    family: Family
    phase: Phase
    occurred_at: int
    known_at: int
    score: float
    claims: Certainty  # what it may claim alone
    minerals: tuple[str, ...] = ()
    origin: str = ""
    destination: str = ""
    route: str = ""
    direction: Direction = Direction.NONE
    observed: float | None = None
    expected: float | None = None
    band_low: float | None = None
    band_high: float | None = None
    raises_at: float | None = None  # the value from which on this figure raises: `score` is 1.0 there
    unit: str = ""
    window: int = 0  # observations over which the change was seen
    provisional: bool = False
    act: Act | None = None
    strike: Strike | None = None
    comparison: Comparison | None = None
    rests_on: tuple[str, ...] = ()  # ids of the signals without which this one would not be
    due: Due | None = None  # the day of `act` that draws near, where that is what the signal says
    evidence: tuple[Evidence, ...] = ()
    thresholds: str = ""  # hash of the thresholds that made it
    withdraws: tuple[str, ...] = ()  # ids of the signals that a revision has taken back; `phase` is REVISED


def signal_id_of(detector: str, subject: str, phase: Phase, occurred_at: int, vintage: int = 0) -> str:
    """The id of a signal: what it is about (detector, subject, phase, period).

    `vintage` is when the revision became known whose figures say so; 0 for what the first figures said.
    """
    if vintage:
        return identity("signal", detector, subject, phase, occurred_at, vintage)
    return identity("signal", detector, subject, phase, occurred_at)


def revision_id_of(subject: str, hazard: Hazard, known_at: int, withdraws: tuple[str, ...]) -> str:
    """The id of a revision. It sorts after all others: what it takes back counts until what it says anew is folded."""
    return f"x{identity('revision', subject, hazard, known_at, *withdraws)}"[:ID_CHARS]
