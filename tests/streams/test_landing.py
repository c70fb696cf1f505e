"""The landed price and the floor: what is known of the way is taken, what is not makes the price a bound."""

import msgspec

from streams.detectors.p2 import P2
from streams.landing import landed
from streams.observations import SECONDS_A_DAY, ObservationBatch, Series
from streams.pipeline import Pipeline, PipelineState
from streams.reference import load, packaged, packaged_files
from streams.signals import Certainty, Hazard, Phase, Signal
from streams.thresholds import packaged as packaged_thresholds
from tests.streams.detectors.made_series import at, days, price, run

SOURCE = "publisher,publication,published,address,confidence"
ROWS = f"""part,place,mineral_id,value,unit,from_day,to_day,{SOURCE}
freight,JPN,*,0.5,USD/kg,,,Carrier,Rates,2026,https://example.org/rates,B
insurance,JPN,*,0.25,USD/kg,,,Insurer,Rates,2026,https://example.org/rates,B
duty,JPN,*,10,percent,,,Customs,Tariff,2026,https://example.org/tariff,A
"""
KNOWN = load(packaged_files(), [{"landing.csv": ROWS.encode()}])


def oxide(**names: str) -> Series:
    """A price of neodymium oxide in China."""
    return msgspec.structs.replace(
        price(**{"market": "china_spot_oxide", **names}), minerals=("neodymium",), group="rare_earths", unit="CNY/t"
    )


def test_every_part_counts_with_its_own_time() -> None:
    """Tax and rate are those of the day: 17 percent in 2014, 13 percent in 2020; freight, insurance and duty on top."""
    first = landed(oxide(), KNOWN, "JPN", at("2014-06-01"))
    later = landed(oxide(), KNOWN, "JPN", at("2020-06-01"))
    assert first is not None
    assert later is not None
    assert abs(first.price(300_000.0) - (300.0 / 1.17 / 6.1428 + 0.75) * 1.1) < 1e-9
    assert abs(later.price(300_000.0) - (300.0 / 1.13 / 6.8974 + 0.75) * 1.1) < 1e-9
    assert (first.missing, first.bound) == ((), "")
    assert {part.part for part in first.parts} == {"exchange_rate", "vat", "freight", "insurance", "duty"}


def test_what_is_not_known_is_named_and_makes_a_bound() -> None:
    """Without freight, insurance and duty the price is at least that; of an unknown market it is about that."""
    bare = landed(oxide(), packaged(), "JPN", at("2014-06-01"))
    assert bare is not None
    assert (set(bare.missing), bare.bound) == ({"duty", "freight", "insurance"}, ">")
    stranger = landed(oxide(market="somewhere"), packaged(), "JPN", at("2014-06-01"))
    assert stranger is not None
    assert stranger.bound == "~"


def test_without_a_rate_or_a_mass_there_is_no_landed_price() -> None:
    """Unknown is not one: no exchange rate of that year, no such currency, a price by piece."""
    assert landed(oxide(), packaged(), "JPN", at("1990-06-01")) is None
    for unit in ("XAU/kg", "USD/piece", "USD"):
        assert landed(msgspec.structs.replace(oxide(), unit=unit), packaged(), "JPN", at("2014-06-01")) is None


def breaches(prices: list[float | None], market: str) -> list[Signal]:
    """What P2 says of daily prices in USD/kg from April 2026 on, when a floor of 110 USD/kg is in force."""
    series = msgspec.structs.replace(oxide(market=market), unit="USD/kg", minerals=("ndpr",))
    made = run(series, days("2026-04-01", len(prices)), prices)
    pipeline, state = Pipeline(packaged_thresholds(), KNOWN), PipelineState()
    end = ObservationBatch(group="rare_earths", feed="tick", tick_at=made.known_at[-1] + SECONDS_A_DAY)
    batches = [ObservationBatch(group="rare_earths", feed="made", runs=[made]), end]
    return [s for batch in batches for s in pipeline.signals(state, batch) if s.detector == P2.code]


def test_a_price_below_the_floor_is_told_with_the_border_adjustment() -> None:
    """Three days of five below 95 percent of the floor raise dumping; the row of the price is its evidence."""
    found = breaches([120.0] * 20 + [100.0] * 10 + [120.0] * 10, "lme_cash")
    assert [signal.phase for signal in found] == [Phase.RAISED, Phase.CLEARED]
    first = found[0]
    assert (first.hazard, first.observed, first.expected, first.unit) == (Hazard.DUMPING, 100.0, 110.0, "USD/kg")
    assert first.claims is Certainty.LIKELY, "freight to anywhere is not known: the price is a bound"
    assert [(seen.row, seen.value) for seen in first.evidence] == [(23, 100.0)]


def test_a_price_at_the_floor_or_unknown_is_no_breach() -> None:
    """A dip of two days, a price within the tolerance and rows that say nothing stay quiet."""
    assert breaches([120.0] * 20 + [100.0] * 2 + [120.0] * 10, "lme_cash") == []
    assert breaches([106.0] * 40, "lme_cash") == []
    assert breaches([None] * 40, "lme_cash") == []
