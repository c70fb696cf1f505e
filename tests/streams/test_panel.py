"""The panel beside a restriction: what speaks for, against, and what nobody knows; and the engine that makes it."""

import random
from datetime import UTC, datetime

import msgspec
import pytest

from streams import reference, thresholds
from streams.assess import Assessor
from streams.assessments import Assessment, Indication, PanelItem, PanelRow, Situation
from streams.detectors.c4 import C4Parameters
from streams.engine import Engine, GroupState
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
from streams.panel import Panels
from streams.signals import Hazard, Phase, Signal
from streams.situations import Book, SeriesClock, take_signals
from tests.streams.detectors.made_patterns import act, at, comparison, fall, gap, said
from tests.streams.detectors.made_series import months

THRESHOLDS = thresholds.packaged()
REFERENCE = reference.packaged()
SIDES = ("USA", "JPN")
SELECTIVE = THRESHOLDS.parameters("C4", None)
assert isinstance(SELECTIVE, C4Parameters)
PANELS = Panels(SELECTIVE, THRESHOLDS.impact.single_point_share_percent, SIDES)
CHINA = Situation(hazard=Hazard.RESTRICTION, group="graphite", origin="CHN")
NOW = at("2019-12-01")


def assessed(book: Book, signals: list[Signal], situation: Situation = CHINA) -> Assessment:
    """The assessment of a situation with its panels."""
    take_signals(book, signals)
    judge = Assessor(THRESHOLDS.assess, THRESHOLDS.impact, REFERENCE, SIDES, THRESHOLDS.digest)
    found = judge.assess(book, situation, NOW)
    assert found is not None
    return PANELS.added(book, found)


def rows(assessment: Assessment, participant: str = "JPN") -> dict[PanelItem, PanelRow]:
    """The rows of one side's panel."""
    panel = next(panel for panel in assessment.panels if panel.participant == participant)
    return {row.item: row for row in panel.rows}


def test_each_point_is_there_with_its_weight_and_what_is_not_known_is_unknown() -> None:
    """A fall alone: the exporter dominates, and of the rest nothing is known; a dispute nobody has entered."""
    found = rows(assessed(Book(), [fall("2019-08")]))
    assert list(found) == list(PanelItem)
    assert {item: row.indication for item, row in found.items()} == {
        PanelItem.DOMINANCE: Indication.FOR,
        PanelItem.SELECTIVITY: Indication.UNKNOWN,
        PanelItem.ACT: Indication.UNKNOWN,
        PanelItem.GAP: Indication.UNKNOWN,
        PanelItem.DISPUTE: Indication.UNKNOWN,
        PanelItem.NO_NATURAL_CAUSE: Indication.UNKNOWN,
    }
    assert all(row.weight == getattr(SELECTIVE.weights, item.value) for item, row in found.items())
    share = found[PanelItem.DOMINANCE].share
    assert share is not None
    assert share.source is not None


SHOWN = (comparison("2019-08"), comparison("2019-08", 0.9, 0.4), comparison("2019-08", 0.2, None))


@pytest.mark.parametrize(
    ("made", "indication"),
    [
        (comparison("2019-08"), Indication.FOR),
        (comparison("2019-08", 0.9, 0.4), Indication.AGAINST),
        (comparison("2019-08", 0.2, None), Indication.UNKNOWN),
        (comparison("2018-08"), Indication.UNKNOWN),
        (comparison("2019-08", origin="MOZ"), Indication.UNKNOWN),
        (comparison("2019-08", minerals=("graphite_synthetic",)), Indication.UNKNOWN),
    ],
)
def test_selectivity_is_the_newest_comparison_of_this_mineral(made: object, indication: Indication) -> None:
    """Rare and deep speaks for, the rest against; an old one, another exporter's or mineral's is not known."""
    book = Book(comparisons={"s": [made]})  # type: ignore[list-item]
    row = rows(assessed(book, [fall("2019-08")]))[PanelItem.SELECTIVITY]
    assert row.indication is indication
    assert row.comparison in (None, made)
    assert (row.comparison is None) == (made not in SHOWN)


def test_an_act_is_shown_with_whom_it_names() -> None:
    """In force for years, announced for next month, aimed at this side, or at the other one only."""
    old, ahead = act("2015-03-01"), act("2019-11-20", effective="2019-12-20")
    for made in (old, ahead):
        row = rows(assessed(Book(acts=[made]), [fall("2019-08")]))[PanelItem.ACT]
        assert (row.indication, row.act, row.is_aimed) == (Indication.FOR, made.act, False)
    aimed = act("2016-03-01", targets=("JPN",))
    row = rows(assessed(Book(acts=[old, aimed]), [fall("2019-08")]))[PanelItem.ACT]
    assert (row.act, row.is_aimed, row.since) == (aimed.act, True, "2016-03-01")
    other = act("2016-03-01", targets=("USA",))
    assert rows(assessed(Book(acts=[other]), [fall("2019-08")]))[PanelItem.ACT].indication is Indication.UNKNOWN
    eased = act("2018-03-01", Polarity.RELAX)
    assert rows(assessed(Book(acts=[old, eased]), [fall("2019-08")]))[PanelItem.ACT].indication is Indication.UNKNOWN


def test_a_gap_is_open_closed_or_not_measured() -> None:
    """Open speaks for; measured and not open, against; where no two prices meet it is not known."""
    clock = SeriesClock(budget_s=90 * SECONDS_A_DAY, first_known=at("2015-01-01"), last_known=NOW)
    measured = {"gap:home:world": clock}
    opened = gap("2019-11-01")
    row = rows(assessed(Book(clocks=dict(measured)), [fall("2019-08"), opened]))[PanelItem.GAP]
    assert (row.indication, row.signal) == (Indication.FOR, opened)
    closed = [fall("2019-08"), gap("2019-06-01"), gap("2019-07-01", Phase.CLEARED)]
    assert rows(assessed(Book(clocks=dict(measured)), closed))[PanelItem.GAP].indication is Indication.AGAINST
    silent = {"gap:home:world": msgspec.structs.replace(clock, last_known=at("2016-01-01"))}
    assert rows(assessed(Book(clocks=silent), [fall("2019-08")]))[PanelItem.GAP].indication is Indication.UNKNOWN


def quake(day: str, **changes: object) -> HazardObservation:
    """A great earthquake at the graphite mines of Heilongjiang."""
    made = HazardObservation(
        event_id="gdacs:EQ:1",
        feed="gdacs",
        kind="EQ",
        name="Earthquake in China",
        alert_level="Red",
        severity=7.6,
        severity_unit="M",
        lat=47.6,
        lon=130.8,
        occurred_at=at(day),
        known_at=at(day),
        evidence="cd" * 32,
        row=1,
    )
    return msgspec.structs.replace(made, **changes)


def test_a_natural_cause_speaks_against_and_a_heard_feed_without_one_for() -> None:
    """A silent feed of hazards proves nothing; a struck mine of the exporter explains a fall."""
    book = Book(hazards_heard=at("2019-11-20"))
    assert rows(assessed(book, [fall("2019-08")]))[PanelItem.NO_NATURAL_CAUSE].indication is Indication.FOR
    old = Book(hazards_heard=at("2019-01-20"))
    assert rows(assessed(old, [fall("2019-08")]))[PanelItem.NO_NATURAL_CAUSE].indication is Indication.UNKNOWN
    state = GroupState()
    batch = ObservationBatch(group="graphite", feed="gdacs", hazards=[quake("2019-11-20")])
    outcome = Engine(THRESHOLDS, REFERENCE, SIDES).apply(state, batch)
    struck = rows(assessed(state.book, [fall("2019-08")]))[PanelItem.NO_NATURAL_CAUSE]
    assert (struck.indication, struck.signal) == (Indication.AGAINST, outcome.signals[0])


def test_only_restrictions_that_have_not_ended_have_panels_and_never_the_exporters_own() -> None:
    """A participant that exports is not asked whether it presses itself."""
    assert [panel.participant for panel in assessed(Book(), [fall("2019-08")]).panels] == ["USA", "JPN"]
    usa = Situation(hazard=Hazard.RESTRICTION, group="graphite", origin="USA")
    own = [msgspec.structs.replace(fall("2019-08"), origin="USA")]
    assert [panel.participant for panel in assessed(Book(), own, usa).panels] == ["JPN"]
    market = Situation(hazard=Hazard.MARKET, group="graphite")
    price = said("P1", "price", "2019-11-20", "2019-11-20", hazard=Hazard.MARKET, family=Family.PRICES, origin="")
    assert assessed(Book(), [price], market).panels == ()
    ended = assessed(Book(), [fall("2019-03"), fall("2019-04", Phase.CLEARED)])
    assert (ended.resolved, ended.panels) == (True, ())


def test_what_speaks_for_or_against_is_part_of_the_revision() -> None:
    """A reader sees it change, so the revision changes; the same knowledge gives the same revision."""
    first, again = (assessed(Book(), [fall("2019-08")]) for _ in range(2))
    assert first.revision == again.revision
    assert assessed(Book(acts=[act("2015-03-01")]), [fall("2019-08")]).revision != first.revision


# The engine


def flows(count: int) -> dict[str, list[float]]:
    """China's exports to six countries; to Japan a tenth in the last three months."""
    rng = random.Random(3)
    sizes = {"DEU": 900.0, "JPN": 800.0, "KOR": 700.0, "NLD": 600.0, "POL": 500.0, "USA": 650.0}
    made = {name: [1e4 * size * rng.lognormvariate(0.0, 0.1) for _ in range(count)] for name, size in sizes.items()}
    made["JPN"][-3:] = [value * 0.1 for value in made["JPN"][-3:]]
    return made


def customs(count: int = 48) -> list[ObservationBatch]:
    """One batch for each month, as the customs office publishes it fifty days after its end."""
    periods = months("2016-01", count + 1)
    batches = []
    for number in range(count):
        known_at = periods[number + 1] + 50 * SECONDS_A_DAY
        runs = [
            Run(
                series=Series(
                    series_id=f"customs:CHN:{name}:250410",
                    feed="customs",
                    family=Family.CUSTOMS,
                    group="graphite",
                    measure=Measure.QUANTITY,
                    unit="kg",
                    cadence=Cadence.MONTHLY,
                    minerals=("graphite_natural",),
                    origin="CHN",
                    destination=name,
                    hs="250410",
                ),
                evidence="ab" * 32,
                occurred_at=[periods[number]],
                known_at=[known_at],
                values=[values[number]],
                rows=[number + 1],
                provisional=[False],
            )
            for name, values in sorted(flows(count).items())
        ]
        batches.append(ObservationBatch(group="graphite", feed="customs", runs=runs))
    return batches


def notice(day: str) -> ObservationBatch:
    """China requires licences for graphite from that day on."""
    observed = NoticeObservation(
        document_id=f"MOFCOM:{day}",
        feed="mofcom",
        issuer="MOFCOM",
        number=day,
        language="zh",
        title="",
        address="",
        occurred_at=at(day),
        known_at=at(day) + 3_600,
        evidence="cd" * 32,
        row=1,
        reading=Reading(
            is_relevant=True,
            act_kind=ActKind.EXPORT_LICENSING,
            polarity=Polarity.IMPOSE,
            minerals=("graphite_natural",),
            actor="CHN",
            targets=("ALL",),
            published_on=day,
            effective_on=day,
            official=True,
        ),
    )
    return ObservationBatch(group="graphite", feed="mofcom", notices=[observed])


def tick(day: str) -> ObservationBatch:
    """Time passes."""
    return ObservationBatch(group="graphite", feed="tick", tick_at=at(day))


def test_a_selective_fall_is_derived_and_stands_in_the_panel() -> None:
    """From rows to C4 and the panel of Japan; the United States, to whom exports went on, has the opposite."""
    engine, state = Engine(THRESHOLDS, REFERENCE, SIDES), GroupState()
    derived: list[Signal] = []
    newest: dict[str, Assessment] = {}
    for batch in [*customs(), tick("2020-02-25")]:
        outcome = engine.apply(state, batch)
        derived += [signal for signal in outcome.signals if signal.detector == "C4"]
        newest.update((a.situation.situation_id, a) for a in outcome.assessments)
        state = engine.restore(engine.snapshot(state))
    assert {(signal.destination, signal.origin) for signal in derived} == {("JPN", "CHN")}
    assert [signal.phase for signal in derived] == [Phase.RAISED, Phase.CONTINUING]
    found = newest[CHINA.situation_id]
    assert set(found.holding) & {signal.signal_id for signal in derived}
    japan, usa = rows(found)[PanelItem.SELECTIVITY], rows(found, "USA")[PanelItem.SELECTIVITY]
    assert (japan.indication, usa.indication) == (Indication.FOR, Indication.AGAINST)
    assert japan.comparison is not None
    assert japan.comparison.value < 0.3
    assert datetime.fromtimestamp(japan.comparison.occurred_at, UTC).month == 12


def test_an_act_that_faded_years_ago_is_still_known_to_be_in_force() -> None:
    """The alert of 2016 is over; the condition stands in the panel of 2020, after snapshots and forgetting."""
    engine, state = Engine(THRESHOLDS, REFERENCE, SIDES), GroupState()
    newest: dict[str, Assessment] = {}
    batches = customs()
    quiet = [tick(f"{year}-{month:02d}-01") for year in (2016, 2017, 2018) for month in (4, 7, 10)]
    ordered = sorted([notice("2016-03-10"), *batches, *quiet], key=_known_at)
    for batch in [*ordered, tick("2020-02-25")]:
        outcome = engine.apply(state, batch)
        newest.update((a.situation.situation_id, a) for a in outcome.assessments)
        state = engine.restore(engine.snapshot(state))
    assert not any(signal.act is not None for signal in state.book.signals.values())
    row = rows(newest[CHINA.situation_id])[PanelItem.ACT]
    assert (row.indication, row.since) == (Indication.FOR, "2016-03-10")


def _known_at(batch: ObservationBatch) -> int:
    return batch.tick_at or max(
        [run.known_at[-1] for run in batch.runs] + [notice.known_at for notice in batch.notices]
    )


def test_a_notice_that_comes_late_changes_nothing_in_the_end() -> None:
    """The act before the flows, between them or after them all: one assessment, once all have come."""
    last = tick("2020-02-25")
    ends = []
    for place in (0, 20, 48):
        engine, state = Engine(THRESHOLDS, REFERENCE, SIDES), GroupState()
        batches = customs()
        batches.insert(place, notice("2019-09-10"))
        newest: dict[str, Assessment] = {}
        for batch in [*batches, last]:
            newest.update((a.situation.situation_id, a) for a in engine.apply(state, batch).assessments)
        ends.append(newest[CHINA.situation_id])
    assert ends[0] == ends[1] == ends[2]
