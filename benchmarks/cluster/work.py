"""The data of the benchmark and the answer: series with planted spikes, made from a seed, the same on every machine."""

import random
from collections.abc import Iterator

import msgspec

from benchmarks.cluster.ewma import FEED
from streams.observations import SECONDS_A_DAY, Cadence, Family, Measure, ObservationBatch, Run, Series

ALPHA, WARM_UP, LIMIT = 0.05, 30, 6.0
BEGINS_AT = 1_262_304_000  # 2010-01-01
SEED = 20261127
Answer = frozenset[tuple[str, int]]
"""Every signal, as (series id, occurred_at)."""


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """So many series of so many rows, in groups of so many series. `values[s][r]` is row r of series s."""

    values: list[list[float]]
    in_group: int

    @property
    def observations(self) -> int:
        """How many there are."""
        return sum(map(len, self.values))

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return -(-len(self.values) // self.in_group)

    def members(self, group: int) -> range:
        """The series of a group."""
        return range(group * self.in_group, min(len(self.values), (group + 1) * self.in_group))


def series_id(number: int) -> str:
    """The name of a series."""
    return f"bench:{number}"


def group_id(number: int) -> str:
    """The name of a group."""
    return f"bench group {number}"


def at(row: int) -> int:
    """The day of a row."""
    return BEGINS_AT + row * SECONDS_A_DAY


def work(series: int, rows: int, in_group: int, spikes: int) -> Work:
    """Normal noise about a level of each series' own, with spikes after the warm-up, some early, one in the end."""
    rng = random.Random(SEED)
    values = []
    for number in range(series):
        level = 100.0 + number
        values.append([round(level + rng.gauss(0.0, 1.0), 3) for _ in range(rows)])
    for number in range(spikes):
        own = values[number % series]
        own[rng.randrange(WARM_UP + 1, rows)] += 40.0
    for number in range(0, series, 10):
        values[number][WARM_UP + 1 + number % 23] += 40.0  # early, for those who read the first rows only
    for own in values[-in_group:]:
        own[-1] += 80.0  # at the end of every order in which the rows can be read
    return Work(values=values, in_group=in_group)


def answer(made: Work) -> Answer:
    """The arithmetic of the job, as every peer does it."""
    found = set()
    for number, own in enumerate(made.values):
        mean, variance = own[0], 0.0
        for row, value in enumerate(own):
            off = value - mean
            square = off * off
            if square > LIMIT * LIMIT * variance and row >= WARM_UP:
                found.add((series_id(number), at(row)))
            mean += ALPHA * off
            variance = (1.0 - ALPHA) * (variance + ALPHA * square)
    return frozenset(found)


def described(number: int, group: int) -> Series:
    """What a series is about: nothing that a shipped detector reads."""
    return Series(
        series_id=series_id(number),
        feed=FEED,
        family=Family.PRICES,
        group=group_id(group),
        measure=Measure.CAPACITY,
        unit="t",
        cadence=Cadence.DAILY,
    )


def run_of(made: Work, place: tuple[int, int], rows: range) -> Run:
    """Rows of the series `place` = (group, series)."""
    group, number = place
    days = [at(row) for row in rows]
    return Run(
        series=described(number, group),
        evidence=f"{number:064x}",
        occurred_at=days,
        known_at=[day + SECONDS_A_DAY for day in days],
        values=made.values[number][rows.start : rows.stop],
        rows=[row + 1 for row in rows],
        provisional=[False] * len(rows),
    )


def full_batches(made: Work, size: int) -> Iterator[ObservationBatch]:
    """Back-fill: one series to a record, `size` rows; the first rows of all series before the next ones."""
    longest = max(map(len, made.values))
    for start in range(0, longest, size):
        for group in range(made.groups):
            for number in made.members(group):
                rows = range(start, min(start + size, len(made.values[number])))
                yield ObservationBatch(group=group_id(group), feed=FEED, runs=[run_of(made, (group, number), rows)])


def polled_batches(made: Work, most_rows: int) -> Iterator[ObservationBatch]:
    """Live: a record is what one poll brings of a group, one to all of its series, 1 to `most_rows` rows of each."""
    rng = random.Random(SEED + 1)
    read = [0] * len(made.values)
    open_groups = list(range(made.groups))
    while open_groups:
        left = []
        for group in open_groups:
            waiting = [n for n in made.members(group) if read[n] < len(made.values[n])]
            runs = []
            for number in sorted(rng.sample(waiting, rng.randint(1, len(waiting)))):
                rows = range(read[number], min(read[number] + rng.randint(1, most_rows), len(made.values[number])))
                read[number] = rows.stop
                runs.append(run_of(made, (group, number), rows))
            yield ObservationBatch(group=group_id(group), feed=FEED, runs=runs)
            if any(read[n] < len(made.values[n]) for n in made.members(group)):
                left.append(group)
        open_groups = left
