"""Thresholds are data: one TOML file, validated, whose SHA-256 every assessment carries."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from typing import Any

import msgspec

from streams.codec import digest
from streams.detectors import (
    CALENDAR_DETECTORS,
    DETECTORS,
    HAZARD_DETECTORS,
    NOTICE_DETECTORS,
    PATTERN_DETECTORS,
)
from streams.detectors.base import Parameters
from streams.errors import BadThresholds
from streams.impact import ImpactParameters
from streams.observations import Series
from streams.situations import AssessParameters

PACKAGED = "thresholds.toml"


class Override(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Other values of one detector for a mineral, a series or a route; later ones win over earlier ones."""

    detector: str
    values: dict[str, Any]
    mineral: str = ""
    series: str = ""
    route: str = ""

    def fits(self, series: Series) -> bool:
        """Whether every name given is that of the series."""
        return (
            (not self.mineral or self.mineral in series.minerals)
            and (not self.series or self.series == series.series_id)
            and (not self.route or self.route == series.route)
        )


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The form of the file."""

    detectors: dict[str, dict[str, Any]]
    assess: AssessParameters
    impact: ImpactParameters
    overrides: tuple[Override, ...] = ()


class Thresholds:
    """One validated file: parameters by detector and series, of assess and impact, and the digest of its bytes."""

    def __init__(
        self,
        defaults: Mapping[str, Parameters],
        overrides: Sequence[tuple[Override, Parameters]],
        assess: AssessParameters,
        impact: ImpactParameters,
        digest: str,
    ) -> None:
        self._defaults = dict(defaults)
        self._overrides = tuple(overrides)
        self.assess = assess
        self.impact = impact
        self.digest = digest

    def parameters(self, code: str, series: Series | None) -> Parameters:
        """The parameters of detector `code` for `series`; None gives the defaults. The last override that fits wins."""
        if series is not None:
            for override, parameters in reversed(self._overrides):
                if override.detector == code and override.fits(series):
                    return parameters
        return self._defaults[code]

    def changed(self, change: Callable[[Parameters], Parameters], digest: str) -> "Thresholds":
        """The thresholds with every detector's parameters changed, under the name `digest`."""
        defaults = {code: change(parameters) for code, parameters in self._defaults.items()}
        overrides = [(override, change(parameters)) for override, parameters in self._overrides]
        return Thresholds(defaults, overrides, self.assess, self.impact, digest)


def load(content: bytes, name: str = PACKAGED) -> Thresholds:
    """Read and check a thresholds file; `name` is how messages call it. Raises BadThresholds naming the fields."""
    try:
        file = msgspec.convert(tomllib.loads(content.decode("utf-8")), _File)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadThresholds(f"{name}: {error}") from error
    kinds = _kinds()
    for code in file.detectors:
        if code not in kinds:
            raise BadThresholds(f"{name}: [detectors.{code}] is no detector; there are {', '.join(sorted(kinds))}")
    defaults: dict[str, Parameters] = {}
    for code, kind in kinds.items():
        if code not in file.detectors:
            raise BadThresholds(f"{name}: [detectors.{code}] is missing")
        defaults[code] = _parameters(kind, file.detectors[code], f"{name}: [detectors.{code}]")
    overrides = []
    for number, override in enumerate(file.overrides, 1):
        where = f"{name}: [[overrides]] number {number}"
        if override.detector not in kinds:
            raise BadThresholds(f"{where}: detector {override.detector!r} is no detector")
        if not (override.mineral or override.series or override.route):
            raise BadThresholds(
                f"{where}: needs mineral, series or route; without one change [detectors.{override.detector}]"
            )
        merged = _merged(file.detectors[override.detector], override.values)
        overrides.append((override, _parameters(kinds[override.detector], merged, where)))
    for part in (file.assess, file.impact):
        try:
            part.check()
        except ValueError as error:
            raise BadThresholds(f"{name}: {error}") from error
    return Thresholds(defaults, overrides, file.assess, file.impact, digest(content))


def packaged_bytes() -> bytes:
    """The file that ships, with a comment on why at each value."""
    return resources.files("streams").joinpath(PACKAGED).read_bytes()


def packaged() -> Thresholds:
    """The thresholds that ship."""
    return load(packaged_bytes())


def _kinds() -> dict[str, type[Parameters]]:
    kinds: dict[str, type[Parameters]] = {detector.code: detector.Parameters for detector in DETECTORS}
    kinds |= {kind.code: kind.Parameters for kind in NOTICE_DETECTORS}
    kinds |= {kind.code: kind.Parameters for kind in HAZARD_DETECTORS}
    kinds |= {detector.code: detector.Parameters for detector in PATTERN_DETECTORS}
    return kinds | {kind.code: kind.Parameters for kind in CALENDAR_DETECTORS}


def _parameters(kind: type[Parameters], section: Mapping[str, Any], where: str) -> Parameters:
    try:
        parameters = msgspec.convert(section, kind)
        parameters.check()
    except (msgspec.ValidationError, ValueError) as error:
        raise BadThresholds(f"{where}: {error}") from error
    return parameters


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with `changes` put over it, tables inside tables too."""
    merged = dict(base)
    for key, value in changes.items():
        held = merged.get(key)
        merged[key] = _merged(held, value) if isinstance(held, dict) and isinstance(value, dict) else value
    return merged
