"""Feed → **observation** → signal: one fact with its two times, in columns by series, gathered in batches by group.

Times are whole seconds since 1970-01-01 UTC. `occurred_at` is what a figure is about (the first instant of its period),
`known_at` is when it could be known. There is no third time.
"""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from streams.notices.readings import Reading

SECONDS_A_DAY = 86_400


class Family(StrEnum):
    """The kind of evidence a feed brings; agreement of two families, neither of them news, lifts certainty."""

    PRICES = "prices"
    CUSTOMS = "customs"
    CHOKEPOINT_TRANSITS = "chokepoint_transits"
    PORT_CALLS = "port_calls"
    NOTICES = "notices"
    HAZARD_FEED = "hazard_feed"
    NEWS = "news"  # how much is written: it bears on what is open, and lifts nothing


class Cadence(StrEnum):
    """How often a series promises a figure. An irregular one promises none, so it is never stale."""

    DAILY = "daily"
    MONTHLY = "monthly"
    IRREGULAR = "irregular"


class Measure(StrEnum):
    """What a number counts."""

    PRICE = "price"
    INDEX = "index"
    STOCK = "stock"
    VOLUME = "volume"
    QUANTITY = "quantity"
    VALUE = "value"
    UNIT_VALUE = "unit_value"
    EXCHANGE_RATE = "exchange_rate"
    COUNT = "count"
    CAPACITY = "capacity"
    RATIO = "ratio"  # of two figures of one kind
    LEVEL = "level"  # any number of any sign, of which nothing else is said: a spread, a temperature, a rate


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """What a row of numbers is about. `series_id` is stable for ever: vintages, states and ids hang on it."""

    series_id: str
    feed: str  # which feed or manifest brings it
    family: Family
    group: str  # supply group, or route id for a pure route
    measure: Measure
    unit: str
    cadence: Cadence
    minerals: tuple[str, ...] = ()  # ids of the reference data; empty for a pure route
    origin: str = ""  # ISO 3166-1 alpha-3
    destination: str = ""  # alpha-3, or WLD
    hs: str = ""
    route: str = ""  # chokepoint or port id of the reference data
    ship_class: str = ""  # "total" or a class
    market: str = ""  # exchange or basis of a price: lme_cash, lme_3m, shfe_close, fob_china …
    pooled: bool = False  # the code or group holds several minerals: it can prove nothing about one of them
    partial: bool = False  # a vintage or side measure kept for reading, not for detection
    relation: str = ""  # code of the relation that it was derived by; empty: it was read
    publisher: str = ""
    publication: str = ""
    address: str = ""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """New rows of one series in columns of one length, ascending in `occurred_at`.

    A value of None is *unknown*: a row that was there and said nothing usable. `evidence` is the SHA-256 of the stored
    bytes that all rows came from and `rows` the row numbers in it (1 is the first row after the header).

    A derived run (`series.relation` is set) has no bytes of its own: `evidence` is empty, `rows` are 0, and `legs` are
    runs of the same length that hold, row by row, the figures that each of its values came from.
    """

    series: Series
    evidence: str
    occurred_at: list[int]
    known_at: list[int]
    values: list[float | None]
    rows: list[int]
    provisional: list[bool]
    context: dict[str, list[float | None]] = {}  # columns that every group needs, as known at that time
    legs: tuple["Run", ...] = ()

    def part(self, start: int, end: int) -> "Run":
        """The rows start..end; the run itself where those are all."""
        if start <= 0 and end >= len(self.values):
            return self
        return Run(
            series=self.series,
            evidence=self.evidence,
            occurred_at=self.occurred_at[start:end],
            known_at=self.known_at[start:end],
            values=self.values[start:end],
            rows=self.rows[start:end],
            provisional=self.provisional[start:end],
            context={name: column[start:end] for name, column in self.context.items()},
            legs=tuple(leg.part(start, end) for leg in self.legs),
        )

    def chosen(self, indices: Sequence[int]) -> "Run":
        """The rows at these indices, in this order."""
        return Run(
            series=self.series,
            evidence=self.evidence,
            occurred_at=[self.occurred_at[i] for i in indices],
            known_at=[self.known_at[i] for i in indices],
            values=[self.values[i] for i in indices],
            rows=[self.rows[i] for i in indices],
            provisional=[self.provisional[i] for i in indices],
            context={name: [column[i] for i in indices] for name, column in self.context.items()},
            legs=tuple(leg.chosen(indices) for leg in self.legs),
        )


class NoticeObservation(msgspec.Struct, frozen=True, kw_only=True):
    """One document of an issuer, as read. Identity is issuer and number wherever the document stands."""

    document_id: str
    feed: str
    issuer: str
    number: str
    language: str
    title: str
    address: str
    occurred_at: int  # published
    known_at: int
    evidence: str
    row: int
    reading: Reading


class HazardObservation(msgspec.Struct, frozen=True, kw_only=True):
    """One natural event as its source tells it at one time; told again with other words it is another observation.

    Scales stay those of the source (`alert_level`, `severity`): nothing of them is converted. A missing end is unknown,
    not "still going on". It is in the batch of each group that `streams.proximity.groups_near` gives for its position.
    """

    event_id: str  # source, kind and number, for instance gdacs:EQ:1465234; the same whenever the event is told
    feed: str
    kind: str  # as the source writes it: EQ, TC, FL, VO, DR, WF
    name: str
    alert_level: str  # the source's word, for instance Orange; empty where it gives none
    alert_score: float | None = None  # the source's own scale
    severity: float | None = None  # in `severity_unit`: magnitude, wind speed, area …
    severity_unit: str = ""
    severity_text: str = ""
    description: str = ""
    lat: float  # degrees
    lon: float
    countries: tuple[str, ...] = ()  # ISO 3166-1 alpha-3, as told
    occurred_at: int  # when it began
    ends_at: int | None = None  # end as told: of a storm still under way, the end of what was observed
    is_current: bool | None = None
    known_at: int
    publisher: str = ""
    publication: str = ""
    address: str = ""
    evidence: str
    row: int


class ObservationBatch(msgspec.Struct, frozen=True, kw_only=True):
    """The observations of one group from one poll. `tick_at` is set by the harness: time passes, absence shows."""

    group: str
    feed: str
    runs: list[Run] = []
    notices: list[NoticeObservation] = []
    hazards: list[HazardObservation] = []
    tick_at: int | None = None
