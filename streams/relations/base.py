"""The seam between the series of a group and the figures that are derived from several of them.

A relation is one file with one class, named in `streams/relations/__init__.py`. It is then held to
`tests/conformance/test_relations.py`: deterministic; cutting the rows between any two, with snapshot and restore
between, changes nothing; the order of series in a batch changes nothing; unknown is never a number; what is beyond its
budget joins nothing; bounded memory; each derived figure names the rows of all figures that it came from.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, ClassVar, Protocol

import msgspec

from streams.observations import Run, Series
from streams.reference import Reference


class Relation(Protocol):
    """Derives series from several series of one group. The state is the one mutable thing, owned by the caller."""

    code: ClassVar[str]
    State: ClassVar[type[Any]]  # of one set of series; a msgspec.Struct that encodes and decodes to itself

    def __init__(self, reference: Reference) -> None:
        """`reference` says what belongs together where names alone do not."""

    def sets(self, series: Series) -> tuple[str, ...]:
        """The names of the sets, within its group, that this series is part of; empty where it is of none."""

    def relate(self, state: Any, runs: Sequence[Run]) -> list[Run]:
        """Take new rows of one set, in order of series id, and return what follows from them.

        The rows are those of one or more whole instants: nothing else becomes known at the same time. What comes out
        must be the same whether they are given instant by instant (see `periods`) or together. A derived run has
        `legs`, its rows in order of when they became known; rows whose period does not ascend are left out later.
        """


class Figure(msgspec.Struct, frozen=True, array_like=True):
    """One row of a series, kept until the figures that it belongs with are known. A value of None is unknown."""

    sha256: str
    row: int
    occurred_at: int
    known_at: int
    value: float | None
    provisional: bool


class Derived(msgspec.Struct, frozen=True):
    """One derived figure: its value, None where a part is unknown, and the parts, each with its series."""

    occurred_at: int
    value: float | None
    parts: tuple[tuple[Series, Figure], ...]

    @property
    def known_at(self) -> int:
        """When the last of its parts became known."""
        return max(figure.known_at for _, figure in self.parts)


def figures_of(run: Run) -> Iterator[Figure]:
    """The rows of a run one by one."""
    columns = zip(run.rows, run.occurred_at, run.known_at, run.values, run.provisional, strict=True)
    return (Figure(run.evidence, *row) for row in columns)


def periods(runs: Iterable[Run]) -> Iterator[tuple[int, list[tuple[Series, Figure]]]]:
    """All rows of `runs` by instant and, in it, by the period that is given; of a period in order of series id."""
    rows = [
        (figure.known_at, figure.occurred_at, run.series.series_id, run.series, figure)
        for run in runs
        for figure in figures_of(run)
    ]
    rows.sort(key=itemgetter(0, 1, 2))
    for (_, occurred_at), same in groupby(rows, key=itemgetter(0, 1)):
        yield occurred_at, [(series, figure) for _, _, _, series, figure in same]


def runs_of(series: Series, derived: Iterable[Derived]) -> list[Run]:
    """Derived figures of one series as runs: one for each stretch whose parts come from the same bytes and series."""
    stretches = groupby(derived, key=lambda d: tuple((part.series_id, figure.sha256) for part, figure in d.parts))
    return [_run(series, list(own)) for _, own in stretches]


def _run(series: Series, derived: Sequence[Derived]) -> Run:
    return Run(
        series=series,
        evidence="",
        occurred_at=[d.occurred_at for d in derived],
        known_at=[d.known_at for d in derived],
        values=[d.value for d in derived],
        rows=[0] * len(derived),
        provisional=[any(figure.provisional for _, figure in d.parts) for d in derived],
        legs=tuple(
            run_of(series, [d.parts[at][1] for d in derived]) for at, (series, _) in enumerate(derived[0].parts)
        ),
    )


def run_of(series: Series, figures: Sequence[Figure]) -> Run:
    """Figures of one series, read from the same bytes, as a run: a leg need not ascend, since one figure may serve
    several derived ones."""
    return Run(
        series=series,
        evidence=figures[0].sha256,
        occurred_at=[figure.occurred_at for figure in figures],
        known_at=[figure.known_at for figure in figures],
        values=[figure.value for figure in figures],
        rows=[figure.row for figure in figures],
        provisional=[figure.provisional for figure in figures],
    )
