"""Every registered detector is held to the contract of its seam: one more line in the registry is one more subject."""

import copy
import itertools
import math
import random
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from streams.detectors import (
    CALENDAR_DETECTORS,
    DETECTORS,
    HAZARD_DETECTORS,
    NOTICE_DETECTORS,
    PATTERN_DETECTORS,
    DetectorState,
)
from streams.detectors.base import (
    CalendarDetector,
    Detector,
    HazardDetector,
    Known,
    NoticeDetector,
    PatternDetector,
)
from streams.lowering import lowered
from streams.notices.readings import ActKind, Listed, Polarity, Reading, Span
from streams.observations import (
    SECONDS_A_DAY,
    Cadence,
    Family,
    HazardObservation,
    Measure,
    NoticeObservation,
    Run,
    Series,
)
from streams.pipeline import PipelineState, SeriesState
from streams.relations import RELATIONS
from streams.signals import Direction, Phase, Signal
from streams.thresholds import packaged
from tests.streams.detectors.made_patterns import act, comparison, fall, gap, revised

THRESHOLDS = packaged()
START = 1_388_534_400  # 2014-01-01
STATE_LIMIT = 4_096  # bytes of one series in one detector
EVIDENCE_LIMIT = 8
LENGTHS = {Cadence.DAILY: 420, Cadence.MONTHLY: 84, Cadence.IRREGULAR: 24}
SILENT = {Cadence.DAILY: 56, Cadence.MONTHLY: 24, Cadence.IRREGULAR: 1}  # rows in which no detector may speak
SHOCKS = ("none", "nan", "infinite", "zero", "negative", "enormous", "tiny", "tenfold", "tenth", "frozen", "gap")


def series(family: Family, measure: Measure, cadence: Cadence, relation: str = "") -> Series:
    """A series of one kind, with everything that a detector may ask for."""
    return Series(
        series_id=":".join(filter(None, (family, measure, cadence, relation))),
        feed="made",
        family=family,
        group="antimony",
        measure=measure,
        unit="t",
        cadence=cadence,
        minerals=("antimony",),
        origin="CHN",
        destination="WLD",
        route="chokepoint1",
        ship_class="total",
        relation=relation,
    )


def subjects(detector: Detector) -> Iterator[Series]:
    """The series that a detector is held to: of each measure and cadence that it watches, in two families at most, one
    that was read and one that was derived; of those that are derived, each by itself where no other will do."""
    for measure, cadence in itertools.product(Measure, Cadence):
        watched = [
            [made for code in RELATION_CODES if detector.watches(made := series(family, measure, cadence, code))]
            for family in Family
        ]
        for own in [found for found in watched if found][:2]:
            yield from own[:2] if own[0].relation == "" else own


RELATION_CODES = ("", *(kind.code for kind in RELATIONS))
CASES = [
    pytest.param(detector, made, id=f"{detector.code}-{made.series_id}")
    for detector in DETECTORS
    for made in subjects(detector)
]


def silent_rows(subject: Series) -> int:
    """Rows in which no detector may speak of a series; of a level nothing is known but rows, and of those twelve do."""
    return 12 if subject.measure is Measure.LEVEL else SILENT[subject.cadence]


def length_of(subject: Series) -> int:
    """Rows of a full history: enough to fill what is remembered of a series."""
    return 420 if subject.measure is Measure.LEVEL else LENGTHS[subject.cadence]


def run_of(subject: Series, seed: int, shocks: list[tuple[int, str]]) -> Run:
    """A noisy series of full length with shocks; the common move of all metals beside prices."""
    rng = random.Random(seed)
    length = length_of(subject)
    step = {Cadence.DAILY: 1, Cadence.MONTHLY: 30.436875, Cadence.IRREGULAR: 47.3}[subject.cadence]
    values: list[float | None] = [round(400.0 * rng.lognormvariate(0.0, 0.08), 1) for _ in range(length)]
    days = [math.floor(number * step) + 15 * (step > 1) for number in range(length)]
    for at, shock in shocks:
        strike(values, days, at % length, shock)
    occurred_at = [START + day * SECONDS_A_DAY for day in days]
    context: dict[str, list[float | None]] = (
        {"common_move": [rng.gauss(0.0, 0.01) for _ in values]} if subject.family is Family.PRICES else {}
    )
    if subject.relation in ("floor", "worth"):  # in force from where a detector may speak
        before = silent_rows(subject)
        context = {"floor": [None] * before + [300.0] * (length - before), "bound": [0.0] * length}
    if subject.relation == "concentration":
        context = {"top_share": [0.5] * length, "flow": [1e9] * length}
    if subject.relation == "surge":
        context = {"share": [0.5] * length}
    run = Run(
        series=subject,
        evidence=f"{seed:064x}",
        occurred_at=occurred_at,
        known_at=[at + SECONDS_A_DAY for at in occurred_at],
        values=values,
        rows=list(range(1, length + 1)),
        provisional=[number > length - 5 for number in range(length)],
        context=context,
    )
    return derived(run) if subject.relation else run


def derived(run: Run) -> Run:
    """The same values as if they had been derived from two figures each: the bytes and rows are those of the parts."""
    series_of_legs = [msgspec.structs.replace(run.series, series_id=name, relation="") for name in ("one", "other")]
    legs = tuple(
        msgspec.structs.replace(run, series=own, evidence=f"{number:064x}") for number, own in enumerate(series_of_legs)
    )
    return msgspec.structs.replace(run, evidence="", rows=[0] * len(run.rows), legs=legs)


def strike(values: list[float | None], days: list[int], at: int, shock: str) -> None:
    """Put one shock into the columns, from row `at` on."""
    single = {
        "none": None,
        "nan": math.nan,
        "infinite": math.inf,
        "zero": 0.0,
        "negative": -5.0,
        "enormous": 1e300,
        "tiny": 1e-300,
    }
    if shock in single:
        for row in range(at, min(at + 4, len(values))):
            values[row] = single[shock]
    elif shock == "frozen":
        values[at : at + 12] = [values[at]] * len(values[at : at + 12])
    elif shock == "gap":
        days[at:] = [day + 90 for day in days[at:]]
    else:
        factor = 10.0 if shock == "tenfold" else 0.1
        for row in range(at, len(values)):
            value = values[row]
            values[row] = None if value is None else value * factor


def parameters_of(detector: Detector, subject: Series) -> Any:
    """What thresholds.toml gives this detector for this series."""
    return THRESHOLDS.parameters(detector.code, subject)


def observed(detector: Detector, run: Run, cuts: list[int] | None = None) -> tuple[list[Signal], bytes]:
    """Signals and final state, with snapshot and restore at every cut."""
    state, found, last = detector.State(), list[Signal](), 0
    for cut in [*sorted(cuts or []), len(run.values)]:
        found += detector.observe(state, run.part(last, cut), parameters_of(detector, run.series))
        state, last = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=detector.State), cut
    return found, msgspec.msgpack.encode(state)


shocks = st.lists(st.tuples(st.integers(0, 500), st.sampled_from(SHOCKS)), max_size=4)
seeds = st.integers(0, 2**32)
thorough = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@pytest.mark.parametrize(("detector", "subject"), CASES)
class TestContract:
    """What the design asks of every detector."""

    @thorough
    @given(seed=seeds, faults=shocks, cuts=st.lists(st.integers(0, 420), max_size=6))
    @example(seed=1, faults=[(300, "tenth")], cuts=[299, 300, 301, 302])
    @example(seed=2, faults=[(60, "zero"), (70, "none")], cuts=[61, 62, 63])
    def test_cutting_a_run_anywhere_changes_nothing(
        self, detector: Detector, subject: Series, seed: int, faults: list[tuple[int, str]], cuts: list[int]
    ) -> None:
        """The same rows in pieces, with snapshot and restore between, give the same signals and the same state."""
        run = run_of(subject, seed, faults)
        inside = [cut for cut in cuts if cut <= len(run.values)]
        assert observed(detector, run, inside) == observed(detector, run)

    @thorough
    @given(seed=seeds, faults=shocks)
    @example(seed=3, faults=[(200, "nan"), (210, "infinite"), (220, "enormous"), (230, "tiny")])
    def test_whatever_comes_is_judged_in_order_and_with_evidence_that_was_seen(
        self, detector: Detector, subject: Series, seed: int, faults: list[tuple[int, str]]
    ) -> None:
        """No value raises an error; every signal has a score that JSON can hold and rows that lie in the run."""
        run = run_of(subject, seed, faults)
        found, _ = observed(detector, run)
        given_rows = {
            (own.evidence, row, at, known, value)
            for own in run.legs or (run,)
            for row, at, known, value in zip(own.rows, own.occurred_at, own.known_at, own.values, strict=True)
        }
        raised = False
        for signal in found:
            assert (signal.phase is Phase.RAISED) or raised, "nothing continues or clears before it was raised"
            assert signal.phase is not Phase.RAISED or signal.score >= 1.0
            raised = signal.phase is not Phase.CLEARED
            row = run.occurred_at.index(signal.occurred_at)
            assert signal.known_at == run.known_at[row]
            assert signal.provisional == run.provisional[row]
            assert signal.detector == detector.code
            assert signal.subject == subject.series_id
            assert 1 <= len(signal.evidence) <= EVIDENCE_LIMIT
            assert signal.evidence[-1].occurred_at == signal.occurred_at
            newest = {seen.sha256 for seen in signal.evidence if seen.occurred_at == signal.occurred_at}
            assert newest == {own.evidence for own in run.legs or (run,)}, "every figure that the newest one came from"
            for seen in signal.evidence:
                assert (seen.sha256, seen.row, seen.occurred_at, seen.known_at, seen.value) in given_rows
                assert seen.occurred_at <= signal.occurred_at
            numbers = (
                signal.score,
                signal.observed,
                signal.expected,
                signal.band_low,
                signal.band_high,
                signal.raises_at,
            )
            assert all(number is None or math.isfinite(number) for number in numbers)
            if signal.phase is Phase.RAISED and signal.raises_at is not None and signal.observed is not None:
                slack = 1e-4 * abs(signal.raises_at) + 0.001  # both are rounded
                beyond = signal.observed - signal.raises_at
                assert (beyond if signal.direction is Direction.UP else -beyond) >= -slack, signal
        assert len({signal.signal_id for signal in found}) == len(found)

    @thorough
    @given(seed=seeds, faults=st.lists(st.tuples(st.integers(0, 60), st.sampled_from(SHOCKS)), max_size=6))
    def test_silent_in_warm_up(
        self, detector: Detector, subject: Series, seed: int, faults: list[tuple[int, str]]
    ) -> None:
        """Before a detector knows what is usual it says nothing, whatever it is shown."""
        run = run_of(subject, seed, faults)
        found, _ = observed(detector, run.part(0, silent_rows(subject)))
        assert found == []

    @pytest.mark.parametrize("factor", [0.9, 0.6])
    def test_lower_thresholds_raise_no_later(self, detector: Detector, subject: Series, factor: float) -> None:
        """With the thresholds times a factor the first figure that raises is the same one or an earlier one."""
        lower = lowered(THRESHOLDS, factor).parameters(detector.code, subject)
        for shock in ("tenth", "tenfold", "zero"):
            for seed in range(4):
                run = run_of(subject, seed, [(length_of(subject) - 9, shock)])
                first = min((s.occurred_at for s in observed(detector, run)[0]), default=None)
                found = detector.observe(detector.State(), run, lower)
                assert first is None or min(signal.occurred_at for signal in found) <= first

    @pytest.mark.parametrize("level", [1e-9, 1.0, 400.0, 1e12])
    def test_a_constant_series_never_signals(self, detector: Detector, subject: Series, level: float) -> None:
        """No variance is no news and no error."""
        run = run_of(subject, 5, [])
        still = msgspec.structs.replace(run, values=[level] * len(run.values), context={})
        assert observed(detector, still)[0] == []

    def test_a_series_of_zeros_or_of_nothing_never_signals(self, detector: Detector, subject: Series) -> None:
        """A flow that never was cannot stop, and a series that says nothing is unknown."""
        run = run_of(subject, 6, [])
        for nothing in (0.0, None, math.nan):
            empty = msgspec.structs.replace(run, values=[nothing] * len(run.values))
            assert observed(detector, empty)[0] == []

    def test_unknown_rows_neither_signal_nor_clear(self, detector: Detector, subject: Series) -> None:
        """After a shock that raised it, rows without a value bring no signal at all: missing is never calm."""
        spoke = 0
        for shock, back in (("tenth", 9), ("tenfold", 9), ("zero", 9), ("frozen", 12)):
            for seed in range(6):
                run = run_of(subject, seed, [(length_of(subject) - back, shock)])
                state = detector.State()
                parameters = parameters_of(detector, subject)
                before = detector.observe(state, run.part(0, len(run.values) - 6), parameters)
                spoke += bool(before) and before[-1].phase is not Phase.CLEARED
                rest = run.part(len(run.values) - 6, len(run.values))
                unknown = msgspec.structs.replace(rest, values=[None] * len(rest.values))
                assert detector.observe(state, unknown, parameters) == []
        assert spoke, "at least one of these shocks must raise, else this test shows nothing"

    def test_memory_is_bounded(self, detector: Detector, subject: Series) -> None:
        """Ten times as many rows leave a state of the same size, below the limit for one series."""
        sizes = []
        state, parameters = detector.State(), parameters_of(detector, subject)
        for lap in range(10):
            run = run_of(subject, lap, [(lap * 37, "tenth"), (lap * 11, "tenfold")])
            shift = lap * 60 * 365 * SECONDS_A_DAY
            moved = msgspec.structs.replace(run, occurred_at=[at + shift for at in run.occurred_at])
            detector.observe(state, moved, parameters)
            sizes.append(len(msgspec.msgpack.encode(state)))
        assert max(sizes) <= STATE_LIMIT
        assert sizes[-1] <= 1.2 * max(sizes[:3])

    def test_the_state_belongs_to_the_caller(self, detector: Detector, subject: Series) -> None:
        """Two series run through one detector in turn give what each gives alone: nothing is kept in the detector."""
        first, second = run_of(subject, 7, [(250, "tenth")]), run_of(subject, 8, [(251, "tenfold")])
        alone = [observed(detector, run) for run in (first, second)]
        states = [detector.State(), detector.State()]
        parameters = parameters_of(detector, subject)
        found: list[list[Signal]] = [[], []]
        for start in range(0, len(first.values), 50):
            for number, run in enumerate((first, second)):
                found[number] += detector.observe(states[number], run.part(start, start + 50), parameters)
        assert [(signals, msgspec.msgpack.encode(state)) for signals, state in zip(found, states, strict=True)] == alone

    def test_a_run_is_not_changed(self, detector: Detector, subject: Series) -> None:
        """Rows are shared between detectors: none of them may write into a run."""
        run = run_of(subject, 9, [(200, "zero")])
        before = copy.deepcopy(run)
        observed(detector, run)
        assert run == before


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.code)
class TestRegistration:
    """What the pipeline and the thresholds need of every detector."""

    def test_the_state_is_one_of_the_tagged_union(self, detector: Detector) -> None:
        """A snapshot of the pipeline decodes back to the detector's own state."""
        held = PipelineState(series={"s": SeriesState(last=1, states={detector.code: detector.State()})})
        for codec in (msgspec.json, msgspec.msgpack):
            back = codec.decode(codec.encode(held), type=PipelineState)
            assert back == held
            assert type(back.series["s"].states[detector.code]) is detector.State
        assert detector.State in DetectorState.__args__

    def test_its_parameters_stand_in_the_thresholds_file(self, detector: Detector) -> None:
        """The shipped file has a section of the right type that passes its own check."""
        parameters = parameters_of(detector, series(Family.PRICES, Measure.PRICE, Cadence.DAILY))
        assert type(parameters) is detector.Parameters
        parameters.check()

    def test_it_watches_something_and_not_what_is_kept_for_reading(self, detector: Detector) -> None:
        """A detector without a series is dead code; a partial vintage is for reading only."""
        mine = [case.values[1] for case in CASES if case.values[0] is detector]
        assert mine
        assert not any(detector.watches(msgspec.structs.replace(subject, partial=True)) for subject in mine)


def test_codes_are_unique() -> None:
    """States and thresholds are kept by code."""
    every = (*DETECTORS, *NOTICE_DETECTORS, *HAZARD_DETECTORS, *PATTERN_DETECTORS, *CALENDAR_DETECTORS)
    codes = [detector.code for detector in every]
    assert len(set(codes)) == len(codes)


def notice(relevant: bool) -> NoticeObservation:
    """A document with everything that a detector of notices may ask for."""
    reading = Reading(
        is_relevant=relevant,
        act_kind=ActKind.EXPORT_LICENSING if relevant else ActKind.NONE,
        polarity=Polarity.IMPOSE if relevant else Polarity.NONE,
        minerals=("antimony",) if relevant else (),
        actor="CHN" if relevant else "",
        targets=("ALL",) if relevant else (),
        published_on="2014-01-01",
        entities=(Listed("hsikwangshan", Polarity.IMPOSE),) if relevant else (),
        spans=(Span("act", "title", 0, 4, "text"),),
    )
    return NoticeObservation(
        document_id="made:1",
        feed="made",
        issuer="ministry",
        number="1",
        language="en",
        title="text of a title",
        address="example.org/1",
        occurred_at=START,
        known_at=START + 3_600,
        evidence="cd" * 32,
        row=7,
        reading=reading,
    )


@pytest.mark.parametrize("kind", NOTICE_DETECTORS, ids=lambda kind: kind.code)
class TestNoticeContract:
    """What the design asks of a detector of documents."""

    def test_the_same_document_gives_the_same_signals(self, kind: type[NoticeDetector]) -> None:
        """Two detectors, two readings: one answer, about the group that was asked for, with the document's own row."""
        parameters = THRESHOLDS.parameters(kind.code, None)
        first, second = (kind().observe(notice(True), "antimony", parameters) for _ in range(2))
        assert first == second
        assert first, "an act that restricts must signal, else this shows nothing"
        for signal in first:
            assert (signal.detector, signal.group, signal.known_at) == (kind.code, "antimony", START + 3_600)
            assert [(seen.sha256, seen.row) for seen in signal.evidence] == [("cd" * 32, 7)]
            assert math.isfinite(signal.score)

    def test_what_is_no_act_is_silent(self, kind: type[NoticeDetector]) -> None:
        """A document that is not relevant gives nothing."""
        assert kind().observe(notice(False), "antimony", THRESHOLDS.parameters(kind.code, None)) == []

    def test_its_parameters_stand_in_the_thresholds_file(self, kind: type[NoticeDetector]) -> None:
        """The shipped file has a section of the right type that passes its own check."""
        parameters = THRESHOLDS.parameters(kind.code, None)
        assert type(parameters) is kind.Parameters
        parameters.check()


@pytest.mark.parametrize("kind", CALENDAR_DETECTORS, ids=lambda kind: kind.code)
class TestCalendarContract:
    """What the pipeline needs of a detector of days."""

    def dated(self) -> NoticeObservation:
        """A document with a day to come."""
        known = notice(True)
        reading = msgspec.structs.replace(known.reading, effective_on="2014-06-01", end_on="2015-06-01")
        return msgspec.structs.replace(known, reading=reading)

    def test_a_day_is_said_once_and_a_restart_changes_nothing(self, kind: type[CalendarDetector]) -> None:
        """Signals carry the document; each is given once, whatever is encoded and decoded between the ticks."""
        parameters, state, found = THRESHOLDS.parameters(kind.code, None), kind.State(), list[Signal]()
        kind().note(state, self.dated(), "antimony")
        kind().note(state, self.dated(), "antimony")
        assert kind().is_waiting(state, START)
        for week in range(100):
            held = PipelineState(calendars={kind.code: state})
            back = msgspec.msgpack.decode(msgspec.msgpack.encode(held), type=PipelineState)
            assert back == held
            state = back.calendars[kind.code]
            found += kind().due(state, START + week * 7 * SECONDS_A_DAY, "antimony", parameters)
        assert found, "a day that comes must be said, else this shows nothing"
        assert len({signal.signal_id for signal in found}) == len(found)
        for signal in found:
            assert (signal.detector, signal.group) == (kind.code, "antimony")
            assert [(seen.sha256, seen.row) for seen in signal.evidence] == [("cd" * 32, 7)]
        assert not kind().is_waiting(state, START + 1000 * SECONDS_A_DAY)

    def test_what_is_no_act_is_silent(self, kind: type[CalendarDetector]) -> None:
        """A document that is not relevant has no days."""
        state = kind.State()
        kind().note(state, notice(False), "antimony")
        assert not kind().is_waiting(state, START)

    def test_its_parameters_stand_in_the_thresholds_file(self, kind: type[CalendarDetector]) -> None:
        """The shipped file has a section of the right type that passes its own check."""
        parameters = THRESHOLDS.parameters(kind.code, None)
        assert type(parameters) is kind.Parameters
        parameters.check()


def telling(hour: int = 0, **changes: object) -> HazardObservation:
    """A great earthquake at the antimony mines of Xikuangshan, told so many hours after it struck."""
    made = HazardObservation(
        event_id="made:EQ:1",
        feed="made",
        kind="EQ",
        name="text of a name",
        alert_level="Red",
        severity=7.6,
        severity_unit="M",
        lat=27.75,
        lon=111.48,
        occurred_at=START,
        known_at=START + hour * 3_600,
        publisher="source",
        evidence="ef" * 32,
        row=5,
    )
    return msgspec.structs.replace(made, **changes)


@pytest.mark.parametrize("kind", HAZARD_DETECTORS, ids=lambda kind: kind.code)
class TestHazardContract:
    """What the pipeline needs of a detector of natural events."""

    def test_signals_are_deterministic_and_carry_their_evidence(self, kind: type[HazardDetector]) -> None:
        """The same telling gives the same signals, with what was stored; each telling has ids of its own."""
        parameters = THRESHOLDS.parameters(kind.code, None)
        first, second = (kind().observe(kind.State(), telling(), "antimony", parameters) for _ in range(2))
        assert first == second
        assert first, "an event on top of a mine must signal, else this shows nothing"
        for signal in first:
            assert (signal.detector, signal.group, signal.known_at) == (kind.code, "antimony", START)
            assert [(seen.sha256, seen.row) for seen in signal.evidence] == [("ef" * 32, 5)]
            assert math.isfinite(signal.score)
        state = kind.State()
        told = [s for hour in range(3) for s in kind().observe(state, telling(hour), "antimony", parameters) or ()]
        assert len({s.signal_id for s in told}) == len(told) > len(first)

    def test_a_snapshot_between_tellings_changes_nothing(self, kind: type[HazardDetector]) -> None:
        """The state encodes and decodes to itself, and the next telling is judged as before."""
        parameters, state = THRESHOLDS.parameters(kind.code, None), kind.State()
        kind().observe(state, telling(), "antimony", parameters)
        held = PipelineState(hazards={kind.code: state})
        back = msgspec.msgpack.decode(msgspec.msgpack.encode(held), type=PipelineState)
        assert back == held
        smaller = telling(1, severity=4.0)
        after = [kind().observe(s, smaller, "antimony", parameters) for s in (state, back.hazards[kind.code])]
        assert after[0] == after[1]

    def test_strange_values_raise_nothing(self, kind: type[HazardDetector]) -> None:
        """Poles, infinities, missing sizes and kinds that nobody knows are answered without an error."""
        parameters = THRESHOLDS.parameters(kind.code, None)
        strange: list[dict[str, object]] = [
            {"lat": 90.0, "lon": 180.0},
            {"severity": math.inf},
            {"severity": math.nan},
            {"severity": None},
            {"severity_unit": "x"},
            {"kind": "??"},
            {"severity_text": "depth 1e999 km depth:"},
        ]
        for changes in strange:
            for signal in kind().observe(kind.State(), telling(**changes), "antimony", parameters) or ():
                assert math.isfinite(signal.score)

    def test_its_parameters_stand_in_the_thresholds_file(self, kind: type[HazardDetector]) -> None:
        """The shipped file has a section of the right type that passes its own check."""
        parameters = THRESHOLDS.parameters(kind.code, None)
        assert type(parameters) is kind.Parameters
        parameters.check()


def everything() -> Known:
    """What makes a detector of patterns speak: acts, falls that end and one taken back, gaps, comparisons."""
    taken_back = fall("2019-07", Phase.CONTINUING)
    falls = [fall("2019-08"), fall("2019-09", Phase.CONTINUING), fall("2019-10", Phase.CLEARED), taken_back]
    gaps = [gap("2019-06-20"), gap("2019-08-20", Phase.CONTINUING), gap("2020-06-20", Phase.CLEARED)]
    return Known(
        signals=[*falls, *gaps, revised(taken_back, "2019-11-11")],
        acts=[act("2019-05-20", effective="2019-06-01"), act("2018-01-20", Polarity.SUSPEND, end="2018-02-01")],
        comparisons=[comparison(f"2019-{month:02d}", value=0.2 if 6 < month < 10 else 0.9) for month in range(1, 11)],
    )


@pytest.mark.parametrize("detector", PATTERN_DETECTORS, ids=lambda detector: detector.code)
class TestPatternContract:
    """What the engine needs of a detector that reads what the others said."""

    @thorough
    @given(seed=seeds)
    def test_the_set_decides_and_never_the_order(self, detector: PatternDetector, seed: int) -> None:
        """Shuffled in any way, and put away and taken up, the same signals follow."""
        known, rng = everything(), random.Random(seed)
        shuffled = Known(
            signals=rng.sample(known.signals, len(known.signals)),
            acts=rng.sample(known.acts, len(known.acts)),
            comparisons=rng.sample(known.comparisons, len(known.comparisons)),
        )
        parameters = THRESHOLDS.parameters(detector.code, None)
        expected = detector.derive(known, parameters)
        assert expected, "this detector derives nothing from the signals of this suite: give it some"
        assert detector.derive(shuffled, parameters) == expected
        back = msgspec.msgpack.decode(msgspec.msgpack.encode(shuffled), type=Known)
        assert detector.derive(back, parameters) == expected

    def test_signals_name_what_they_rest_on_and_are_not_known_before_it(self, detector: PatternDetector) -> None:
        """Ids are unique; each signal rests on what is there, has its rows, and comes no sooner than the last of it."""
        known = everything()
        found = detector.derive(known, THRESHOLDS.parameters(detector.code, None))
        at = {signal.signal_id: signal.known_at for signal in (*known.signals, *known.acts, *found)}
        assert len({signal.signal_id for signal in found}) == len(found)
        for signal in found:
            assert signal.detector == detector.code
            assert signal.rests_on
            assert max(at[name] for name in signal.rests_on) <= signal.known_at
            assert signal.evidence
            assert all(seen.known_at <= signal.known_at for seen in signal.evidence)
            assert signal.score >= 1.0 or signal.phase is Phase.CLEARED
            assert math.isfinite(signal.score)

    def test_out_of_nothing_nothing_follows(self, detector: PatternDetector) -> None:
        """Neither what only acts say nor what is known of nothing at all is a pattern."""
        parameters = THRESHOLDS.parameters(detector.code, None)
        assert detector.derive(Known(), parameters) == []
        assert detector.derive(Known(acts=everything().acts), parameters) == []

    def test_its_parameters_stand_in_the_thresholds_file(self, detector: PatternDetector) -> None:
        """The shipped file has a section of the right type that passes its own check."""
        parameters = THRESHOLDS.parameters(detector.code, None)
        assert type(parameters) is detector.Parameters
        parameters.check()
