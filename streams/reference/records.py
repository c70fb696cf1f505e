"""The rows of the reference data: one frozen record for each table, each with the source it can be looked up in."""

from typing import ClassVar

import msgspec

import streams.reference.checks as checks
from streams.assessments import Source

LANGUAGES = ("en", "ja", "zh")
EVERY_MINERAL = "*"


class Percent(msgspec.Struct, frozen=True):
    """A share as published: a number with its bound ("", ">" or "<"), unknown (None), or that of a net exporter."""

    value: float | None
    bound: str = ""
    net_exporter: bool = False


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every row. `keys` are the columns by which a later row replaces an earlier one."""

    keys: ClassVar[tuple[str, ...]] = ()
    source: Source

    def check(self) -> None:
        """Raise ValueError where the cells do not go together."""


class Mineral(Row, frozen=True, kw_only=True):
    """One mineral or traded form. `supply_group` is what a situation is about; `hs6` are codes of HS 2022."""

    keys: ClassVar[tuple[str, ...]] = ("mineral_id",)
    mineral_id: str
    name: dict[str, str]
    symbol: str = ""
    family: str = ""
    supply_group: str
    hs6: tuple[str, ...] = ()
    hs_notes: str = ""
    unit_of_price: str = ""
    use: dict[str, str] = {}
    on_us_list: tuple[str, ...] = ()  # years of the list
    on_japan_list: bool = False

    def check(self) -> None:
        """A mineral has an English name, a group, and codes of six digits."""
        checks.named(self.name)
        if not self.supply_group:
            raise ValueError("supply_group is empty: write the mineral_id itself where no other belongs to it")
        for code in self.hs6:
            checks.six_digits(code)


class Group(Row, frozen=True, kw_only=True):
    """The name of a supply group that has several members."""

    keys: ClassVar[tuple[str, ...]] = ("supply_group",)
    supply_group: str
    name: dict[str, str]

    def check(self) -> None:
        """A group has an English name."""
        checks.named(self.name)


class Alias(Row, frozen=True, kw_only=True):
    """A name under which several minerals go in lists of events and notices."""

    keys: ClassVar[tuple[str, ...]] = ("name",)
    name: str
    mineral_ids: tuple[str, ...]


class Fallback(Row, frozen=True, kw_only=True):
    """Which figures speak for a mineral that has none of its own, in order."""

    keys: ClassVar[tuple[str, ...]] = ("mineral_id",)
    mineral_id: str
    use: tuple[str, ...]


class SupplyShare(Row, frozen=True, kw_only=True):
    """A country's share of the world at one stage (mine, refined, processed, magnet) in one year."""

    keys: ClassVar[tuple[str, ...]] = ("mineral_id", "stage", "country_iso3", "year")
    mineral_id: str
    stage: str
    country_iso3: str
    year: int
    share_percent: float
    basis: str = ""

    def check(self) -> None:
        """A share lies between 0 and 100."""
        if self.stage not in ("mine", "refined", "processed", "magnet"):
            raise ValueError(f"stage {self.stage!r} is none of mine, refined, processed, magnet")
        checks.percent(self.share_percent)
        checks.country(self.country_iso3)
        checks.year(self.year)


class Reliance(Row, frozen=True, kw_only=True):
    """Net import reliance of a participant: percent of consumption, perhaps a bound, `E` for a net exporter."""

    keys: ClassVar[tuple[str, ...]] = ("mineral_id", "participant_iso3", "year", "form")
    mineral_id: str
    participant_iso3: str
    year: int
    form: str = ""
    net_import_reliance_percent: Percent
    basis: str = ""

    def check(self) -> None:
        """The country is an alpha-3 code and the year can be one."""
        checks.country(self.participant_iso3)
        checks.year(self.year)


class ImportShares(Row, frozen=True, kw_only=True):
    """Where a participant's imports come from: percent by country, None where the country is named without a share."""

    keys: ClassVar[tuple[str, ...]] = ("mineral_id", "participant_iso3", "year", "form")
    mineral_id: str
    participant_iso3: str
    year: int
    form: str = ""
    suppliers: dict[str, float | None]
    basis: str = ""

    def check(self) -> None:
        """Shares lie between 0 and 100 and do not add up to clearly more than all."""
        checks.country(self.participant_iso3)
        checks.year(self.year)
        for country, share in self.suppliers.items():
            checks.country(country)
            if share is not None:
                checks.percent(share)
        if sum(share or 0.0 for share in self.suppliers.values()) > 101.0:
            raise ValueError("the shares of suppliers add up to more than 100")


class Stock(Row, frozen=True, kw_only=True):
    """Days of cover (`cover`), a published aim (`target`), or another statement (`statement`) about a reserve."""

    keys: ClassVar[tuple[str, ...]] = ("participant_iso3", "mineral_id", "wording", "year")
    participant_iso3: str
    mineral_id: str  # or *
    kind: str
    wording: str
    value: str
    unit: str = ""
    year: int
    basis: str = ""

    @property
    def days(self) -> float:
        """The days of a row that is a cover or a target."""
        return float(self.value)

    def check(self) -> None:
        """A cover or a target is a number of days."""
        if self.kind not in ("cover", "target", "statement"):
            raise ValueError(f"kind {self.kind!r} is none of cover, target, statement")
        if self.kind != "statement":
            if self.unit != "days":
                raise ValueError(f"unit {self.unit!r} must be days where kind is {self.kind}")
            if not 0 <= self.days < 100_000:
                raise ValueError(f"value {self.value!r} is no number of days")
        checks.country(self.participant_iso3)
        checks.year(self.year)


class PriceFloor(Row, frozen=True, kw_only=True):
    """A price floor. `kind`: floor, upside (a threshold above it), revenue (a minimum), announced (no number yet)."""

    keys: ClassVar[tuple[str, ...]] = ("floor_id",)
    floor_id: str
    mineral_id: str  # or *
    name: dict[str, str]
    kind: str
    value: float | None = None
    unit: str = ""
    from_day: str = ""
    to_day: str = ""
    who: str = ""
    terms: str = ""

    def check(self) -> None:
        """A floor has a number and a unit."""
        if self.kind not in ("floor", "upside", "revenue", "announced"):
            raise ValueError(f"kind {self.kind!r} is none of floor, upside, revenue, announced")
        if self.kind != "announced" and (self.value is None or not self.unit):
            raise ValueError(f"value and unit are needed where kind is {self.kind}")


class Agency(Row, frozen=True, kw_only=True):
    """Whom to call: an agency of a participant and what it does in a response."""

    keys: ClassVar[tuple[str, ...]] = ("participant_iso3", "agency_id")
    participant_iso3: str
    agency_id: str
    name: dict[str, str]
    short: str = ""
    parent: str = ""
    role: str = ""
    action_plan: str = ""
    covers: tuple[str, ...] = (EVERY_MINERAL,)
    time_zone: str

    def check(self) -> None:
        """An agency has an English name and a country."""
        checks.named(self.name)
        checks.country(self.participant_iso3)


class Instrument(Row, frozen=True, kw_only=True):
    """What responders can pull, who leads, and what has to be true first."""

    keys: ClassVar[tuple[str, ...]] = ("instrument_id",)
    instrument_id: str
    participants: tuple[str, ...]
    name: dict[str, str]
    kind: str
    legal_basis: str = ""
    lead_agency: str = ""
    needs: str = ""


class Chokepoint(Row, frozen=True, kw_only=True):
    """A strait or canal under its PortWatch id. `daily_transits_2023` is the mean of that year."""

    keys: ClassVar[tuple[str, ...]] = ("chokepoint_id",)
    chokepoint_id: str
    name: dict[str, str]
    also: tuple[str, ...] = ()  # other names in use
    lat: float
    lon: float
    daily_transits_2023: float | None = None

    def check(self) -> None:
        """A position lies on the globe."""
        checks.position(self.lat, self.lon)


class Flow(Row, frozen=True, kw_only=True):
    """Which minerals pass a place."""

    keys: ClassVar[tuple[str, ...]] = ("place_id",)
    place_id: str
    mineral_ids: tuple[str, ...]


class Detour(Row, frozen=True, kw_only=True):
    """The way round a chokepoint and the days that it costs."""

    keys: ClassVar[tuple[str, ...]] = ("chokepoint_id",)
    chokepoint_id: str
    via: str
    extra_days: float


class Port(Row, frozen=True, kw_only=True):
    """A port under its UN/LOCODE, with its number in the World Port Index."""

    keys: ClassVar[tuple[str, ...]] = ("un_locode",)
    un_locode: str
    name: dict[str, str]
    country_iso3: str
    lat: float
    lon: float
    wpi_number: str = ""

    def check(self) -> None:
        """A position lies on the globe."""
        checks.position(self.lat, self.lon)
        checks.country(self.country_iso3)


class PortRole(Row, frozen=True, kw_only=True):
    """What a port is for a mineral: export, import or both."""

    keys: ClassVar[tuple[str, ...]] = ("un_locode", "mineral_id")
    un_locode: str
    mineral_id: str
    role: str


class Node(Row, frozen=True, kw_only=True):
    """A mine, smelter, refinery or plant. `share_percent` is the node's own only where `share_is_own`."""

    keys: ClassVar[tuple[str, ...]] = ("node_id",)
    node_id: str
    name: dict[str, str]
    kind: str
    country_iso3: str
    lat: float
    lon: float
    mineral_id: str
    share_percent: float | None = None
    share_is_own: bool = False
    share_basis: str = ""
    operator: str = ""

    def check(self) -> None:
        """A position lies on the globe, a share between 0 and 100."""
        checks.position(self.lat, self.lon)
        checks.country(self.country_iso3)
        if self.share_percent is not None:
            checks.percent(self.share_percent)


class Entity(Row, frozen=True, kw_only=True):
    """A supplier that lists of persons name, and what it supplies: such lists name no mineral."""

    keys: ClassVar[tuple[str, ...]] = ("entity_id",)
    entity_id: str
    name: dict[str, str]
    also: tuple[str, ...] = ()  # other names in use, in any language
    country_iso3: str  # from where it supplies
    mineral_ids: tuple[str, ...]

    def check(self) -> None:
        """An entity has an English name, a country and a mineral; a short name would be found in other words."""
        checks.named(self.name)
        checks.country(self.country_iso3)
        if not self.mineral_ids:
            raise ValueError("mineral_ids is empty: an entity without a mineral leads nowhere")
        short = [name for name in (*self.name.values(), *self.also) if len(name) < (4 if name.isascii() else 2)]
        if short:
            raise ValueError(f"{short[0]!r} is too short a name: it would be found inside other words")


class HsRevision(Row, frozen=True, kw_only=True):
    """A code of the Harmonized System that a mineral had in one revision, where it is not the same in all."""

    keys: ClassVar[tuple[str, ...]] = ("mineral_id", "revision", "hs6")
    mineral_id: str
    revision: str  # 2012, 2017 or 2022
    hs6: str

    def check(self) -> None:
        """The revision is one of those that the table covers."""
        if self.revision not in ("2012", "2017", "2022"):
            raise ValueError(f"revision {self.revision!r} is none of 2012, 2017, 2022")
        checks.six_digits(self.hs6)


class Wording(Row, frozen=True, kw_only=True):
    """A phrase of the reference data's own, in every language."""

    keys: ClassVar[tuple[str, ...]] = ("wording",)
    wording: str
    text: dict[str, str]

    def check(self) -> None:
        """A phrase has an English text."""
        checks.named(self.text)
