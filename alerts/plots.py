"""Evidence → **plot** → picture: one series with its usual range and the rings, as numbers and words ready to be drawn.

A curve comes from the archive as it was known at the time of a message; a plot is a curve in one reader's language.
Times are seconds UTC. A plot is hashable, so that what was drawn once need not be drawn again.
"""

import msgspec

from streams.observations import Series


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """The newest vintage of each period of one series, ascending; `known_at` is that of the newest of these rows."""

    series: Series
    occurred_at: tuple[int, ...]
    values: tuple[float | None, ...]  # None: unknown, never drawn as zero
    provisional: tuple[bool, ...]
    known_at: int


class Point(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One figure at the middle of its period."""

    at: float
    value: float | None
    provisional: bool


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """What was usual for a figure that rang. Edges run straight from `since` to `until`; None where it has none."""

    since: float
    until: float
    low: tuple[float, float] | None = None  # at since, at until
    high: tuple[float, float] | None = None
    expected: tuple[float, float] | None = None
    raises_at: float | None = None  # the threshold, for the figure at `until`


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """A ring (`level` in CAP's small letters) or the day of an act (`level` empty), at the time when it was known."""

    at: float
    label: str
    level: str = ""


class Tick(msgspec.Struct, frozen=True, array_like=True):
    """A place on an axis and what stands there."""

    at: float
    label: str


class Legend(msgspec.Struct, frozen=True, kw_only=True):
    """Words for what the signs mean; a sign that does not occur is not explained."""

    band: str
    expected: str
    raises: str
    rang: str
    provisional: str


class Plot(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a picture shows, in one language; no word of it is chosen by who draws it."""

    language: str
    title: str
    axis: str  # what is counted, by which period, in which unit
    watermark: str
    points: tuple[Point, ...]
    quoted: bool  # figures of single periods: what lies between them is not known
    marked: tuple[Point, ...]  # the figures that rang
    ranges: tuple[Range, ...]
    rings: tuple[Moment, ...]
    dates: tuple[Moment, ...]
    times: tuple[Tick, ...]
    levels: tuple[Tick, ...]  # the lowest and the highest bound the picture
    since: float
    until: float
    legend: Legend
    notes: tuple[str, ...]  # below: each ring with its time, source, day of knowledge
    alt: str  # for who does not see the picture
    undrawn: str = ""  # for everybody, where it cannot be drawn
