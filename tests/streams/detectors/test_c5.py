"""Days that acts name: said before they come, once, at the moment for which they were due; cleared when moved."""

import itertools
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.rendering.events import short_what, what
from alerts.rendering.voice import Voice
from streams import reference, thresholds
from streams.assessments import Assessment, RingCause
from streams.detectors.c5 import C5, MOST_WATCHED, C5Parameters, C5State
from streams.engine import Engine, GroupState
from streams.notices.readings import ActKind, Polarity, Reading
from streams.observations import SECONDS_A_DAY, NoticeObservation, ObservationBatch
from streams.signals import DueKind, Hazard, Phase, Signal
from tests.golden.scene import KNOWN_AT, Story, directory, surroundings

DAY = SECONDS_A_DAY
REFERENCE = reference.packaged()
PARAMETERS = C5Parameters(ends_days=(30, 7, 0), starts_days=(7,), score=1.0)


def at(day: str) -> int:
    """The first second of a day."""
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


def notice(
    published: str,
    polarity: Polarity,
    effective_on: str = "",
    end_on: str = "",
    number: str = "",
    official: bool = True,
    targets: tuple[str, ...] = ("ALL",),
) -> NoticeObservation:
    """An act of China on rare earths, known at the end of its day."""
    return NoticeObservation(
        document_id=f"mofcom:{number or published}:{polarity}",
        feed="made",
        issuer="mofcom",
        number=number or published,
        language="en",
        title="an act",
        address="https://example.org/",
        occurred_at=at(published),
        known_at=at(published) + DAY - 60,
        evidence="ab" * 32,
        row=1,
        reading=Reading(
            is_relevant=True,
            act_kind=ActKind.EXPORT_LICENSING,
            polarity=polarity,
            minerals=("rare_earths",),
            actor="CHN",
            targets=targets,
            published_on=published,
            effective_on=effective_on,
            end_on=end_on,
            official=official,
        ),
    )


SUSPENSION = notice("2025-11-07", Polarity.SUSPEND, "2025-11-07", "2026-11-10")


def said(notices: list[NoticeObservation], ticks: list[str]) -> list[Signal]:
    """What C5 says of these acts, each noted when it is known, at these ticks."""
    detector, state, found = C5(), C5State(), list[Signal]()
    waiting = sorted(notices, key=lambda n: n.known_at)
    for tick in ticks:
        while waiting and waiting[0].known_at <= at(tick):
            detector.note(state, waiting.pop(0), "rare_earths")
        found += detector.due(state, at(tick), "rare_earths", PARAMETERS)
    return found


def days(first: str, count: int) -> list[str]:
    """So many days in a row."""
    return [datetime.fromtimestamp(at(first) + n * DAY, UTC).date().isoformat() for n in range(count)]


def spoken(signals: list[Signal]) -> list[tuple[str, str, str]]:
    """(day on which it was due, phase, what)."""
    return [
        (datetime.fromtimestamp(s.known_at, UTC).date().isoformat(), s.phase.value, f"{s.due.kind} {s.due.day}")
        for s in signals
        if s.due is not None
    ]


def test_the_end_of_a_suspension_is_said_a_month_a_week_and_on_the_day() -> None:
    """Each time once, and nothing before or after."""
    assert spoken(said([SUSPENSION], days("2025-11-08", 400))) == [
        ("2026-10-11", "raised", "easing_ends 2026-11-10"),
        ("2026-11-03", "continuing", "easing_ends 2026-11-10"),
        ("2026-11-10", "continuing", "easing_ends 2026-11-10"),
    ]


def test_a_day_that_has_come_when_the_act_is_known_is_not_said_again() -> None:
    """What takes effect at once, or within the week, has just rung; only later moments are due."""
    assert said([notice("2025-04-04", Polarity.IMPOSE, "2025-04-04")], days("2025-04-05", 60)) == []
    soon = notice("2025-10-09", Polarity.IMPOSE, "2025-10-12")
    assert said([soon], days("2025-10-10", 60)) == []
    later = notice("2025-10-09", Polarity.IMPOSE, "2025-11-08")
    assert spoken(said([later], days("2025-10-10", 60))) == [("2025-11-01", "raised", "starts 2025-11-08")]


def test_a_longer_suspension_moves_the_day() -> None:
    """The old day is not said any more; had it been said, that is cleared when the new act becomes known."""
    longer = notice("2026-09-28", Polarity.SUSPEND, end_on="2027-01-10")
    assert [x[0] for x in spoken(said([SUSPENSION, longer], days("2025-11-08", 500)))] == [
        "2026-12-11",
        "2027-01-03",
        "2027-01-10",
    ]
    late = notice("2026-10-20", Polarity.SUSPEND, end_on="2027-01-10")
    found = spoken(said([SUSPENSION, late], days("2025-11-08", 500)))
    assert found[:2] == [
        ("2026-10-11", "raised", "easing_ends 2026-11-10"),
        ("2026-10-20", "cleared", "easing_ends 2026-11-10"),
    ]
    assert [x[0] for x in found[2:]] == ["2026-12-11", "2027-01-03", "2027-01-10"]


def test_another_suspension_against_another_country_moves_nothing() -> None:
    """Days are moved by acts on the same targets only."""
    usa = notice("2025-11-09", Polarity.SUSPEND, end_on="2026-11-27", targets=("USA",))
    jpn = notice("2026-06-01", Polarity.SUSPEND, end_on="2028-01-01", targets=("JPN",))
    kinds = {x[2] for x in spoken(said([usa, jpn], days("2025-11-10", 400)))}
    assert kinds == {"easing_ends 2026-11-27"}


def test_a_ban_that_is_lifted_early_or_put_off_is_not_waited_for() -> None:
    """Relief ends the watch of a ban's start and of its end."""
    ban = notice("2025-02-24", Polarity.IMPOSE, "2025-04-22", "2025-06-22")
    off = notice("2025-03-20", Polarity.RELAX)
    assert said([ban, off], days("2025-02-25", 200)) == []
    kinds = [x[2] for x in spoken(said([ban], days("2025-02-25", 200)))]
    assert kinds == ["starts 2025-04-22", *["ends 2025-06-22"] * 3]


def test_pages_about_one_act_give_one_signal_with_the_official_document() -> None:
    """The press and the ministry name the same day: it is said once, as surely as the ministry says it."""
    page = msgspec.structs.replace(
        notice("2025-11-08", Polarity.SUSPEND, end_on="2026-11-10", number="page", official=False), issuer="press"
    )
    found = said([page, SUSPENSION], days("2025-11-09", 400))
    assert len(found) == 3
    assert {signal.claims.value for signal in found} == {"Likely"}


@given(
    order=st.permutations(range(3)),
    steps=st.lists(st.integers(1, 40), min_size=1, max_size=60),
)
@settings(max_examples=30, deadline=None)
def test_neither_order_nor_ticks_change_what_is_said(order: list[int], steps: list[int]) -> None:
    """Any order of arrival and any rhythm of ticks give the same signals with the same times, once all is told."""
    acts = [
        SUSPENSION,
        notice("2026-10-20", Polarity.SUSPEND, end_on="2027-01-10"),
        notice("2025-10-09", Polarity.IMPOSE, "2025-11-20"),
    ]
    wanted = said(acts, days("2025-10-01", 560))
    detector, state, found = C5(), C5State(), list[Signal]()
    for index in order:
        detector.note(state, acts[index], "rare_earths")
    moments = [*itertools.accumulate(steps, initial=at("2026-11-01") // DAY), at("2027-04-10") // DAY]
    for moment in moments:
        found += detector.due(state, moment * DAY, "rare_earths", PARAMETERS)
        state = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=C5State)
    assert sorted(found, key=lambda s: s.signal_id) == sorted(wanted, key=lambda s: s.signal_id)


def test_what_is_kept_is_bounded() -> None:
    """A thousand acts leave the newest; those whose days are over are forgotten, the ones that still wait are not."""
    detector, state = C5(), C5State()
    detector.note(state, SUSPENSION, "rare_earths")
    for number in range(1_000):
        detector.note(state, notice("2025-11-08", Polarity.IMPOSE, "2025-11-08", number=str(number)), "rare_earths")
        detector.due(state, at("2025-11-20"), "rare_earths", PARAMETERS)
    assert len(state.acts) <= MOST_WATCHED
    assert detector.is_waiting(state, at("2026-11-10"))
    detector.due(state, at("2026-11-12"), "rare_earths", PARAMETERS)
    assert not detector.is_waiting(state, at("2026-11-12"))
    assert state.acts == []


@pytest.mark.parametrize(
    ("ends", "starts", "score", "names"),
    [((7, 30), (7,), 1.0, "ends_days"), ((), (7,), 1.0, "ends_days"), ((30,), (-1,), 1.0, "starts_days")],
)
def test_days_ahead_must_make_sense(ends: tuple[int, ...], starts: tuple[int, ...], score: float, names: str) -> None:
    """Days come most first, each once, and none lies in the past."""
    with pytest.raises(ValueError, match=names):
        C5Parameters(ends_days=ends, starts_days=starts, score=score).check()


def voice(language: str) -> Voice:
    """A reader of one language."""
    around = surroundings()
    return Voice(around.wording.chosen(language, ()), around.reference, directory(), ("UTC",), KNOWN_AT)


CONTROLS = {"2025-10-09": notice("2025-10-09", Polarity.IMPOSE, "2025-11-08"), "2025-11-07": SUSPENSION}


def timeline(acts: dict[str, NoticeObservation], first: str, count: int) -> list[tuple[str, Assessment]]:
    """The assessments of so many days with these acts; a tick each day, a restart each month."""
    engine = Engine(thresholds.packaged(), REFERENCE, ("USA", "JPN"))
    state = GroupState()
    found: list[tuple[str, Assessment]] = []
    for number, day in enumerate(days(first, count)):
        batches = [ObservationBatch(group="rare_earths", feed="made", tick_at=at(day) + DAY)]
        if day in acts:
            batches.insert(0, ObservationBatch(group="rare_earths", feed="made", notices=[acts[day]]))
        for batch in batches:
            found += [(day, assessment) for assessment in engine.apply(state, batch).assessments]
        if number % 30 == 0:
            state = engine.restore(engine.snapshot(state))
    return found


def rung(told: list[tuple[str, Assessment]]) -> list[tuple[str, RingCause]]:
    """Day and cause of each ring."""
    rings = {ring.ring_id: ring for _, assessment in told for ring in assessment.rings}
    return [
        (datetime.fromtimestamp(ring.at, UTC).date().isoformat(), ring.cause)
        for ring in sorted(rings.values(), key=lambda ring: ring.at)
    ]


def test_an_alert_opens_before_a_suspension_ends_and_rings_as_what_it_is() -> None:
    """The alert of the controls is over in a year; a month before they are back one opens, in both languages.

    It rings once: the ring of the controls has told the day of their effect, and a reminder is no news.
    """
    told = timeline(CONTROLS, "2025-10-09", 430)
    assert rung(told) == [("2025-10-09", RingCause.OPENED), ("2026-10-11", RingCause.OPENED)]
    last = next(assessment for _, assessment in reversed(told) if assessment.rings)
    assert last.rings[-1].signal_id in {signal.signal_id for signal in last.signals}
    state = Story(last).state
    english, japanese = (what(voice(code), state) for code in ("en", "ja"))
    assert english == "suspension of export licensing by China ends on Nov 10, 2026"
    assert japanese == "中国の輸出許可制の一時停止が2026年11月10日に終了"
    assert short_what(voice("en"), state) == "China export licensing: day near"
    due = [s.due for s in last.signals if s.phase is Phase.RAISED and s.due is not None]
    assert [(one.kind, one.day) for one in due] == [(DueKind.EASING_ENDS, "2026-11-10")]


def test_the_end_of_a_suspension_rings_in_an_alert_that_is_open_for_something_else() -> None:
    """Another act has opened it since; the day on which the old controls come back is news all the same, once."""
    other = notice("2026-09-20", Polarity.IMPOSE, number="another")
    told = timeline(CONTROLS | {"2026-09-20": other}, "2025-10-09", 430)
    assert rung(told)[1:] == [("2026-09-20", RingCause.OPENED), ("2026-10-11", RingCause.DAY_NEAR)]


def test_the_start_of_an_act_rings_anew_where_its_alert_is_over() -> None:
    """Half a year lies between publication and effect: nobody remembers the first ring."""
    ban = notice("2025-01-10", Polarity.IMPOSE, "2025-09-01")
    assert rung(timeline({"2025-01-10": ban}, "2025-01-10", 300)) == [
        ("2025-01-10", RingCause.OPENED),
        ("2025-08-25", RingCause.OPENED),
    ]


def test_that_a_restriction_ends_wakes_nobody() -> None:
    """It is said, bears on what is open, and opens nothing."""
    ban = notice("2025-01-10", Polarity.IMPOSE, "2025-01-10", "2025-12-01")
    told = timeline({"2025-01-10": ban}, "2025-01-10", 400)
    assert rung(told) == [("2025-01-10", RingCause.OPENED)]
    assert {s.hazard for s in said([ban], days("2025-01-11", 400))} == {Hazard.NONE}
