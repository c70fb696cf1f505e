"""Thresholds → the same thresholds, lower: with them the pipeline finds out what would have raised earlier.

Lowered by a factor, a figure that scored s scores s / factor; how a baseline is learned, what is confirmed and which
flows are too small to matter stay as they are. A day that draws near is said so much earlier. A detector that is not
here has no scale of that kind (a document has been read or not, a price stands still or moves), and is left as it is.
"""

from functools import singledispatch
from math import expm1, log1p

from msgspec.structs import replace

from streams.detectors.bands import Band
from streams.detectors.base import Parameters
from streams.detectors.c5 import C5Parameters
from streams.detectors.g1 import G1Parameters
from streams.detectors.l1 import Counts, L1Parameters
from streams.detectors.n1 import N1Parameters
from streams.detectors.p1 import P1Parameters
from streams.detectors.p2 import P2Parameters
from streams.detectors.p3 import P3Parameters
from streams.detectors.paces import Pace
from streams.detectors.quotes import Quoted
from streams.detectors.v1 import V1Parameters
from streams.detectors.v2 import V2Parameters
from streams.detectors.v3 import V3Parameters
from streams.detectors.v4 import V4Parameters
from streams.thresholds import Thresholds


def lowered(thresholds: Thresholds, factor: float) -> Thresholds:
    """The thresholds times `factor` (0 to 1); their digest says so, since no file holds them."""
    return thresholds.changed(lambda parameters: _lower(parameters, factor), f"{thresholds.digest} × {factor:g}")


def _part(share: float, factor: float) -> float:
    """The part of a price whose log change is `factor` times that of `share`."""
    return expm1(factor * log1p(share))


@singledispatch
def _lower(parameters: Parameters, factor: float) -> Parameters:
    return parameters


@_lower.register
def _(parameters: P1Parameters, factor: float) -> Parameters:
    def pace(given: Pace) -> Pace:
        return replace(
            given,
            raise_z=tuple(z * factor for z in given.raise_z),
            smallest=tuple(_part(share, factor) for share in given.smallest),
        )

    def quoted(given: Quoted) -> Quoted:
        return replace(given, raise_z=given.raise_z * factor, smallest=_part(given.smallest, factor))

    return replace(
        parameters,
        daily=pace(parameters.daily),
        monthly=pace(parameters.monthly),
        quoted=quoted(parameters.quoted),
    )


def _band(given: Band, factor: float) -> Band:
    return replace(given, raise_z=given.raise_z * factor, smallest=given.smallest * factor)


@_lower.register
def _(parameters: P2Parameters, factor: float) -> Parameters:
    return replace(parameters, tolerance=-_part(-parameters.tolerance, factor))


@_lower.register
def _(parameters: P3Parameters, factor: float) -> Parameters:
    daily, monthly = _band(parameters.daily, factor), _band(parameters.monthly, factor)
    return replace(parameters, daily=daily, monthly=monthly)


@_lower.register
def _(parameters: V1Parameters, factor: float) -> Parameters:
    return replace(
        parameters,
        windows=tuple(replace(window, fall=window.fall * factor) for window in parameters.windows),
        raise_z=parameters.raise_z * factor,
        rush=parameters.rush * factor,
        quoted=replace(parameters.quoted, fall=parameters.quoted.fall * factor),
    )


@_lower.register
def _(parameters: V2Parameters, factor: float) -> Parameters:
    return replace(parameters, raise_probability=parameters.raise_probability**factor)


@_lower.register
def _(parameters: V3Parameters, factor: float) -> Parameters:
    return replace(
        parameters,
        rise=parameters.rise * factor,
        rise_crossing=parameters.rise_crossing * factor,
        times=parameters.times * factor,
    )


@_lower.register
def _(parameters: V4Parameters, factor: float) -> Parameters:
    return replace(
        parameters,
        worth=replace(parameters.worth, tolerance=-_part(-parameters.worth.tolerance, factor)),
        mirror=_band(parameters.mirror, factor),
        surge=replace(parameters.surge, times=parameters.surge.times**factor),
    )


@_lower.register
def _(parameters: C5Parameters, factor: float) -> Parameters:
    """A day is said so much earlier: ten days ahead for nine."""

    def ahead(days: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sorted({round(each / factor) for each in days}, reverse=True))

    return replace(parameters, ends_days=ahead(parameters.ends_days), starts_days=ahead(parameters.starts_days))


@_lower.register
def _(parameters: L1Parameters, factor: float) -> Parameters:
    def counts(given: Counts) -> Counts:
        gates = tuple(replace(gate, fall=gate.fall * factor) for gate in given.gates)
        return replace(given, gates=gates, raise_z=given.raise_z * factor)

    return replace(parameters, daily=counts(parameters.daily), monthly=counts(parameters.monthly))


@_lower.register
def _(parameters: G1Parameters, factor: float) -> Parameters:
    return replace(
        parameters,
        raise_z=tuple(z * factor for z in parameters.raise_z),
        beyond=tuple(times * factor for times in parameters.beyond),
    )


@_lower.register
def _(parameters: N1Parameters, factor: float) -> Parameters:
    return replace(parameters, times=parameters.times**factor, raise_z=parameters.raise_z * factor)
