"""Alerts of every kind, from signals by the real judgement, for tests that hold of every message."""

from datetime import UTC, datetime

import msgspec

from streams.assessments import Assessment, Situation
from streams.notices.readings import ActKind, Polarity
from streams.observations import Family
from streams.signals import Act, Certainty, Comparison, Direction, Due, DueKind, Evidence, Hazard, Phase, Signal, Strike
from streams.situations import Book
from tests.golden.scene import announcement, judged

AT = int(datetime(2023, 10, 20, 23, 59, tzinfo=UTC).timestamp())
MONTH = int(datetime(2023, 8, 1, tzinfo=UTC).timestamp())
DAY = 86_400


def evidence(value: float | None, occurred_at: int, row: int, unit: str = "kg") -> Evidence:
    """One row of a customs table."""
    return Evidence(
        sha256=f"{row:064x}",
        row=row,
        subject="series",
        occurred_at=occurred_at,
        known_at=AT,
        value=value,
        unit=unit,
        publisher="General Administration of Customs of China",
        publication="Monthly exports",
    )


def signal(name: str, detector: str, hazard: Hazard, family: Family, **changes: object) -> Signal:
    """A signal that became known at AT; what is not said is that of a fall of China's exports of graphite."""
    made = Signal(
        signal_id=name,
        detector=detector,
        hazard=hazard,
        group="graphite",
        subject="series",
        family=family,
        phase=Phase.RAISED,
        occurred_at=MONTH,
        known_at=AT,
        score=2.0,
        claims=Certainty.LIKELY,
        minerals=("graphite_natural",),
        origin="CHN",
        observed=5_150.0,
        expected=23_480.5,
        band_low=18_000.0,
        band_high=31_000.0,
        unit="kg",
        evidence=tuple(evidence(5_150.0, MONTH - n * 31 * DAY, n + 1) for n in range(8)),
    )
    return msgspec.structs.replace(made, **changes)


def notice(name: str, act: Act, **changes: object) -> Signal:
    """A signal of an official act."""
    base = signal(name, "C1", Hazard.RESTRICTION, Family.NOTICES, act=act, claims=Certainty.OBSERVED, **changes)
    return msgspec.structs.replace(
        base, observed=None, expected=None, band_low=None, band_high=None, unit="", evidence=(evidence(None, AT, 4),)
    )


def restriction(*signals: Signal, group: str = "graphite") -> Assessment:
    """The situation of a restriction by China."""
    return judged(signals, Situation(hazard=Hazard.RESTRICTION, group=group, origin="CHN"), AT)


def fall() -> Signal:
    """Exports to Japan have fallen."""
    return signal("v1", "V1", Hazard.RESTRICTION, Family.CUSTOMS, destination="JPN", direction=Direction.DOWN, window=3)


def strike(**changes: object) -> Strike:
    """An earthquake near the graphite mines of Heilongjiang, as its source tells it."""
    made = Strike(
        event_id="gdacs:EQ:1",
        kind="EQ",
        name="Earthquake in China",
        alert_level="Orange",
        severity=7.1,
        severity_unit="M",
        place_id="heilongjiang_graphite",
        place_kind="mine",
        distance_km=23.4,
        depth_km=10.0,
        radius_km=44.0,
        days=30.0,
    )
    return msgspec.structs.replace(made, **changes)


def price(direction: Direction, **changes: object) -> Signal:
    """A price moved."""
    details: dict[str, object] = {"origin": "", "unit": "USD/t", "claims": Certainty.POSSIBLE, **changes}
    return signal("p1", "P1", Hazard.MARKET, Family.PRICES, direction=direction, **details)


def pattern() -> Assessment:
    """Licences are slow, one destination fell apart from the others, and every point of the panel says something."""
    compared = Comparison(
        subject="selectivity:series",
        flow="series",
        origin="CHN",
        destination="JPN",
        hs="250410",
        minerals=("graphite_natural",),
        occurred_at=MONTH,
        known_at=AT,
        value=0.214,
        ratio=0.19,
        p_value=0.0125,
        rank=5,
        placebos=399,
        others=7,
        provisional=True,
        evidence=tuple(evidence(5_150.0, MONTH, n + 1) for n in range(8)),
    )
    few = msgspec.structs.replace(compared, destination="USA", p_value=None, rank=None, placebos=None, value=1.02)
    aimed = msgspec.structs.replace(announcement(), targets=("JPN",), effective_on="2023-08-01")
    gap = signal("p3", "P3", Hazard.RESTRICTION, Family.PRICES, unit="", observed=0.71, expected=0.95)
    slow = signal("c3", "C3", Hazard.RESTRICTION, Family.CUSTOMS, destination="JPN", direction=Direction.DOWN)
    apart = signal(
        "c4",
        "C4",
        Hazard.RESTRICTION,
        Family.CUSTOMS,
        destination="JPN",
        direction=Direction.DOWN,
        claims=Certainty.POSSIBLE,
        observed=None,
        expected=None,
        band_low=None,
        band_high=None,
        unit="",
        comparison=compared,
        evidence=compared.evidence,
    )
    struck = signal("l2", "L2", Hazard.NATURAL, Family.HAZARD_FEED, strike=strike(), unit="M", observed=7.1)
    book = Book(comparisons={"JPN": [compared], "USA": [few]}, signals={"l2": struck}, hazards_heard=AT)
    signals = [notice("c1", aimed), fall(), gap, slow, apart]
    return judged(signals, Situation(hazard=Hazard.RESTRICTION, group="graphite", origin="CHN"), AT, book)


def assessments() -> dict[str, Assessment]:
    """One of each kind, by name."""
    market = Situation(hazard=Hazard.MARKET, group="graphite")
    suez = Situation(hazard=Hazard.LOGISTICS, group="chokepoint1", route="chokepoint1")
    traffic = signal(
        "l1",
        "L1",
        Hazard.LOGISTICS,
        Family.CHOKEPOINT_TRANSITS,
        group="chokepoint1",
        route="chokepoint1",
        minerals=(),
        origin="",
        unit="ships",
        observed=12.5,
        expected=73.3,
        direction=Direction.DOWN,
        window=7,
        provisional=True,
    )
    quake = signal(
        "l2",
        "L2",
        Hazard.NATURAL,
        Family.HAZARD_FEED,
        observed=7.1,
        expected=None,
        band_low=None,
        band_high=None,
        unit="M",
        strike=strike(),
        evidence=(evidence(7.1, MONTH, 1, "M"),),
    )
    cheap = signal("p2", "P2", Hazard.DUMPING, Family.PRICES, group="rare_earths", minerals=("ndpr",), origin="")
    fewer = signal(
        "v3",
        "V3",
        Hazard.RESTRICTION,
        Family.CUSTOMS,
        origin="",
        destination="JPN",
        direction=Direction.UP,
        claims=Certainty.POSSIBLE,
        unit="index points",
        observed=5_200.0,
        expected=2_650.0,
        window=12,
    )
    found = {
        "act and figures": restriction(notice("c1", announcement()), fall(), price(Direction.UP, origin="CHN")),
        "act against one": restriction(
            notice("c1", msgspec.structs.replace(announcement(), targets=("JPN",), end_on="2024-11-10"))
        ),
        "suspension near its end": restriction(
            notice(
                "c5",
                msgspec.structs.replace(announcement(), polarity=Polarity.SUSPEND, end_on="2023-11-10"),
                due=Due(DueKind.EASING_ENDS, "2023-11-10"),
            )
        ),
        "figures alone": restriction(fall()),
        "figures and news": restriction(
            fall(),
            signal("n1", "N1", Hazard.NONE, Family.NEWS, observed=42.5, expected=3.0, unit="articles", window=3),
        ),
        "pattern": pattern(),
        "halt": restriction(
            signal("v2", "V2", Hazard.RESTRICTION, Family.CUSTOMS, destination="WLD", observed=0.0, expected=None)
        ),
        "concentration": judged([fewer], Situation(hazard=Hazard.RESTRICTION, group="graphite"), AT),
        "unknown detector": restriction(signal("z9", "Z9", Hazard.RESTRICTION, Family.CUSTOMS, observed=None)),
        "rare earths": restriction(
            notice(
                "c1",
                announcement(),
                group="rare_earths",
                minerals=("dysprosium", "terbium", "neodymium", "praseodymium", "yttrium"),
            ),
            group="rare_earths",
        ),
        "price up": judged([price(Direction.UP)], market, AT),
        "price down": judged([price(Direction.DOWN)], market, AT),
        "traffic": judged([traffic], suez, AT),
        "hazard": judged([quake], Situation(hazard=Hazard.NATURAL, group="graphite", origin="CHN"), AT),
        "hazard without size": judged(
            [msgspec.structs.replace(quake, strike=strike(kind="FL", severity=None, severity_unit="", depth_km=None))],
            Situation(hazard=Hazard.NATURAL, group="graphite", origin="CHN"),
            AT,
        ),
        "floor": judged([cheap], Situation(hazard=Hazard.DUMPING, group="rare_earths"), AT),
        "nothing said": msgspec.structs.replace(restriction(fall()), signals=(), holding=(), stale=("series-1",)),
    }
    for kind in ActKind:
        for polarity in (Polarity.IMPOSE, Polarity.TIGHTEN, Polarity.EXTEND):
            act = msgspec.structs.replace(announcement(), kind=kind, polarity=polarity, effective_on="", hs=())
            found[f"{kind} {polarity}"] = restriction(notice("c1", act))
    return found
