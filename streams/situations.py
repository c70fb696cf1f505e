"""Signal → situation: which situation a signal opens or bears on, and what a group remembers to judge it.

The book of a group holds the recent signals and, for every series, a clock that tells data from silence: a signal fades
only while its series delivers. Everything here is a set or a maximum, so order of arrival changes nothing.
"""

from collections.abc import Sequence
from operator import sub

import msgspec

from streams.assessments import Impact, Level, Ring, Severity, Situation
from streams.observations import SECONDS_A_DAY, Cadence, Family, ObservationBatch, Run, Series
from streams.signals import Certainty, Comparison, Hazard, Signal

SUPPLY = (Hazard.RESTRICTION, Hazard.LOGISTICS, Hazard.NATURAL)
MAX_GAPS = 32  # of one series
HORIZON_S = 730 * SECONDS_A_DAY  # signals older than this are sealed into their run's summary and forgotten


class LevelRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of the level table: the level by certainty; `possible_strong` where the score is high."""

    observed: Level
    likely: Level
    possible: Level
    possible_strong: Level


class AssessParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Section [assess] of thresholds.toml: how signals fade and how loud they are together."""

    half_life_days: dict[Family, float]
    hold_score: float  # a signal counts while its faded score is at least this
    dwell_days: float  # a level goes down, and an alert ends, only after this long
    press_days: float  # a page of the press about another act rings when no act has rung for so long
    ring_growth: float  # a score this many times the highest before rings anew
    strong_score: float  # a merely possible signal is a watch from this score on
    stale_days: dict[Cadence, float]  # a series silent for longer is unknown: nothing of it fades; absent: never stale
    next_figure_days: dict[Cadence, float]  # a signal counts at least until the next figure of its series can be here
    expected_within_days: float  # urgency: an effective date nearer than this is Expected, farther is Future
    cover_short_days: float  # urgency: less cover than this is Immediate
    levels: dict[str, LevelRow]  # by severity

    def check(self) -> None:
        """Raise ValueError naming the fields whose relation cannot hold."""
        missing = set(Family) - set(self.half_life_days)
        if missing:
            raise ValueError(f"assess.half_life_days lacks {sorted(missing)}")
        without_row = {s.value for s in Severity} - set(self.levels)
        if without_row:
            raise ValueError(f"assess.levels lacks a row for {sorted(without_row)}")
        if min(self.half_life_days.values()) <= 0 or self.dwell_days <= 0:
            raise ValueError("assess.half_life_days and assess.dwell_days must be above 0")
        if not 0 < self.hold_score <= 1:
            raise ValueError("assess.hold_score must lie in (0, 1]: a signal just raised (score 1) has to hold")
        if self.press_days < 0:
            raise ValueError("assess.press_days must not be below 0")
        if self.ring_growth <= 1:
            raise ValueError("assess.ring_growth must be above 1, else every repeat rings")


class SeriesClock(msgspec.Struct, kw_only=True):
    """When a series last delivered, and the silences longer than its budget, as (silent since, ended) in seconds."""

    budget_s: int  # 0: promises nothing, is never silent
    next_s: int = 0  # from one figure to the next
    first_known: int
    last_known: int
    gaps: list[tuple[int, int]] = []
    family: Family | None = None  # of a series that was read; a derived one is as silent as its parts
    silent_since: int = 0  # when it was last heard, once it has been said that it is silent
    frozen_since: int = 0  # rows come and say nothing new


class Fold(msgspec.Struct, frozen=True, kw_only=True):
    """How far the signals of a situation were folded, by (known_at, signal id), and the spell that is open there.

    `levels` holds (time, level rank) of the events within the dwell time; `started` is 0 while no spell is open.
    """

    known_at: int = 0
    signal_id: str = ""
    count: int = 0  # signals folded so far
    started: int = 0
    opened_on: str = ""
    reached: bool = False  # whether this spell has been at watch
    levels: tuple[tuple[int, int], ...] = ()
    highest: float = 0.0
    families: tuple[Family, ...] = ()
    documents: tuple[str, ...] = ()
    rings: tuple[Ring, ...] = ()
    minerals: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()
    revised_at: int = 0  # when a source last took back something of this spell
    void: bool = False  # what is left would not have opened it: the spell was none
    over: bool = False  # it has ended, and what came after has opened no other


class Held(msgspec.Struct, frozen=True):
    """A signal, whether it opens its situation by itself, and until when it counts (seconds, infinite if unknown)."""

    signal: Signal
    primary: bool
    until: float


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the signals that hold at one moment mean together."""

    level: Level = Level.NONE
    certainty: Certainty = Certainty.UNKNOWN
    severity: Severity = Severity.UNKNOWN
    score: float = 0.0
    holding: tuple[Held, ...] = ()
    impacts: tuple[Impact, ...] = ()


class Book(msgspec.Struct, kw_only=True):
    """What a group remembers. Keys of `published`, `sealed` and `folded` are situation ids.

    `published` is the last revision given out; `sealed` the fold of what is older than the horizon and forgotten;
    `folded` the fold of everything so far, only to save work: it is made again from `sealed` when a signal comes late.
    """

    now: int = 0
    quiet_until: float = 0  # before this no series can have fallen silent of which that has not been said
    signals: dict[str, Signal] = {}
    clocks: dict[str, SeriesClock] = {}
    published: dict[str, str] = {}
    sealed: dict[str, Fold] = {}
    folded: dict[str, Fold] = {}
    acts: list[Signal] = []  # of all years, in order of when they became known: what is in force is a condition
    comparisons: dict[str, list[Comparison]] = {}  # by derived series: flows to participants against the others
    derived: dict[str, Signal] = {}  # what follows from all of these, by id; made anew when they change
    hazards_heard: int = 0  # when a hazard near a place of this group was last told


def situation_of(signal: Signal) -> Situation | None:
    """The situation that a signal opens; None for one that only bears on what is open."""
    if signal.hazard is Hazard.NONE:
        return None
    if signal.hazard is Hazard.LOGISTICS and signal.route:
        return Situation(hazard=signal.hazard, group=signal.group, route=signal.route)
    if signal.hazard is Hazard.MARKET:
        return Situation(hazard=signal.hazard, group=signal.group)
    return Situation(hazard=signal.hazard, group=signal.group, origin=signal.origin)


def bears_on(signal: Signal, situation: Situation) -> bool:
    """Whether a price, a rush or news corroborates a supply situation of its group, and of the origin that it names."""
    if signal.hazard is Hazard.NONE and signal.origin and situation.origin not in ("", signal.origin):
        return False
    return (
        signal.hazard in (Hazard.MARKET, Hazard.NONE) and situation.hazard in SUPPLY and signal.group == situation.group
    )


def take_batch(book: Book, batch: ObservationBatch, parameters: AssessParameters) -> None:
    """Advance the clocks of all series of the batch and the group's own time."""
    take_runs(book, batch.runs, parameters)
    for notice in batch.notices:
        book.now = max(book.now, notice.known_at)
    for hazard in batch.hazards:
        book.now, book.hazards_heard = max(book.now, hazard.known_at), max(book.hazards_heard, hazard.known_at)
    if batch.tick_at is not None:
        book.now = max(book.now, batch.tick_at)


def take_runs(book: Book, runs: Sequence[Run], parameters: AssessParameters) -> None:
    """Advance the clocks of these series, read or derived."""
    for run in runs:
        heard = _heard(run)
        clock = book.clocks.get(run.series.series_id)
        if clock is None and heard:
            clock = book.clocks[run.series.series_id] = _clock(run.series, heard[0], parameters)
            book.quiet_until = 0
        if clock is None or len(heard) < len(run.known_at):
            book.now = max(book.now, max(run.known_at, default=0))
        if clock is None or not heard:
            continue
        if heard[-1] > book.now:
            book.now = heard[-1]
        if _goes_on(clock, heard):
            clock.last_known = heard[-1]
        else:
            for known_at in heard:
                _hear(clock, known_at, clock.budget_s)


def _clock(series: Series, known_at: int, parameters: AssessParameters) -> SeriesClock:
    """The clock of a series that is first heard of at `known_at`."""
    return SeriesClock(
        budget_s=int(parameters.stale_days.get(series.cadence, 0.0) * SECONDS_A_DAY),
        next_s=int(parameters.next_figure_days.get(series.cadence, 0.0) * SECONDS_A_DAY),
        first_known=known_at,
        last_known=known_at,
        family=None if series.relation else series.family,
    )


def _heard(run: Run) -> list[int]:
    """When the rows became known that say something, ascending: a row without a value is no sign of life."""
    try:
        sum(run.values)  # type: ignore[arg-type]  # refuses None, and is faster than looking for it
    except TypeError:
        return sorted(at for at, value in zip(run.known_at, run.values, strict=True) if value is not None)
    return sorted(run.known_at)


def _goes_on(clock: SeriesClock, heard: Sequence[int]) -> bool:
    """Whether all of this is later than what was heard, each within the budget after the one before."""
    since, budget_s = heard[0] - clock.last_known, clock.budget_s
    if budget_s == 0:
        return since >= 0
    if not 0 <= since <= budget_s:
        return False
    lasted = heard[-1] - clock.last_known
    if lasted <= budget_s:
        return True
    step = len(heard) * budget_s // (2 * lasted)  # so many rows seldom lie farther apart than the budget
    return (step > 1 and _farthest([*heard[::step], heard[-1]]) <= budget_s) or _farthest(heard) <= budget_s


def _farthest(heard: Sequence[int]) -> int:
    """The longest time between two that follow each other."""
    return max(map(sub, heard[1:], heard), default=0)


def _hear(clock: SeriesClock, known_at: int, budget_s: int) -> None:
    if budget_s == 0:
        clock.last_known = max(clock.last_known, known_at)
        return
    if known_at > clock.last_known:
        silent_from = clock.last_known + budget_s
        if known_at > silent_from:
            clock.gaps = [*clock.gaps, (silent_from, known_at)][-MAX_GAPS:]
        clock.last_known = known_at
        return
    if known_at < clock.first_known:
        if clock.first_known > known_at + budget_s:
            clock.gaps = [(known_at + budget_s, clock.first_known), *clock.gaps][:MAX_GAPS]
        clock.first_known = known_at
        return
    # A figure that was known earlier but arrives late fills the silence that it falls in.
    mended: list[tuple[int, int]] = []
    for silent_from, ended in clock.gaps:
        if not silent_from - budget_s < known_at < ended:
            mended.append((silent_from, ended))
            continue
        if known_at > silent_from:
            mended.append((silent_from, known_at))
        if ended > known_at + budget_s:
            mended.append((known_at + budget_s, ended))
    clock.gaps = mended


def take_signals(book: Book, signals: list[Signal]) -> set[Situation]:
    """Remember new signals; return the situations that they open or bear on. A signal taken twice is one signal."""
    touched: set[Situation] = set()
    for signal in signals:
        if signal.signal_id in book.signals:
            continue
        book.signals[signal.signal_id] = signal
        book.now = max(book.now, signal.known_at)
        own = situation_of(signal)
        if own is not None:
            touched.add(own)
        touched.update(s for s in situations(book) if bears_on(signal, s))
    return touched


def situations(book: Book) -> set[Situation]:
    """Every situation that has a signal of its own in the book."""
    every = (*book.signals.values(), *book.derived.values())
    return {own for signal in every if (own := situation_of(signal)) is not None}


def members(book: Book, situation: Situation) -> list[Signal]:
    """The signals that open or bear on a situation, in the order in which they became known."""
    every = (*book.signals.values(), *book.derived.values())
    chosen = [s for s in every if situation_of(s) == situation or bears_on(s, situation)]
    return sorted(chosen, key=lambda s: (s.known_at, s.signal_id))


def is_stale(clock: SeriesClock | None, at: int) -> bool:
    """Whether the series has been silent beyond its budget."""
    if clock is None or clock.budget_s <= 0:
        return False
    return at > clock.last_known + clock.budget_s or 0 < clock.frozen_since <= at


def fades_until(known_at: int, lasting_s: float, clock: SeriesClock | None, at: int) -> float:
    """When something known at `known_at` that lasts `lasting_s` of *heard* time is over; infinite while unknown.

    Time in which the series was silent beyond its budget does not count: missing data never clears.
    """
    end = known_at + lasting_s
    if clock is None:
        return end
    for silent_from, ended in clock.gaps:
        if ended <= known_at:
            continue
        start = max(silent_from, known_at)
        if start < end:
            end += ended - start
    silent_from = clock.frozen_since or clock.last_known + clock.budget_s
    if is_stale(clock, at) and end > silent_from:
        return float("inf")
    return end
