"""The seam between observations and signals: what every detector offers.

A detector is one file with one class, named in `streams/detectors/__init__.py`. It is then held to
`tests/conformance/test_detectors.py`: deterministic; cutting a run anywhere with snapshot and restore between changes
nothing; silent in warm-up; a constant series never signals; bounded memory; NaN, None and zero variance do not raise;
evidence names only what was seen.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

import msgspec

from streams.observations import HazardObservation, NoticeObservation, Run, Series
from streams.reference import Reference
from streams.signals import Comparison, Signal


class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of a detector's own thresholds; `check` raises ValueError naming the fields whose relation cannot hold."""

    def check(self) -> None:
        """Relations between fields, for instance that clear is not above raise."""


class Detector(Protocol):
    """Scores the rows of one series. The state is the one mutable thing and is owned by the caller."""

    code: ClassVar[str]
    Parameters: ClassVar[type[Any]]  # a subclass of Parameters, read from thresholds.toml
    State: ClassVar[type[Any]]  # a msgspec.Struct that encodes and decodes to itself: snapshot and restore

    def watches(self, series: Series) -> bool:
        """Whether this series is one that the detector reads."""

    def observe(self, state: Any, run: Run, parameters: Any) -> list[Signal]:
        """Apply the rows of `run` to `state` in order and return the signals found. A None value is unknown."""


class NoticeDetector(Protocol):
    """Scores documents, which have no series and no state."""

    code: ClassVar[str]
    Parameters: ClassVar[type[Any]]

    def __init__(self, reference: Reference | None = None) -> None:
        """`reference` says which group a mineral belongs to; without it the reference data that ships."""

    def observe(self, notice: NoticeObservation, group: str, parameters: Any) -> list[Signal]:
        """The signals that this document gives for `group`."""


class CalendarDetector(Protocol):
    """Keeps days that documents name, and speaks when they draw near. The state, one a group, is the caller's."""

    code: ClassVar[str]
    Parameters: ClassVar[type[Any]]
    State: ClassVar[type[Any]]

    def __init__(self, reference: Reference | None = None) -> None:
        """`reference` says which group a mineral belongs to; without it the reference data that ships."""

    def note(self, state: Any, notice: NoticeObservation, group: str) -> None:
        """Keep what a document says; the order in which documents come changes nothing."""

    def is_waiting(self, state: Any, at: int) -> bool:
        """Whether the passing of time can still change something."""

    def due(self, state: Any, at: int, group: str, parameters: Any) -> list[Signal]:
        """What was due up to `at` and has not been said, each known at the moment for which it was due."""


class HazardDetector(Protocol):
    """Scores natural events as they are told. The state, one for each group, is owned by the caller."""

    code: ClassVar[str]
    Parameters: ClassVar[type[Any]]
    State: ClassVar[type[Any]]

    def __init__(self, reference: Reference | None = None) -> None:
        """`reference` says what stands where; without it the reference data that ships."""

    def observe(self, state: Any, hazard: HazardObservation, group: str, parameters: Any) -> list[Signal] | None:
        """The signals that this telling gives for `group`; None where a later one of the same event was applied."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What a group knows: from it, and from nothing else, a detector of patterns says what follows."""

    signals: Sequence[Signal] = ()  # of other detectors, without those that a revision has taken back
    acts: Sequence[Signal] = ()  # of all years: `streams.conditions` says which are in force
    comparisons: Sequence[Comparison] = ()  # of flows to participants


class PatternDetector(Protocol):
    """Says what several signals mean together. Pure: the set decides, never the order in which it came."""

    code: ClassVar[str]
    Parameters: ClassVar[type[Any]]

    def derive(self, known: Known, parameters: Any) -> list[Signal]:
        """Every signal that follows from what is known, each with what it rests on, in order of its id."""
