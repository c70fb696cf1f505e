"""Signals of a situation → assessment: rings, levels and the end, the same in every order of arrival."""

import random
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams import reference, thresholds
from streams.assess import Assessor
from streams.assessments import Assessment, Level, RingCause, Severity, Situation, Urgency
from streams.notices.readings import ActKind, Polarity
from streams.observations import SECONDS_A_DAY, Cadence, Family, Measure, ObservationBatch, Run, Series
from streams.signals import Act, Certainty, Direction, Hazard, Phase, Signal, revision_id_of, signal_id_of
from streams.situations import HORIZON_S, Book, situation_of, take_batch, take_signals

DAY = SECONDS_A_DAY
START = int(datetime(2023, 7, 3, tzinfo=UTC).timestamp())
THRESHOLDS = thresholds.packaged()
REFERENCE = reference.packaged()
RESTRICTION = Situation(hazard=Hazard.RESTRICTION, group="gallium", origin="CHN")
MARKET = Situation(hazard=Hazard.MARKET, group="gallium")


def assessor() -> Assessor:
    """An assessor with what ships, for two participants."""
    return Assessor(THRESHOLDS.assess, THRESHOLDS.impact, REFERENCE, ("USA", "JPN"), THRESHOLDS.digest)


def act(
    day: int, number: str = "23", kind: ActKind = ActKind.EXPORT_LICENSING, effective: str = "2023-08-01"
) -> Signal:
    """China's act on gallium, published `day` days after 3 July 2023."""
    at = START + day * DAY
    published = datetime.fromtimestamp(at, UTC).date().isoformat()
    return Signal(
        signal_id=signal_id_of("C1", f"mofcom {number}", Phase.RAISED, at),
        detector="C1",
        hazard=Hazard.RESTRICTION,
        group="gallium",
        subject=f"mofcom {number}",
        family=Family.NOTICES,
        phase=Phase.RAISED,
        occurred_at=at,
        known_at=at,
        score=2.0,
        claims=Certainty.OBSERVED,
        minerals=("gallium",),
        origin="CHN",
        act=Act(
            document_id=f"mofcom {number}",
            issuer="MOFCOM",
            number=number,
            title="",
            language="en",
            address="",
            kind=kind,
            polarity=Polarity.IMPOSE,
            published_on=published,
            effective_on=effective,
            targets=("ALL",),
        ),
    )


def price(
    day: int, score: float = 1.2, phase: Phase = Phase.RAISED, series: str = "price", known_day: int | None = None
) -> Signal:
    """A price of gallium out of its band."""
    return Signal(
        signal_id=signal_id_of("P1", series, phase, START + day * DAY),
        detector="P1",
        hazard=Hazard.MARKET,
        group="gallium",
        subject=series,
        family=Family.PRICES,
        phase=phase,
        occurred_at=START + day * DAY,
        known_at=START + (day if known_day is None else known_day) * DAY,
        score=score,
        claims=Certainty.POSSIBLE,
        minerals=("gallium",),
        direction=Direction.UP,
    )


def taken_back(*signals: Signal, day: int) -> Signal:
    """The revision that takes these signals of one series back, known on a day."""
    first, ids = signals[0], tuple(s.signal_id for s in signals)
    known_at = START + day * DAY
    return msgspec.structs.replace(
        first,
        signal_id=revision_id_of(first.subject, first.hazard, known_at, ids),
        detector="X2",
        phase=Phase.REVISED,
        known_at=known_at,
        score=0.0,
        claims=Certainty.UNKNOWN,
        withdraws=ids,
    )


def said_anew(signal: Signal, score: float, day: int) -> Signal:
    """The same signal as revised figures have it, known on a day."""
    known_at = START + day * DAY
    named = signal_id_of(signal.detector, signal.subject, signal.phase, signal.occurred_at, known_at)
    return msgspec.structs.replace(signal, signal_id=named, known_at=known_at, score=score)


def heard(book: Book, series: str, days: range) -> None:
    """Let a daily series deliver on these days."""
    for day in days:
        at = START + day * DAY
        run = Run(
            series=Series(
                series_id=series,
                feed="f",
                family=Family.PRICES,
                group="gallium",
                measure=Measure.PRICE,
                unit="USD/kg",
                cadence=Cadence.DAILY,
            ),
            evidence="e",
            occurred_at=[at],
            known_at=[at],
            values=[1.0],
            rows=[1],
            provisional=[False],
        )
        take_batch(book, ObservationBatch(group="gallium", feed="f", runs=[run]), THRESHOLDS.assess)


def assessed(
    signals: list[Signal], day: int, situation: Situation = RESTRICTION, book: Book | None = None
) -> Assessment:
    """The assessment on a day after all signals were taken."""
    book = book or Book()
    take_signals(book, signals)
    found = assessor().assess(book, situation, START + day * DAY)
    assert found is not None
    return found


def test_an_official_act_opens_a_warning_for_both() -> None:
    """China's licensing of gallium: observed, severe for both participants, a warning, one ring on the day."""
    found = assessed([act(0)], 0)
    assert (found.certainty, found.severity, found.level) == (Certainty.OBSERVED, Severity.SEVERE, Level.WARNING)
    assert [i.participant for i in found.impacts] == ["USA", "JPN"]
    assert [(r.cause, r.at, r.families) for r in found.rings] == [(RingCause.OPENED, START, (Family.NOTICES,))]
    assert found.urgency is Urgency.EXPECTED
    assert found.opened_on == "2023-07-03"


def test_an_act_that_is_minor_for_one_side_and_unknown_for_the_other_rings() -> None:
    """Licences on China's tin: minor for the United States, and nobody publishes Japan's reliance, so it is a watch."""
    tin = msgspec.structs.replace(act(0), group="tin", minerals=("tin",))
    found = assessed([tin], 0, msgspec.structs.replace(RESTRICTION, group="tin"))
    assert [i.severity for i in found.impacts] == [Severity.MINOR, Severity.UNKNOWN]
    assert (found.severity, found.level, len(found.rings)) == (Severity.UNKNOWN, Level.WATCH, 1)


def test_an_act_that_is_minor_for_both_rings_nobody() -> None:
    """Licences on Indonesia's tin: a sixth of the world and no loss but a wait, whatever Japan imports."""
    tin = msgspec.structs.replace(act(0), group="tin", minerals=("tin",), origin="IDN")
    found = assessed([tin], 0, Situation(hazard=Hazard.RESTRICTION, group="tin", origin="IDN"))
    assert (found.severity, found.level, found.rings) == (Severity.MINOR, Level.ADVISORY, ())


def test_a_price_alone_is_at_most_a_watch_and_only_when_it_is_strong() -> None:
    """One price claims Possible: an advisory that rings nobody, and a watch from 1.5 times the threshold on."""
    weak = assessed([price(0)], 0, MARKET)
    strong = assessed([price(0, score=1.6)], 0, MARKET)
    assert (weak.level, weak.rings) == (Level.ADVISORY, ())
    assert (strong.level, [r.cause for r in strong.rings]) == (Level.WATCH, [RingCause.OPENED])


def test_a_price_that_joins_an_act_rings_once_as_another_family() -> None:
    """The price bears on the open restriction: a new family rings, a repetition of it does not."""
    found = assessed([act(0), price(3), price(5, phase=Phase.CONTINUING)], 5)
    assert [(r.cause, r.families) for r in found.rings] == [
        (RingCause.OPENED, (Family.NOTICES,)),
        (RingCause.FAMILY_JOINED, (Family.PRICES,)),
    ]
    assert found.certainty is Certainty.OBSERVED


def test_two_families_make_it_likely() -> None:
    """A possible signal of one family and one of another are Likely together."""
    possible = msgspec.structs.replace(act(0), claims=Certainty.POSSIBLE)
    assert assessed([possible], 0).certainty is Certainty.POSSIBLE
    assert assessed([possible, price(1)], 1).certainty is Certainty.LIKELY


def news(day: int, score: float = 4.0, origin: str = "") -> Signal:
    """Far more is written of gallium than usual."""
    made = price(day, score, series="news")
    return msgspec.structs.replace(
        made, detector="N1", hazard=Hazard.NONE, family=Family.NEWS, origin=origin, signal_id=f"news {day}"
    )


def test_news_corroborates_and_lifts_nothing() -> None:
    """It is shown beside what is open; certainty, score, level and rings are as they would be without it."""
    possible = msgspec.structs.replace(act(0), claims=Certainty.POSSIBLE, score=1.2)
    alone, with_news = assessed([possible], 2), assessed([possible, news(1)], 2)
    assert with_news.families == (Family.NEWS, Family.NOTICES)
    assert "news 1" in with_news.holding
    for name in ("certainty", "severity", "level", "score", "rings"):
        assert getattr(with_news, name) == getattr(alone, name), name


def test_two_families_count_without_news() -> None:
    """A price and news beside a possible act: Likely because of the price; a ring names the price only."""
    possible = msgspec.structs.replace(act(0), claims=Certainty.POSSIBLE)
    found = assessed([possible, news(1), price(2)], 2)
    assert found.certainty is Certainty.LIKELY
    assert all(Family.NEWS not in ring.families for ring in found.rings)
    assert found.rings[-1].families == (Family.NOTICES, Family.PRICES)


def test_news_alone_is_nothing_and_news_of_another_country_is_about_another_situation() -> None:
    """No situation opens by it; where it names a country it bears on that country's situation only."""
    book = Book()
    assert take_signals(book, [news(0)]) == set()
    assert assessor().assess(book, RESTRICTION, START) is None
    elsewhere = assessed([act(0), news(1, origin="MMR")], 2)
    assert elsewhere.families == (Family.NOTICES,)
    assert assessed([act(0), news(1, origin="CHN")], 2).families == (Family.NEWS, Family.NOTICES)


def test_provisional_figures_are_likely_at_most() -> None:
    """What a source may still revise is never called observed."""
    assert assessed([msgspec.structs.replace(act(0), provisional=True)], 0).certainty is Certainty.LIKELY


def test_another_page_about_the_same_act_rings_nobody_and_another_act_does() -> None:
    """Kind and effective date make two documents one act; a second act rings."""
    found = assessed([act(0), act(3, number="press answer")], 3)
    assert len(found.rings) == 1
    found = assessed([act(0), act(9, number="31", effective="2023-09-01")], 9)
    assert [r.cause for r in found.rings] == [RingCause.OPENED, RingCause.DOCUMENT_JOINED]


def test_the_press_rings_for_a_further_act_once_a_month() -> None:
    """Pages of the press about one act come for weeks and under other dates; an official document rings at once."""

    def page(day: int, number: str, effective: str) -> Signal:
        """What the press says of an act."""
        return msgspec.structs.replace(act(day, number=number, effective=effective), claims=Certainty.LIKELY)

    def causes(*signals: Signal) -> list[RingCause]:
        """What has rung."""
        return [ring.cause for ring in assessed(list(signals), 60).rings]

    first, soon, later = act(0), page(9, "a", "2023-09-01"), page(40, "b", "2023-09-20")
    assert causes(first, soon) == [RingCause.OPENED]
    assert causes(first, later) == [RingCause.OPENED, RingCause.DOCUMENT_JOINED]
    assert causes(first, later, page(50, "c", "2023-10-01")) == [RingCause.OPENED, RingCause.DOCUMENT_JOINED]
    official = act(9, number="31", effective="2023-09-01")
    assert causes(first, official, page(20, "d", "2023-10-01")) == [RingCause.OPENED, RingCause.DOCUMENT_JOINED]


def test_a_worse_act_raises_the_level_and_rings() -> None:
    """A ban after a licence: the level goes up at once."""
    found = assessed([act(0), act(20, number="46", kind=ActKind.EXPORT_BAN, effective="2023-07-23")], 20)
    assert found.level is Level.EMERGENCY
    assert found.rings[-1].cause is RingCause.LEVEL_ROSE


def test_what_becomes_known_at_one_moment_rings_once() -> None:
    """Twelve partners' figures published together are one piece of news, not twelve."""
    together = [price(0, 1.6, series=f"s{i}") for i in range(4)] + [price(0, 4.0, series="s9")]
    assert len(assessed(together, 0, MARKET).rings) == 1


def test_a_score_half_as_much_again_rings() -> None:
    """The same family, much stronger than before, is news."""
    found = assessed([price(0, 1.6), price(2, 2.0, Phase.CONTINUING), price(4, 3.0, Phase.CONTINUING)], 4, MARKET)
    assert [r.cause for r in found.rings] == [RingCause.OPENED, RingCause.SCORE_GREW]


def test_the_level_comes_down_only_after_the_dwell_time() -> None:
    """Cleared on data: the watch stays for fourteen days, then the alert is resolved."""
    signals = [price(0, 1.6), price(5, 0.0, Phase.CLEARED)]
    assert assessed(signals, 18, MARKET).level is Level.WATCH
    ended = assessed(signals, 20, MARKET)
    assert ended.resolved
    assert ended.rings[0].level is Level.WATCH


def test_silence_of_the_series_ends_nothing() -> None:
    """A series that stops delivering keeps its signal: unknown is not calm, however long it lasts."""
    quiet, silent = Book(), Book()
    heard(quiet, "price", range(120))
    heard(silent, "price", range(3))
    assert assessed([price(0, 1.6)], 119, MARKET, quiet).resolved
    held = assessed([price(0, 1.6)], 119, MARKET, silent)
    assert held.level is Level.WATCH
    assert held.stale == ("price",)


def test_after_the_end_a_new_signal_opens_a_new_run() -> None:
    """The second run has its own day, its own id and rings anew."""
    first = assessed([act(0)], 0)
    again = assessed([act(0), act(400, number="7", effective="2024-09-01")], 400)
    assert again.assessment_id != first.assessment_id
    assert [r.cause for r in again.rings] == [RingCause.OPENED]
    assert again.opened_on == "2024-08-06"


def test_a_cleared_signal_of_another_subject_clears_nothing() -> None:
    """Only the same detector on the same subject can say that it is over."""
    found = assessed([price(0, 1.6), price(5, 0.0, Phase.CLEARED, series="other")], 10, MARKET)
    assert found.level is Level.WATCH
    assert not found.resolved
    assert len(found.holding) == 1


def test_an_alert_that_rests_on_nothing_else_is_void_at_once() -> None:
    """The source takes its figures back: no dwell time, the spell was none, and what rang stays on record."""
    first = price(0, 1.6)
    found = assessed([first, taken_back(first, day=3)], 3, MARKET)
    assert (found.void, found.resolved, found.level, found.holding) == (True, True, Level.NONE, ())
    assert [r.cause for r in found.rings] == [RingCause.OPENED]
    assert (found.withdrawn, found.revised_at) == ((first.signal_id,), START + 3 * DAY)
    assert first in found.signals
    assert found.minerals == ("gallium",)


def test_an_alert_that_rests_on_another_signal_too_goes_on_with_it() -> None:
    """Two series, one taken back: the other holds the alert at what it claims alone, at once and without a ring."""
    kept, gone = price(0, 1.6, series="kept"), price(1, 4.0, series="gone")
    before = assessed([kept, gone], 2, MARKET)
    after = assessed([kept, gone, taken_back(gone, day=2)], 2, MARKET)
    assert (before.score, after.score) == (4.0, 1.6)
    assert (after.void, after.resolved, after.level) == (False, False, Level.WATCH)
    assert after.holding == (kept.signal_id,)
    assert after.rings == before.rings
    assert after.opened_on == before.opened_on


def test_a_level_that_rested_on_what_was_taken_back_falls_at_once() -> None:
    """A ban that never was: the dwell time keeps no level up that was never true."""
    ban = act(1, number="46", kind=ActKind.EXPORT_BAN, effective="2023-07-23")
    assert assessed([act(0), ban], 2).level is Level.EMERGENCY
    assert assessed([act(0), ban, taken_back(ban, day=2)], 2).level is Level.WARNING


def test_what_is_said_anew_as_strong_rings_nobody_and_keeps_the_alert_open() -> None:
    """A fall that began two days later by the revised figures is the same alert, told with the newer signal."""
    first = price(0, 2.0)
    anew = said_anew(price(2, 2.0), 2.0, day=5)
    found = assessed([first, anew, taken_back(first, day=5)], 5, MARKET)
    assert (found.void, found.level, found.holding) == (False, Level.WATCH, (anew.signal_id,))
    assert [r.cause for r in found.rings] == [RingCause.OPENED]


def test_what_is_said_anew_and_weaker_lowers_the_alert_and_can_end_it() -> None:
    """Below what wakes anybody it would never have rung: the alert is void, not resolved by time."""
    first = price(0, 2.0)
    weaker = assessed([first, said_anew(first, 1.6, day=5), taken_back(first, day=5)], 5, MARKET)
    assert (weaker.void, weaker.level, weaker.score) == (False, Level.WATCH, 1.6)
    weak = assessed([first, said_anew(first, 1.2, day=5), taken_back(first, day=5)], 5, MARKET)
    assert (weak.void, weak.resolved) == (True, True)


def test_what_is_said_anew_and_much_stronger_rings() -> None:
    """Revised figures that show half as much again are news like any other."""
    first = price(0, 2.0)
    found = assessed([first, said_anew(first, 3.5, day=5), taken_back(first, day=5)], 5, MARKET)
    assert [r.cause for r in found.rings] == [RingCause.OPENED, RingCause.SCORE_GREW]


def test_growth_is_measured_against_what_is_left() -> None:
    """After a score of 4 was taken back, 2.6 is half as much again as the 1.6 that is left, and rings."""
    kept, gone = price(0, 1.6, series="kept"), price(1, 4.0, series="gone")
    later = price(4, 2.6, Phase.CONTINUING, series="kept")
    assert len(assessed([kept, gone, later], 4, MARKET).rings) == 2
    found = assessed([kept, gone, taken_back(gone, day=2), later], 4, MARKET)
    assert [r.cause for r in found.rings][-1] is RingCause.SCORE_GREW
    assert len(found.rings) == 3


def test_an_end_that_the_source_takes_back_was_none() -> None:
    """Cleared by a figure that was revised away: the alert stands as if it had never been cleared."""
    first, end = price(0, 1.6), price(5, 0.0, Phase.CLEARED)
    assert assessed([first, end], 20, MARKET).resolved
    found = assessed([first, end, taken_back(end, day=8)], 20, MARKET)
    assert (found.resolved, found.level, found.holding) == (False, Level.WATCH, (first.signal_id,))
    assert (found.withdrawn, found.revised_at) == ((end.signal_id,), START + 8 * DAY)


def test_a_real_alert_that_false_figures_kept_open_is_resolved_and_not_void() -> None:
    """What was true when it rang is not withdrawn: it ends on the data that are left."""
    first, false = price(0, 1.6), price(60, 1.6, Phase.CONTINUING)
    end = price(2, 0.0, Phase.CLEARED)
    found = assessed([first, end, price(10, 1.6), price(30, 1.6, Phase.CONTINUING), false], 61, MARKET)
    assert not found.resolved
    late = price(31, 0.0, Phase.CLEARED, known_day=61)
    found = assessed([first, end, price(10, 1.6), price(30, 1.6), false, late, taken_back(false, day=62)], 80, MARKET)
    assert (found.void, found.resolved) == (False, True)


def test_after_a_void_spell_a_new_signal_opens_a_new_one() -> None:
    """What comes later has its own day, its own ring and its own id."""
    first = price(0, 1.6)
    found = assessed([first, taken_back(first, day=3), price(6, 1.6)], 6, MARKET)
    assert (found.void, found.opened_on, len(found.rings)) == (False, "2023-07-09", 1)
    assert found.withdrawn == ()


def test_a_price_that_is_taken_back_no_longer_bears_on_a_restriction() -> None:
    """The act stays; the family that had joined is gone, and rings again when it joins again."""
    joined = price(3, 2.0)
    found = assessed([act(0), joined, taken_back(joined, day=5), price(9, 2.0)], 9)
    assert [r.cause for r in found.rings] == [RingCause.OPENED, RingCause.FAMILY_JOINED, RingCause.FAMILY_JOINED]
    assert assessed([act(0), joined, taken_back(joined, day=5)], 5).families == (Family.NOTICES,)


def test_ring_ids_do_not_depend_on_when_it_was_computed() -> None:
    """The same signals assessed a week later give the same rings, and time alone is no new revision."""
    early, late = assessed([act(0)], 0), assessed([act(0)], 2)
    assert early.rings == late.rings
    assert early.revision == late.revision


SIGNALS = st.lists(
    st.one_of(
        st.builds(act, st.integers(0, 300), st.sampled_from(["1", "2", "3"])),
        st.builds(
            price,
            st.integers(0, 300),
            st.sampled_from([1.0, 1.6, 2.5, 4.0]),
            st.sampled_from([Phase.RAISED, Phase.CONTINUING, Phase.CLEARED]),
            st.sampled_from(["a", "b"]),
        ),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda s: s.signal_id,
)


@given(SIGNALS, st.integers(0, 10**6))
@settings(max_examples=150, deadline=None)
def test_order_of_arrival_changes_nothing(signals: list[Signal], seed: int) -> None:
    """Every order of arrival, one by one with an assessment after each, ends in the same assessment byte for byte.

    Some of the signals are taken back later, a few of these said anew.
    """
    chance = random.Random(seed)
    for signal in list(signals):
        day = chance.randrange(310)
        if signal.phase is not Phase.REVISED and signal.act is None and chance.random() < 0.4:
            anew = said_anew(signal, chance.choice([0.5, 1.6, 3.0]), day)
            signals = [*signals, taken_back(signal, day=day), *([anew] if chance.random() < 0.5 else [])]
    ordered = sorted(signals, key=lambda s: (s.known_at, s.signal_id))
    shuffled = list(ordered)
    random.Random(seed).shuffle(shuffled)
    at = START + 320 * DAY
    for situation in (RESTRICTION, MARKET):
        results = []
        for order in (ordered, shuffled):
            book, judge = Book(), assessor()
            for signal in order:
                take_signals(book, [signal])
                judge.assess(book, situation, book.now)
            results.append(judge.assess(book, situation, at))
        at_once = Book()
        take_signals(at_once, signals)
        results.append(assessor().assess(at_once, situation, at))
        assert results[0] == results[1] == results[2]


@pytest.mark.parametrize("every", [10, 35])
def test_sealing_what_is_old_changes_no_run_that_is_open(every: int) -> None:
    """A price that has been out of its band for three years is one alert; memory holds two years of its signals."""
    signals = [price(0, 2.0)] + [price(day, 2.0, Phase.CONTINUING) for day in range(every, 1200, every)]
    judge, book = assessor(), Book()
    opened = None
    for signal in signals:
        take_signals(book, [signal])
        opened = judge.assess(book, MARKET, book.now)
        needed = judge.seal(book, MARKET)
        for old in [s for s in book.signals.values() if s.known_at <= book.now - HORIZON_S]:
            if old.signal_id not in needed:
                del book.signals[old.signal_id]
    assert opened is not None
    assert opened.opened_on == "2023-07-03"
    assert [r.cause for r in opened.rings] == [RingCause.OPENED]
    assert len(book.signals) <= 80


@pytest.mark.parametrize("hazard", [Hazard.RESTRICTION, Hazard.MARKET])
def test_a_situation_is_found_for_every_opening_hazard(hazard: Hazard) -> None:
    """What opens has a situation of its own."""
    chosen = act(0) if hazard is Hazard.RESTRICTION else price(0)
    assert situation_of(chosen) in (RESTRICTION, MARKET)


def test_what_has_ended_is_given_out_once() -> None:
    """What is over stays as it was told: neither silence of its source nor forgetting its signals is news."""
    signals = [price(0, 1.6), price(4, 2.0, Phase.CONTINUING), price(8, 0.0, Phase.CLEARED)]
    book, judge = Book(), assessor()
    heard(book, "price", range(40))
    take_signals(book, signals)
    ended = judge.assess(book, MARKET, START + 39 * DAY)
    assert ended is not None
    assert ended.resolved
    silent = judge.assess(book, MARKET, START + 90 * DAY)
    assert silent is not None
    assert silent.revision == ended.revision
    book.now = START + 60 * DAY + HORIZON_S
    needed = judge.seal(book, MARKET)
    for signal_id in set(book.signals) - needed:
        del book.signals[signal_id]
    forgotten = judge.assess(book, MARKET, book.now)
    assert forgotten is not None
    assert len(forgotten.signals) < len(ended.signals)
    assert forgotten.revision == ended.revision


def test_what_has_ended_stays_ended_whatever_bears_on_it_later() -> None:
    """Read at once or day by day: an act that is over is told as over, though a price moves after its end."""
    acts, later = [act(0)], price(400, 1.6)
    book = Book()
    take_signals(book, acts)
    ended = assessor().assess(book, RESTRICTION, START + 399 * DAY)
    assert ended is not None
    assert ended.resolved
    for found in (assessed([later], 400, book=book), assessed([*acts, later], 400)):
        assert (found.resolved, found.void, found.level) == (True, False, Level.NONE)
        assert found.revision == ended.revision
        assert (found.certainty, found.severity) == (ended.certainty, ended.severity)


def test_a_source_that_speaks_again_is_another_revision_than_before_its_silence() -> None:
    """Silent and heard again: three revisions, so that nobody takes the third for the first, told already."""
    book, judge = Book(), assessor()
    take_signals(book, [price(0, 4.0)])
    revisions = []
    for days, at in ((range(3), 2), (range(0), 40), (range(41, 42), 41)):
        heard(book, "price", days)
        found = judge.assess(book, MARKET, START + at * DAY)
        assert found is not None
        assert not found.resolved
        revisions.append((found.revision, bool(found.stale)))
    assert [stale for _, stale in revisions] == [False, True, False]
    assert len({revision for revision, _ in revisions}) == 3
