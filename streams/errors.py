"""What can go wrong in this room.

StreamsError
├── BadReference     a row of the reference data that must not be used
├── BadThresholds    a thresholds file that must not be installed
└── BadObservation   an observation that goes to the dead letters
"""

from streams.reasons import Reason


class StreamsError(Exception):
    """Base of every error raised on purpose in this room."""


class BadReference(StreamsError):
    """A reference row without a source that a reader could open or look up, or with an unknown id."""


class BadThresholds(StreamsError):
    """A thresholds file with an unknown name or a relation between values that cannot hold."""


class BadObservation(StreamsError):
    """An observation that cannot be used. `reason` goes to the dead letter, the metric and the log."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
