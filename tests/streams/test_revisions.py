"""X2: what a source revises is judged anew within reach, as if the figures had been so from the first."""

import random
from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.codec import encode
from streams.observations import SECONDS_A_DAY, Cadence, ObservationBatch, Run, Series
from streams.pipeline import Applied, Pipeline, PipelineState
from streams.reasons import Reason
from streams.recent import MOST_REACHES, REACH
from streams.revisions import SAME
from streams.signals import Phase, Signal
from streams.thresholds import packaged
from tests.streams.detectors.made_series import counts, days, flow, months, price, run, transits, walk

PIPELINE = Pipeline(packaged())
ROWS = 500
LATER = SECONDS_A_DAY * 400  # after the first row of a series was known: when revisions become known, at the earliest


def traffic() -> Run:
    """Fifty ships a day; from day 440 on one in five of them, to the end."""
    values = counts(ROWS, 50.0, 7.0)
    values[440:] = counts(ROWS - 440, 10.0, 3.0, seed=2)
    return run(transits(), days("2019-01-01", ROWS), values)


def applied(state: PipelineState, rows: Run) -> Applied:
    """One batch with one run."""
    return PIPELINE.apply(state, ObservationBatch(group=rows.series.group, feed="made", runs=[rows]))


def revision(first: Run, changes: dict[int, float | None], known_at: int, evidence: str = "cd") -> Run:
    """Another vintage of these rows, known later."""
    places = sorted(changes)
    return msgspec.structs.replace(
        first,
        evidence=evidence * 32,
        occurred_at=[first.occurred_at[place] for place in places],
        known_at=[known_at] * len(places),
        values=[changes[place] for place in places],
        rows=[place + 1 for place in places],
        provisional=[False] * len(places),
        context={name: [None] * len(places) for name in first.context},
    )


def standing(signals: Iterable[Signal]) -> list[Signal]:
    """What counts of the signals given out, in the order of periods: without what revisions took back."""
    given_out = list(signals)
    gone = {name for signal in given_out for name in signal.withdraws}
    left = [s for s in given_out if s.phase is not Phase.REVISED and s.signal_id not in gone]
    return sorted(left, key=lambda s: (s.detector, s.occurred_at, s.known_at))


def revised(signals: Iterable[Signal]) -> list[Signal]:
    """The revisions among signals."""
    return [signal for signal in signals if signal.phase is Phase.REVISED]


def test_a_fall_that_the_source_takes_back_is_withdrawn() -> None:
    """The ships were there after all: one revision names every signal of the fall, and nothing is said anew."""
    state, rows = PipelineState(), traffic()
    said = applied(state, rows).signals
    assert next(s.phase for s in said) is Phase.RAISED
    known_at = rows.known_at[-1] + SECONDS_A_DAY
    back = dict(enumerate(counts(ROWS - 440, 50.0, 7.0, seed=3), start=440))
    found = applied(state, revision(rows, back, known_at))
    (taken,) = found.signals
    assert (taken.detector, taken.phase, taken.known_at) == ("X2", Phase.REVISED, known_at)
    assert set(taken.withdraws) == {s.signal_id for s in said}
    assert (taken.hazard, taken.route, taken.group) == (said[0].hazard, said[0].route, said[0].group)
    assert found.counts == {Reason.REVISED: ROWS - 440, Reason.WITHDRAWN: len(said)}
    assert {e.sha256 for e in taken.evidence} == {"cd" * 32}
    assert taken.evidence[-1].occurred_at == rows.occurred_at[-1]


def test_a_fall_that_stays_about_as_deep_is_kept() -> None:
    """Figures move by a few per cent all the time: nothing is said, the reasons are counted."""
    state, rows = PipelineState(), traffic()
    said = applied(state, rows).signals
    changes = {place: (rows.values[place] or 0.0) + 1.0 for place in range(450, ROWS, 5)}
    found = applied(state, revision(rows, changes, rows.known_at[-1] + 60))
    assert found.signals == []
    assert found.counts == {
        Reason.REVISED: len(changes),
        Reason.KEPT: sum(s.occurred_at >= rows.occurred_at[450] for s in said),
    }


def test_a_fall_that_is_less_deep_is_weakened() -> None:
    """The old signals are taken back and the weaker ones said at the moment of the revision, in ids of their own."""
    state, rows = PipelineState(), traffic()
    said = applied(state, rows).signals
    known_at = rows.known_at[-1] + 60
    changes = {place: (rows.values[place] or 0.0) + 14.0 for place in range(440, ROWS)}
    found = applied(state, revision(rows, changes, known_at))
    (taken,) = revised(found.signals)
    anew = [s for s in found.signals if s.phase is not Phase.REVISED]
    assert found.counts[Reason.WEAKENED] > 0
    assert anew
    assert {s.known_at for s in anew} == {known_at}
    assert not {s.signal_id for s in anew} & {s.signal_id for s in said}
    assert taken.signal_id > max(s.signal_id for s in [*said, *anew]), "folded after what is said anew"
    assert max(s.score for s in standing([*said, *found.signals])) < SAME * max(s.score for s in said)


def test_a_fall_that_only_the_revised_figures_show_is_raised_when_they_are_known() -> None:
    """What was calm by the first figures is told as soon as better figures show it, with the day of these."""
    rows = run(transits(), days("2019-01-01", ROWS), counts(ROWS, 50.0, 7.0))
    state = PipelineState()
    assert applied(state, rows).signals == []
    known_at = rows.known_at[-1] + 60
    found = applied(state, revision(rows, dict.fromkeys(range(ROWS - 10, ROWS), 4.0), known_at))
    raised = [s for s in found.signals if s.phase is Phase.RAISED]
    assert [(s.detector, s.known_at) for s in raised] == [("L1", known_at)]
    assert [s.withdraws for s in revised(found.signals)] == [()]


def test_an_end_that_is_taken_back_is_an_end_no_more() -> None:
    """A recovery that the source revises away: the clear is withdrawn and the fall goes on."""
    values = counts(ROWS, 50.0, 7.0)
    values[440:460] = counts(20, 8.0, 2.0, seed=2)
    rows = run(transits(), days("2019-01-01", ROWS), values)
    state = PipelineState()
    said = applied(state, rows).signals
    cleared = [s for s in said if s.phase is Phase.CLEARED]
    assert cleared
    changes = dict(enumerate(counts(40, 8.0, 2.0, seed=5), start=460))
    found = applied(state, revision(rows, changes, rows.known_at[-1] + 60))
    assert {s.signal_id for s in cleared} <= {name for s in revised(found.signals) for name in s.withdraws}
    assert standing([*said, *found.signals])[-1].phase is not Phase.CLEARED


def test_an_anomaly_that_revised_figures_show_and_end_is_ended_too() -> None:
    """A fall within the past, found late: what raises it is followed by what clears it."""
    rows = run(transits(), days("2019-01-01", ROWS), counts(ROWS, 50.0, 7.0))
    state = PipelineState()
    applied(state, rows)
    found = applied(state, revision(rows, dict.fromkeys(range(450, 462), 3.0), rows.known_at[-1] + 60))
    assert next(s.phase for s in standing(found.signals)) is Phase.RAISED
    assert [s.phase for s in standing(found.signals)][-1] is Phase.CLEARED


def test_what_is_older_than_the_rows_that_are_kept_is_counted_and_changes_nothing() -> None:
    """Beyond reach a revision is a vintage in the archive: no signal, no state, its own reason."""
    state, rows = PipelineState(), traffic()
    applied(state, rows)
    before = encode(state)
    reach = REACH[rows.series.family]
    found = applied(state, revision(rows, {ROWS - reach - 1: 1.0}, rows.known_at[-1] + 60))
    assert (found.signals, found.counts) == ([], {Reason.BEYOND_REACH: 1})
    assert encode(state) == before
    within = applied(state, revision(rows, {ROWS - reach: 1.0}, rows.known_at[-1] + 60))
    assert within.counts[Reason.REVISED] == 1


def test_the_same_value_again_is_a_duplicate_and_an_older_vintage_is_outdated() -> None:
    """Neither changes anything; an unknown value is no news about a known one."""
    state, rows = PipelineState(), traffic()
    applied(state, rows)
    applied(state, revision(rows, {ROWS - 1: 30.0}, rows.known_at[-1] + 60))
    before = encode(state)
    again = applied(state, revision(rows, {ROWS - 1: 30.0, ROWS - 2: rows.values[-2]}, rows.known_at[-1] + 90))
    assert (again.signals, again.counts) == ([], {Reason.DUPLICATE: 2})
    nothing = applied(state, revision(rows, {ROWS - 1: None}, rows.known_at[-1] + 90))
    assert (nothing.signals, nothing.counts) == ([], {Reason.DUPLICATE: 1})
    older = applied(state, revision(rows, {ROWS - 1: 31.0}, rows.known_at[-1] + 30))
    assert (older.signals, older.counts) == ([], {Reason.OUTDATED: 1})
    assert encode(state) == before


def test_a_row_that_comes_late_takes_its_place() -> None:
    """A period that was left out is put between the others: the detectors then stand as if it had come in time."""
    rows = traffic()
    whole, gap = PipelineState(), PipelineState()
    applied(whole, rows)
    kept = [place for place in range(ROWS) if place != ROWS - 20]
    first = rows.part(0, ROWS - 20)
    applied(gap, first)
    applied(gap, rows.part(ROWS - 19, ROWS))
    late = applied(gap, rows.part(ROWS - 20, ROWS - 19))
    assert late.counts[Reason.LATE] == 1
    assert len(kept) == ROWS - 1
    key = rows.series.series_id
    assert encode(gap.series[key].states) == encode(whole.series[key].states)
    assert gap.series[key].recent.rows.occurred_at[-30:] == rows.occurred_at[-30:]


def test_a_revision_delivered_twice_is_one_revision() -> None:
    """At least once is exactly once: the second delivery finds duplicates."""
    state, rows = PipelineState(), traffic()
    applied(state, rows)
    again = revision(rows, dict.fromkeys(range(450, 460), 50.0), rows.known_at[-1] + 60)
    assert applied(state, again).signals
    before = encode(state)
    repeated = applied(state, again)
    assert (repeated.signals, repeated.counts) == ([], {Reason.DUPLICATE: 10})
    assert encode(state) == before


def test_revisions_and_new_rows_of_one_release_are_taken_together() -> None:
    """A weekly release brings seven new days and mends the days before: one revision, then the new days."""
    rows = traffic()
    state = PipelineState()
    said = applied(state, rows.part(0, 490)).signals
    mended = revision(rows, dict.fromkeys(range(440, 490), 48.0), rows.known_at[-1])
    fresh = rows.part(490, ROWS)
    names = ("occurred_at", "known_at", "values", "rows", "provisional")
    columns = {name: [*getattr(mended, name), *getattr(fresh, name)] for name in names}
    found = applied(state, msgspec.structs.replace(mended, **columns))
    assert len(revised(found.signals)) == 1
    assert (found.counts[Reason.REVISED], found.counts[Reason.ACCEPTED]) == (50, 10)
    left = standing([*said, *found.signals])
    assert left[0].phase is Phase.RAISED
    assert left[0].occurred_at >= rows.occurred_at[490]


KINDS: dict[str, tuple[Series, list[int], list[float | None]]] = {
    "daily prices": (price(), days("2019-01-01", ROWS), walk(ROWS, 0.012)),
    "monthly prices": (price(Cadence.MONTHLY), months("1990-01", 160), walk(160, 0.05)),
    "daily counts": (transits(), days("2019-01-01", ROWS), counts(ROWS, 50.0, 7.0)),
    "monthly counts": (transits(cadence=Cadence.MONTHLY), months("1990-01", 160), counts(160, 900.0, 40.0)),
    "monthly flows": (flow(), months("1990-01", 160), counts(160, 900.0, 120.0)),
}


def history(kind: str, seed: int) -> Run:
    """A series of one kind with a shock near its end."""
    series, moments, values = KINDS[kind]
    rng = random.Random(seed)
    values = list(values)
    at, factor = len(values) - rng.randrange(1, 40), rng.choice([0.05, 0.4, 2.0, 1.0])
    for place in range(at, len(values)):
        value = values[place]
        values[place] = None if value is None or rng.random() < 0.05 else round(value * factor, 2)
    context = {"common_move": [round(rng.gauss(0.0, 0.006), 6) for _ in values]} if kind.endswith("prices") else {}
    return run(series, moments, values, context=context)


def pieces(rows: Run, cuts: Sequence[int]) -> list[Run]:
    """The run in pieces."""
    edges = [0, *sorted(cut for cut in cuts if cut < len(rows.values)), len(rows.values)]
    return [rows.part(low, high) for low, high in pairwise(edges) if low < high]


def changes_of(rows: Run, seed: int) -> list[Run]:
    """A few revisions within reach, one after another."""
    rng = random.Random(seed)
    reach, made = REACH[rows.series.family], []
    for number in range(rng.randrange(1, 4)):
        places = rng.sample(range(len(rows.values) - reach, len(rows.values)), rng.randrange(1, reach))
        values = {
            place: round((rows.values[place] or 50.0) * rng.choice([0.1, 0.8, 1.1, 1.25, 3.0]), 2) for place in places
        }
        made.append(revision(rows, values, rows.known_at[-1] + 60 * (number + 1), evidence=f"{number:02d}"))
    return made


def mended(rows: Run, revisions: Iterable[Run]) -> Run:
    """The rows as they are after all revisions, each with its vintage."""
    columns = {name: list(getattr(rows, name)) for name in ("known_at", "values", "rows", "provisional")}
    for again in revisions:
        for place, at in enumerate(again.occurred_at):
            if again.values[place] == columns["values"][rows.occurred_at.index(at)]:
                continue  # a duplicate: the figure was known before
            for name, column in columns.items():
                column[rows.occurred_at.index(at)] = getattr(again, name)[place]
    return msgspec.structs.replace(rows, **columns)


thorough = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@pytest.mark.parametrize("kind", KINDS)
@thorough
@given(seed=st.integers(0, 2**32), cuts=st.lists(st.integers(0, ROWS), max_size=8))
def test_after_a_revision_detectors_stand_as_if_the_figures_had_been_the_first(
    kind: str, seed: int, cuts: list[int]
) -> None:
    """Whatever was revised within reach and however it came, the states are those of the figures as they are now."""
    rows = history(kind, seed)
    revisions = changes_of(rows, seed)
    state, straight = PipelineState(), PipelineState()
    for piece in [*pieces(rows, cuts), *revisions]:
        applied(state, piece)
        state = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=PipelineState)
    applied(straight, mended(rows, revisions))
    key = rows.series.series_id
    assert without_hashes(state.series[key].states) == without_hashes(straight.series[key].states)


def without_hashes(states: object) -> bytes:
    """States without the hashes of what was read: a mended run has one for all rows."""
    content = encode(states)
    for name in ("ab", "00", "01", "02"):
        content = content.replace((name * 32).encode(), b"")
    return content


@pytest.mark.parametrize("kind", KINDS)
@thorough
@given(seed=st.integers(0, 2**32), cuts=st.lists(st.integers(0, ROWS), max_size=8))
def test_where_a_run_was_cut_changes_nothing_that_is_said(kind: str, seed: int, cuts: list[int]) -> None:
    """The same rows and revisions in other pieces give the same signals and the same memory of them."""
    rows = history(kind, seed)
    revisions = changes_of(rows, seed)
    outcomes = []
    for way in (pieces(rows, cuts), [rows]):
        state = PipelineState()
        found = [signal for piece in [*way, *revisions] for signal in applied(state, piece).signals]
        outcomes.append(sorted(found, key=lambda s: s.signal_id))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("kind", KINDS)
@thorough
@given(seed=st.integers(0, 2**32))
def test_what_stands_says_what_the_figures_say_now(kind: str, seed: int) -> None:
    """Nothing is left that the revised figures do not show as strong, and all that they show is said.

    A tenth more or less is the same; an anomaly may have been said a day earlier or later than it is found now.
    """
    rows = history(kind, seed)
    revisions = changes_of(rows, seed)
    state, straight = PipelineState(), PipelineState()
    found = [signal for piece in [rows, *revisions] for signal in applied(state, piece).signals]
    truth = applied(straight, mended(rows, revisions)).signals
    left = standing(found)
    assert len({signal.signal_id for signal in found}) == len(found), "every signal has an id of its own"
    first = rows.occurred_at[-REACH[rows.series.family]]
    for at in rows.occurred_at[-REACH[rows.series.family] :]:
        for detector in {s.detector for s in [*left, *truth]}:
            assert direction_at(left, detector, at) == direction_at(truth, detector, at)
    for some, others in ((left, truth), (truth, left)):
        for signal in some:
            if signal.phase is not Phase.CLEARED and signal.occurred_at >= first:
                scores = [
                    o.score for o in others if o.detector == signal.detector and o.occurred_at <= signal.occurred_at
                ]
                assert max(scores) >= SAME**2 * signal.score


def direction_at(signals: Iterable[Signal], detector: str, at: int) -> str:
    """Which way a detector says that the series is out at a period; empty where it says that it is not."""
    own = [s for s in signals if s.detector == detector and s.occurred_at <= at]
    last = max(own, key=lambda s: (s.occurred_at, s.known_at), default=None)
    return "" if last is None or last.phase is Phase.CLEARED else last.direction


@pytest.mark.parametrize("kind", KINDS)
def test_memory_of_rows_is_bounded(kind: str) -> None:
    """Row by row or at once, no more rows are kept than a few reaches, and what was said on them."""
    rows = history(kind, 1)
    reach = REACH[rows.series.family]
    for size in (1, 7, reach, len(rows.values)):
        state = PipelineState()
        for start in range(0, len(rows.values), size):
            applied(state, rows.part(start, start + size))
            recent = state.series[rows.series.series_id].recent
            assert len(recent.rows) <= (MOST_REACHES + 2) * reach
            older = [said.detector for said in recent.said if said.occurred_at < recent.rows.occurred_at[0]]
            assert len(older) == len(set(older)), "of each detector its last word at most"


def test_a_derived_figure_follows_its_parts() -> None:
    """The price at home is revised: the gap to the world is judged anew, and its revision names both prices."""
    home = msgspec.structs.replace(price(market="shfe_settle"), series_id="home", origin="CHN")
    world = msgspec.structs.replace(price(market="lme_cash"), series_id="world")
    moments, level = days("2018-01-01", 700), walk(700, 0.01)
    dear = [round((value or 0.0) * (1.0 + 0.02 * (row % 5) + 0.6 * (row >= 696)), 1) for row, value in enumerate(level)]
    state, said = PipelineState(), list[Signal]()
    for start in range(0, 700, 50):
        runs = [
            run(home, moments, list(dear)).part(start, start + 50),
            run(world, moments, level).part(start, start + 50),
        ]
        batch = ObservationBatch(group="tin", feed="made", runs=runs)
        said += PIPELINE.apply(state, batch).signals
    said += PIPELINE.apply(
        state, ObservationBatch(group="tin", feed="", tick_at=moments[-1] + 3 * SECONDS_A_DAY)
    ).signals
    gap = [s for s in said if s.detector == "P3"]
    assert gap, "the gap must have opened, else this shows nothing"
    known_at = moments[-1] + 4 * SECONDS_A_DAY
    mended_home = {row: round((level[row] or 0.0) * (1.0 + 0.02 * (row % 5)), 1) for row in range(696, 700)}
    found = applied(state, revision(run(home, moments, list(dear)), mended_home, known_at)).signals
    found += PIPELINE.apply(state, ObservationBatch(group="tin", feed="", tick_at=known_at + SECONDS_A_DAY)).signals
    (taken,) = [s for s in revised(found) if s.subject == gap[0].subject]
    assert set(taken.withdraws) == {s.signal_id for s in gap}
    assert {e.subject for e in taken.evidence} == {"home", "world"}
    assert {e.sha256 for e in taken.evidence if e.subject == "home"} == {"cd" * 32}
