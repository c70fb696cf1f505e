"""Rows of two series → their ratio, row by row: what the relations of two prices have in common.

Two figures meet when they are of the same period. One waits for the other until WAITING_ROWS more of its own series
have come: counted in rows, so that it holds for minutes as for months.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import groupby

import msgspec

from streams.baselines import LARGEST
from streams.observations import Run, Series

WAITING_ROWS = 8


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """One figure of a leg; `evidence` is the place of its SHA-256 in the leg's list."""

    evidence: int
    row: int
    occurred_at: int
    known_at: int
    value: float | None
    provisional: bool


class Leg(msgspec.Struct, kw_only=True):
    """One series of a set and its newest figures, in order of when they became known."""

    series: Series
    sha256: list[str] = []
    figures: list[Kept] = []


class PairsState(msgspec.Struct, kw_only=True, tag="pairs"):
    """What is remembered of one set: its series by id."""

    legs: dict[str, Leg] = {}


class Rows(msgspec.Struct):
    """What one series has to offer now, in order of when it became known: `old` figures it has kept, then new rows."""

    series: Series
    old: int
    occurred_at: list[int]
    known_at: list[int]
    values: list[float | None]
    sha256: list[str]
    rows: list[int]
    provisional: list[bool]


def offered(state: PairsState, runs: Sequence[Run]) -> dict[str, Rows]:
    """Every series of the set with what it has kept and what is new of it; afterwards the newest rows are kept."""
    fresh: dict[str, list[Run]] = {}
    for run in runs:
        fresh.setdefault(run.series.series_id, []).append(run)
    for series_id, own in fresh.items():
        if series_id not in state.legs:
            state.legs[series_id] = Leg(series=own[0].series)
    found: dict[str, Rows] = {}
    for series_id in sorted(state.legs):
        leg = state.legs[series_id]
        rows = _rows(leg, fresh.get(series_id, ()))
        found[series_id] = rows
        if len(rows.known_at) > rows.old:
            _keep(leg, rows)
    return found


def _rows(leg: Leg, runs: Sequence[Run]) -> Rows:
    kept = leg.figures
    rows = Rows(
        leg.series,
        len(kept),
        [figure.occurred_at for figure in kept],
        [figure.known_at for figure in kept],
        [figure.value for figure in kept],
        [leg.sha256[figure.evidence] for figure in kept],
        [figure.row for figure in kept],
        [figure.provisional for figure in kept],
    )
    ascends = True
    for run in runs:
        ascends = ascends and (not rows.known_at or rows.known_at[-1] <= run.known_at[0])
        ascends = ascends and all(map(int.__le__, run.known_at, run.known_at[1:]))
        rows.occurred_at += run.occurred_at
        rows.known_at += run.known_at
        rows.values += run.values
        rows.sha256 += [run.evidence] * len(run.values)
        rows.rows += run.rows
        rows.provisional += run.provisional
    return rows if ascends else _in_order(rows)


def _in_order(rows: Rows) -> Rows:
    """The new rows in order of when they became known."""
    new = range(rows.old, len(rows.known_at))
    order = [*range(rows.old), *sorted(new, key=lambda i: (rows.known_at[i], rows.occurred_at[i]))]
    return Rows(
        rows.series,
        rows.old,
        [rows.occurred_at[i] for i in order],
        [rows.known_at[i] for i in order],
        [rows.values[i] for i in order],
        [rows.sha256[i] for i in order],
        [rows.rows[i] for i in order],
        [rows.provisional[i] for i in order],
    )


def _keep(leg: Leg, rows: Rows) -> None:
    """Let the leg have the newest rows, of a period its newest vintage. Their bytes are few: files bring many rows."""
    places = sorted({at: place for place, at in enumerate(rows.occurred_at)}.values())[-WAITING_ROWS:]
    hashes = [rows.sha256[place] for place in places]
    leg.sha256 = list(dict.fromkeys(hashes))
    columns = (rows.rows, rows.occurred_at, rows.known_at, rows.values, rows.provisional)
    newest = zip(hashes, *([column[place] for place in places] for column in columns), strict=True)
    leg.figures = [Kept(leg.sha256.index(sha256), *row) for sha256, *row in newest]


def ratios(series: Series, upper: Rows, lower: Rows) -> list[Run]:
    """Upper ÷ lower for every period that both have and one of them has newly: runs of `series`."""
    places = {at: place for place, at in enumerate(lower.occurred_at)}
    met: list[tuple[int, int]] = []
    in_order = True
    newest = 0
    for i, at in enumerate(upper.occurred_at):
        j = places.get(at)
        if j is None or (i < upper.old and j < lower.old):
            continue
        one, other = upper.known_at[i], lower.known_at[j]
        if one != other and not (_waits(upper, i, other) if one < other else _waits(lower, j, one)):
            continue
        met.append((i, j))
        known_at = one if one > other else other
        in_order = in_order and known_at >= newest
        newest = known_at
    if not in_order:
        met.sort(key=lambda m: (max(upper.known_at[m[0]], lower.known_at[m[1]]), upper.occurred_at[m[0]]))
    stretches = groupby(met, key=lambda m: (upper.sha256[m[0]], lower.sha256[m[1]]))
    return [_ratio(series, upper, lower, list(own)) for _, own in stretches]


def _waits(rows: Rows, place: int, until: int) -> bool:
    """Whether the row at `place` is still kept when another becomes known at `until`."""
    return bisect_left(rows.known_at, until) - place <= WAITING_ROWS


def _ratio(series: Series, upper: Rows, lower: Rows, met: Sequence[tuple[int, int]]) -> Run:
    legs = (_leg(upper, [i for i, _ in met]), _leg(lower, [j for _, j in met]))
    one, other = legs
    return Run(
        series=series,
        evidence="",
        occurred_at=one.occurred_at,
        known_at=list(map(max, one.known_at, other.known_at)),
        values=[
            over / under
            if over is not None and under is not None and 0.0 < over < LARGEST and 0.0 < under < LARGEST
            else None
            for over, under in zip(one.values, other.values, strict=True)
        ],
        rows=[0] * len(met),
        provisional=[first or second for first, second in zip(one.provisional, other.provisional, strict=True)],
        legs=legs,
    )


def _leg(rows: Rows, chosen: Sequence[int]) -> Run:
    return Run(
        series=rows.series,
        evidence=rows.sha256[chosen[0]],
        occurred_at=[rows.occurred_at[i] for i in chosen],
        known_at=[rows.known_at[i] for i in chosen],
        values=[rows.values[i] for i in chosen],
        rows=[rows.rows[i] for i in chosen],
        provisional=[rows.provisional[i] for i in chosen],
    )
