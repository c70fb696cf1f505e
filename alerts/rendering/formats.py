"""Values → text in one language by CLDR (Babel): the same value gives the same digits in every language.

Zones are IANA names; a clock time is written with the zone's own abbreviation, which is the same in all languages.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global
from babel.dates import format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal

from alerts.rendering.wording import Catalogue

_LONGEST = 1e15  # written out no further: 16 digits are what a value holds
_SMALL = 10.0  # below it two decimals are shown, above it one, from a thousand on none


@lru_cache(maxsize=4_096)
def _decimal(value: float, digits: int, locale: Locale) -> str:
    """A rounded value; kept, because one message says the same figures to each side and in each language."""
    pattern = "#,##0." + "#" * digits if digits else "#,##0"
    return format_decimal(Decimal(repr(value)), format=pattern, locale=locale)


class Formats:
    """Numbers, dates, countries and lists in the language of one catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._locale = Locale.parse(catalogue.locale)

    def number(self, value: float) -> str:
        """A value with as many digits as a reader can use."""
        size = abs(value)
        if size >= _LONGEST:
            return f"{value:.4g}"
        digits = 0 if size >= 1_000 else 1 if size >= _SMALL else 2 if size >= 0.1 or value == 0 else 4
        return self._decimal(value, digits)

    def _decimal(self, value: float, digits: int) -> str:
        return _decimal(round(value, digits) + 0.0, digits, self._locale)  # no "-0"

    def quantity(self, value: float, unit: str) -> str:
        """A value with its unit; units of the catalogue are worded, others stand as they are."""
        shown = self.number(value)
        key = f"unit.{unit}"
        if unit == "percent":
            return self.catalogue.say(key, n=self._decimal(value, 2 if 0 < abs(value) < 1 else 1))
        if key in self.catalogue.plurals:
            return self.catalogue.count(key, 1 if value == 1 else 2 if value % 1 else round(value), shown)
        return f"{shown} {unit}" if unit else shown

    def fraction(self, value: float) -> str:
        """A fraction of one as per cent."""
        return self.quantity(round(value * 100, 6), "percent")

    def day(self, day: date) -> str:
        """A day in full, by the language's own order."""
        return format_skeleton("yMMMd", day, locale=self._locale)

    def iso_day(self, day: str) -> str:
        """A day written as an ISO day; what is not one is shown as it is."""
        try:
            return self.day(date.fromisoformat(day))
        except ValueError:
            return day

    def utc_day(self, at: int) -> str:
        """The UTC day of an instant (seconds since 1970)."""
        return self.day(datetime.fromtimestamp(at, UTC).date())

    def utc_year(self, at: int) -> str:
        """The UTC year of an instant, without separators."""
        return str(datetime.fromtimestamp(at, UTC).year)

    def month(self, at: int) -> str:
        """The UTC month of an instant."""
        return format_skeleton("yMMM", datetime.fromtimestamp(at, UTC).date(), locale=self._locale)

    def short_month(self, day: date) -> str:
        """The month alone, as an axis has room for it."""
        return format_skeleton("MMM", day, locale=self._locale)

    def year(self, day: date) -> str:
        """The year alone."""
        return format_skeleton("y", day, locale=self._locale)

    def moment(self, at: int, zones: Sequence[str]) -> str:
        """An instant in the reader's zone and, in brackets, in the others: each zone once.

        The day stands where it differs from that of the zone written before: nobody reads it into the wrong day.
        """
        first, *others = _once(
            datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone)) for zone in (zones or ("UTC",))
        )
        say = self.catalogue.say
        shown = say("moment.first", day=self.day(first.date()), clock=f"{first:%H:%M}", zone=_zone(first))
        rest = [
            say("moment.same_day", clock=f"{there:%H:%M}", zone=_zone(there))
            if there.date() == before.date()
            else say(
                "moment.other_day",
                day=format_skeleton("MMMd", there.date(), locale=self._locale),
                clock=f"{there:%H:%M}",
                zone=_zone(there),
            )
            for before, there in pairwise((first, *others))
        ]
        if not rest:
            return shown
        return say("moment.both", first=shown, others=self.catalogue.say("meta.clause").join(rest))

    def clock(self, at: int, now: int, zones: Sequence[str]) -> str:
        """An instant as `moment` writes it, without the day where it is still the reader's day of `now`."""
        zone = ZoneInfo(zones[0]) if zones else ZoneInfo("UTC")
        if datetime.fromtimestamp(at, zone).date() != datetime.fromtimestamp(now, zone).date():
            return self.moment(at, zones)
        there = _once(datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone)) for zone in (zones or ("UTC",)))
        say = self.catalogue.say
        shown = [say("moment.same_day", clock=f"{t:%H:%M}", zone=_zone(t)) for t in there]
        if len(shown) == 1:
            return shown[0]
        return say("moment.both", first=shown[0], others=say("meta.clause").join(shown[1:]))

    def distance(self, day: str, at: int) -> str:
        """How far an ISO day lies from the instant, in UTC days, so that both sides read the same number."""
        try:
            days = (date.fromisoformat(day) - datetime.fromtimestamp(at, UTC).date()).days
        except ValueError:
            return ""
        if days == 0:
            return self.catalogue.say("distance.today")
        key = "distance.ahead" if days > 0 else "distance.past"
        return self.catalogue.count(key, abs(days), self.number(abs(days)))

    def country(self, alpha3: str) -> str:
        """The short name of a country: the catalogue's own, else CLDR's, else the code itself.

        Alpha-3 codes lead to territories by CLDR's territory aliases (supplementalMetadata, `territoryAlias`).
        """
        named = self.catalogue.name(f"country.{alpha3}")
        if named is not None:
            return named
        territories: list[str] = get_global("territory_aliases").get(alpha3, [])
        return str(self._locale.territories.get(territories[0], alpha3)) if territories else alpha3

    def language(self, code: str) -> str:
        """The name of a language."""
        return str(self._locale.languages.get(code, code))

    def listed(self, items: Sequence[str]) -> str:
        """Items as a list of the language: "a, b, and c"."""
        return format_list(list(items), style="standard", locale=self._locale) if items else ""


def _once(moments: Iterable[datetime]) -> list[datetime]:
    """The moments without those that a clock already shown would read the same."""
    kept: dict[tuple[object, str], datetime] = {}
    for moment in moments:
        kept.setdefault((moment.utcoffset(), _zone(moment)), moment)
    return list(kept.values())


def _zone(moment: datetime) -> str:
    name = moment.strftime("%Z")
    return name if name.isalpha() else f"UTC{moment:%z}"[:6]
