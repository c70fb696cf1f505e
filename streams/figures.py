"""Reference rows → the one figure to print for a time: the newest known then, else the nearest, with its source."""

import datetime
from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec

from streams.assessments import Figure, Source
from streams.reference import Reference
from streams.reference.records import EVERY_MINERAL, ImportShares, Row, Stock, SupplyShare

NO_FIGURE = Figure(value=None, unit="percent")
_NO_DAYS = Figure(value=None, unit="days")
_CONFIDENCE = "CBA"
_OTHERS = 5
_STAGES = {"mine": "mine", "magnet_plant": "magnet"}  # of a node by its kind; smelters and plants refine

Dated = TypeVar("Dated", bound=Row)


class Figures:
    """The figures of one reference as they stood at `at` (seconds UTC). A missing figure has the value None."""

    def __init__(self, reference: Reference, at: int) -> None:
        self._reference = reference
        self._year = datetime.datetime.fromtimestamp(at, datetime.UTC).year

    def reliance(self, mineral: str, participant: str) -> Figure:
        """Net import reliance in percent, of the mineral or of the group that speaks for it."""
        for speaker in self._speakers(mineral):
            rows = [r for r in self._reference.reliance.get(speaker, ()) if r.participant_iso3 == participant]
            row = self._best((r for r in rows if r.net_import_reliance_percent.value is not None), lambda r: r.year)
            if row is not None:
                percent = row.net_import_reliance_percent
                what = "net_exporter" if percent.net_exporter else ""
                figure = self._figure(row, row.year, speaker, percent.value, percent.bound)
                return msgspec.structs.replace(figure, what=what, country=participant)
        return NO_FIGURE

    def stages(self, mineral: str) -> tuple[str, ...]:
        """The stages for which shares are published."""
        return tuple(sorted({row.stage for row in self._reference.shares.get(mineral, ())}))

    def world_share(self, mineral: str, country: str) -> Figure:
        """The country's share of the world in percent, at the stage where it weighs most."""
        for speaker in self._speakers(mineral):
            known = [self.world_share_at(speaker, stage, country) for stage in self.stages(speaker)]
            published = [figure for figure in known if figure.value is not None]
            if published:
                return max(published, key=lambda figure: (figure.value or 0.0, figure.stage))
        return NO_FIGURE

    def world_share_at(self, mineral: str, stage: str, country: str) -> Figure:
        """The country's share of the world in percent at one stage."""
        rows = self._reference.shares.get(mineral, ())
        row = self._best((r for r in rows if r.stage == stage and r.country_iso3 == country), lambda r: r.year)
        return self._share(row) if row is not None else NO_FIGURE

    def others(self, mineral: str, stage: str, country: str) -> tuple[Figure, ...]:
        """The largest producers of a stage but one, of one source and year, largest first."""
        rows = [r for r in self._reference.shares.get(mineral, ()) if r.stage == stage and r.country_iso3 != country]
        newest = self._best(rows, lambda r: r.year)
        if newest is None:
            return ()
        same = [r for r in rows if r.year == newest.year and r.source.publisher == newest.source.publisher]
        largest = sorted(same, key=lambda r: (-r.share_percent, r.country_iso3))[:_OTHERS]
        return tuple(self._share(row) for row in largest)

    def place_share(self, place_id: str, mineral: str) -> Figure:
        """A mine's, plant's or port's share of the world in percent.

        Its own where the reference data have it; else what its country has at the same stage (for a port, or where
        none is published, at the one where it weighs most), which is a bound from above and called so.
        """
        node = self._reference.node_at(place_id)
        if node is not None and node.mineral_id == mineral and node.share_percent is not None:
            year = int(node.source.year or self._year)
            figure = self._figure(node, year, mineral, node.share_percent, "" if node.share_is_own else "<")
            what = "place_own" if node.share_is_own else "place_country"
            return msgspec.structs.replace(figure, what=what, country=node.country_iso3)
        place = self._reference.places.get(place_id)
        country = node.country_iso3 if node is not None else place.country_iso3 if place is not None else ""
        stage = _STAGES.get(node.kind, "refined") if node is not None else ""
        at_stage = (self.world_share_at(speaker, stage, country) for speaker in self._speakers(mineral))
        share = next((figure for figure in at_stage if figure.value is not None), self.world_share(mineral, country))
        return share if share.value is None else msgspec.structs.replace(share, bound="<", what="place_country")

    def import_share(self, mineral: str, participant: str, country: str) -> Figure:
        """The share of the participant's imports that comes from `country`, in percent.

        A country that a published list does not name is below the smallest that it names: a bound from above.
        """
        for speaker in self._speakers(mineral):
            rows = [r for r in self._reference.import_shares.get(speaker, ()) if r.participant_iso3 == participant]
            named = (r for r in rows if r.suppliers.get(country) is not None)
            row = self._best(named, lambda r: r.year)
            if row is not None:
                return self._supplier(row, speaker, country, row.suppliers[country], "")
            unnamed = (r for r in rows if country not in r.suppliers and _smallest(r) is not None)
            row = self._best(unnamed, lambda r: r.year)
            if row is not None:
                return self._supplier(row, speaker, country, _smallest(row), "<")
        return NO_FIGURE

    def cover(self, mineral: str, participant: str) -> Figure:
        """Days of cover as published; None where none is. A target is no cover."""
        return self._days(mineral, participant, "cover")

    def cover_target(self, mineral: str, participant: str) -> Figure:
        """The days that are aimed at: of the mineral, else the general rule."""
        return self._days(mineral, participant, "target")

    def _days(self, mineral: str, participant: str, kind: str) -> Figure:
        for speaker in (*self._speakers(mineral), EVERY_MINERAL):
            rows: list[Stock] = [
                r
                for r in self._reference.stocks.get(speaker, ())
                if r.participant_iso3 == participant and r.kind == kind
            ]
            row = self._best(rows, lambda r: r.year)
            if row is not None:
                figure = self._figure(row, row.year, speaker, row.days, "")
                return msgspec.structs.replace(figure, unit="days", what=row.wording, country=participant)
        return _NO_DAYS

    def _speakers(self, mineral: str) -> tuple[str, ...]:
        return (mineral, *self._reference.fallbacks.get(mineral, ()))

    def _best(self, rows: Iterable[Dated], year_of: Callable[[Dated], int]) -> Dated | None:
        """The newest row that was known at the time, else the nearest; unconfirmed ones only where nothing else is."""
        candidates = list(rows)
        confirmed = [row for row in candidates if row.source.confidence != "C"]
        ranked = [(self._order(row, year_of(row)), place, row) for place, row in enumerate(confirmed or candidates)]
        return max(ranked, key=lambda item: item[:2])[2] if ranked else None

    def _order(self, row: Row, year: int) -> tuple[bool, int, int]:
        """Known ones first, of these the newest; of the others the nearest; then the better source."""
        known = not self._is_younger(row.source, year)
        distance = year if known else -abs(year - self._year)
        return known, distance, _CONFIDENCE.index(row.source.confidence)

    def _is_younger(self, source: Source, year: int) -> bool:
        """Whether the figure was not known at the time: it is about a later year or was published in one."""
        published = int(source.year) if source.year else year
        return max(year, published) > self._year

    def _share(self, row: SupplyShare) -> Figure:
        figure = self._figure(row, row.year, row.mineral_id, row.share_percent, "")
        return msgspec.structs.replace(figure, country=row.country_iso3, stage=row.stage)

    def _supplier(self, row: ImportShares, mineral: str, country: str, value: float | None, bound: str) -> Figure:
        return msgspec.structs.replace(self._figure(row, row.year, mineral, value, bound), country=country)

    def _figure(self, row: Row, year: int, mineral: str, value: float | None, bound: str) -> Figure:
        return Figure(
            value=value,
            unit="percent",
            year=str(year),
            bound=bound,
            mineral=mineral,
            source=row.source,
            younger_than_event=self._is_younger(row.source, year),
        )


def _smallest(row: ImportShares) -> float | None:
    """What a country that the list leaves out can have at most: the smallest share named, or what is left of all."""
    shares = [share for share in row.suppliers.values() if share is not None]
    if not shares or len(shares) < len(row.suppliers):
        return None
    return max(1.0, round(min(*shares, 100.0 - sum(shares)), 1))  # 1: published shares are rounded
