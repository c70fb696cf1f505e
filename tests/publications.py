"""Publications with when they were known and when they arrive: random ones of every kind, and what is stored."""

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from services.archive import Archive
from services.feeds.base import Evidence
from streams import reference
from streams.codec import digest
from streams.notices.readings import ActKind, Polarity, Reading
from streams.observations import (
    SECONDS_A_DAY,
    Cadence,
    Family,
    HazardObservation,
    Measure,
    NoticeObservation,
    ObservationBatch,
    Run,
    Series,
)
from streams.proximity import groups_near

FIRST = 1_577_923_200  # 2020-01-02
QUIET_DAYS, BUSY_DAYS = 150, 24
BUSY = FIRST + QUIET_DAYS * SECONDS_A_DAY
END = FIRST + (QUIET_DAYS + BUSY_DAYS + 33) * SECONDS_A_DAY
POLL_S = 12 * 3_600
QUOTED = (
    *((metal, "lme_cash") for metal in ("tin", "nickel", "cobalt", "zinc", "lead", "copper")),
    ("tin", "shfe_settle"),
    ("nickel", "shfe_settle"),
)
STRUCK = ("san_rafael", "escondida")
CANAL = "chokepoint1"
MONTHS = tuple((year, month) for year in range(2017, 2021) for month in range(1, 13) if (year, month) < (2020, 6))


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one instant from one piece of evidence, for one group or for several."""

    batches: tuple[ObservationBatch, ...]
    evidence: tuple[Evidence, ...]
    known_at: int


class Arriving(msgspec.Struct, frozen=True):
    """A publication and when it arrives, which is never before it was known."""

    at: int
    publication: Publication


def random_feed(seed: int) -> list[Publication]:
    """Prices of six metals, ships in a canal, a customs flow, acts, earthquakes: quiet, then this and that happens."""
    chance = random.Random(seed)
    return [*_prices(chance), *_ships(chance), *_customs(chance), *_acts(chance), *_earthquakes(chance)]


def _prices(chance: random.Random) -> Iterator[Publication]:
    """Daily prices, of two metals at home too: some jump, some of them at home only, and some are corrected later."""
    levels = dict.fromkeys(QUOTED, 9.0)
    for day in range(QUIET_DAYS + BUSY_DAYS):
        jumping = {q for q in QUOTED if day > QUIET_DAYS and chance.random() < 0.06}
        common = chance.gauss(0, 0.003)
        at = FIRST + day * SECONDS_A_DAY
        for metal, market in QUOTED:
            jump = chance.choice((0.3, 0.4, -0.3)) if (metal, market) in jumping else 0
            levels[metal, market] += common + chance.gauss(0, 0.004) + jump
            known_at = at + (61_200 if market == "lme_cash" else 28_800)
            series = series_of(Family.PRICES, metal, Measure.PRICE, "USD/t", market=market)
            value = round(math.exp(levels[metal, market]), 1)
            yield figure(series, at, known_at, value)
            if day > QUIET_DAYS and chance.random() < 0.03:
                yield figure(series, at, known_at + 3 * SECONDS_A_DAY, value + 1.0)


def _ships(chance: random.Random) -> Iterator[Publication]:
    """Ships a day, known three days later: for a while few of them come."""
    series = series_of(Family.CHOKEPOINT_TRANSITS, CANAL, Measure.COUNT, "ships", route=CANAL, ship_class="total")
    stops = QUIET_DAYS + chance.randrange(2, 12)
    for day in range(QUIET_DAYS + BUSY_DAYS):
        usual = 10 if stops <= day < stops + 6 else 60
        at = FIRST + day * SECONDS_A_DAY
        yield figure(series, at, at + 3 * SECONDS_A_DAY + 32_400, float(usual + chance.randrange(-5, 6)))


def _customs(chance: random.Random) -> Iterator[Publication]:
    """Tonnes of nickel a month out of Indonesia, known on the 20th of the next one: the last all but stops."""
    series = series_of(Family.CUSTOMS, "nickel", Measure.QUANTITY, "t", origin="IDN", destination="WLD", hs="750110")
    for year, month in MONTHS:
        tons = 20.0 if (year, month) == MONTHS[-1] else 4_000.0 + chance.randrange(-300, 300)
        known = datetime(year + month // 12, month % 12 + 1, 20, 6, tzinfo=UTC)
        occurred = datetime(year, month, 1, tzinfo=UTC)
        yield figure(series, int(occurred.timestamp()), int(known.timestamp()), tons)


def _acts(chance: random.Random) -> Iterator[Publication]:
    """Acts of Indonesia on tin and nickel, each with a day in the weeks to come; the last lifts what was imposed."""
    for number in range(4):
        known_at = BUSY + chance.randrange(BUSY_DAYS * SECONDS_A_DAY)
        due_at = known_at + chance.randrange(2, 20) * SECONDS_A_DAY
        yield act(number, chance.choice(("tin", "nickel")), known_at, due_at, lifts=number == 3)


def act(number: int, mineral: str, known_at: int, due_at: int, lifts: bool = False) -> Publication:
    """An act of Indonesia that binds exports of a mineral to licences from a day on, or lifts that."""
    content = f"act {number} {mineral} {known_at}".encode()
    reading = Reading(
        is_relevant=True,
        act_kind=ActKind.EXPORT_LICENSING,
        polarity=Polarity.RELAX if lifts else Polarity.IMPOSE,
        minerals=(mineral,),
        actor="IDN",
        targets=("ALL",),
        published_on=f"{datetime.fromtimestamp(known_at, UTC):%Y-%m-%d}",
        effective_on=f"{datetime.fromtimestamp(due_at, UTC):%Y-%m-%d}",
        official=True,
    )
    notice = NoticeObservation(
        document_id=f"ministry:{number}",
        feed="random",
        issuer="ministry",
        number=str(number),
        language="en",
        title=f"Regulation {number}",
        address="",
        occurred_at=known_at,
        known_at=known_at,
        evidence=digest(content),
        row=1,
        reading=reading,
    )
    batch = ObservationBatch(group=mineral, feed="random", notices=[notice])
    return Publication(batches=(batch,), evidence=(_evidence(content, known_at),), known_at=known_at)


def _earthquakes(chance: random.Random) -> Iterator[Publication]:
    """Earthquakes at a tin and at a copper mine, each told a second time, smaller."""
    known = reference.packaged()
    for number, place in enumerate(STRUCK):
        node = known.node_at(place)
        assert node is not None
        struck = BUSY + chance.randrange(BUSY_DAYS * SECONDS_A_DAY)
        for after_s, severity in ((3_600, 8.0), (30_000, 7.7)):
            known_at = struck + after_s
            content = f"{place} {severity} {known_at}".encode()
            told = HazardObservation(
                event_id=f"made:EQ:{number}",
                feed="random",
                kind="EQ",
                name=f"Earthquake {number}",
                alert_level="Red",
                severity=severity,
                severity_unit="M",
                lat=node.lat,
                lon=node.lon,
                occurred_at=struck,
                known_at=known_at,
                evidence=digest(content),
                row=1,
            )
            groups = groups_near(known, (node.lat, node.lon))
            batches = tuple(ObservationBatch(group=group, feed="random", hazards=[told]) for group in groups)
            yield Publication(batches=batches, evidence=(_evidence(content, known_at),), known_at=known_at)


def priced(metals: Iterable[str], days: range, level: float = 9.0) -> list[Publication]:
    """Daily prices of metals on these days after FIRST, quiet, around a log level."""
    chance, found = random.Random(days.start), list[Publication]()
    for day in days:
        at = FIRST + day * SECONDS_A_DAY
        for metal in metals:
            series = series_of(Family.PRICES, metal, Measure.PRICE, "USD/t", market="lme_cash")
            found.append(figure(series, at, at + 61_200, round(math.exp(level + chance.gauss(0, 0.004)), 1)))
    return found


def series_of(family: Family, group: str, measure: Measure, unit: str, **about: str) -> Series:
    """A series of one group."""
    return Series(
        series_id=f"random/{group}:{':'.join(about.values())}",
        feed="random",
        family=family,
        group=group,
        measure=measure,
        unit=unit,
        cadence=Cadence.MONTHLY if family is Family.CUSTOMS else Cadence.DAILY,
        minerals=() if group == CANAL else (group,),
        publisher="A desk",
        publication="Figures",
        **about,  # type: ignore[arg-type]
    )


def figure(series: Series, occurred_at: int, known_at: int, value: float) -> Publication:
    """One figure."""
    content = f"{series.series_id},{occurred_at},{known_at},{value}".encode()
    run = Run(
        series=series,
        evidence=digest(content),
        occurred_at=[occurred_at],
        known_at=[known_at],
        values=[value],
        rows=[1],
        provisional=[False],
    )
    batch = ObservationBatch(group=series.group, feed="random", runs=[run])
    return Publication(batches=(batch,), evidence=(_evidence(content, known_at),), known_at=known_at)


def _evidence(content: bytes, at: int) -> Evidence:
    return Evidence(sha256=digest(content), origin="random", fetched_at=at, media_type="text/csv", content=content)


def stored(archive: Archive, groups: Sequence[str], span: tuple[int, int], since: int) -> list[Publication]:
    """What became known of these groups in a span: until `since` as one publication, then one for each group's instant.

    No groups are all.
    """
    found: list[Publication] = []
    before: list[ObservationBatch] = []
    for known_at, batch in archive.batches(*span):
        if groups and batch.group not in groups:
            continue
        if known_at <= since:
            before.append(batch)
        else:
            found.append(Publication(batches=(batch,), evidence=tuple(_named(archive, [batch])), known_at=known_at))
    first = Publication(batches=tuple(before), evidence=tuple(_named(archive, before)), known_at=since)
    return [first, *found]


def _named(archive: Archive, batches: Iterable[ObservationBatch]) -> Iterator[Evidence]:
    """The evidence of batches, with little of its content: many rows have one file."""
    names = {run.evidence for batch in batches for run in batch.runs}
    names |= {told.evidence for batch in batches for told in (*batch.notices, *batch.hazards)}
    for name in sorted(names):
        yield msgspec.structs.replace(archive.evidence(name), content=name.encode())


def in_order(publications: Iterable[Publication], since: int = BUSY) -> list[Arriving]:
    """What was known by `since` at once, and then each as soon as it is known."""
    ordered = sorted(publications, key=lambda each: each.known_at)
    return [Arriving(max(since, each.known_at), each) for each in ordered]


def delayed(arriving: Sequence[Arriving], seed: int, late: int, days: float) -> list[Arriving]:
    """The same by a poll each half day, shuffled within each, and so many publications late by up to so many days."""
    chance, found = random.Random(seed), list(arriving)
    first = found[0].at
    busy = [at for at, each in enumerate(found) if each.at > first]
    for at in chance.sample(busy, late):
        wait_s = int(chance.uniform(0.5, days) * SECONDS_A_DAY)
        found[at] = Arriving(found[at].at + wait_s, found[at].publication)
    chance.shuffle(found)
    polled = [Arriving(first + -(-(each.at - first) // POLL_S) * POLL_S, each.publication) for each in found]
    return sorted(polled, key=lambda each: each.at)
