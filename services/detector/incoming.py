"""One record as it was read, and the dead letter of one that could not be used."""

from collections.abc import Iterable
from typing import Protocol

from streams.cloudevents import Rejected
from streams.errors import BadObservation
from streams.reasons import Reason
from streams.topics import MAX_BYTES, TopicName

_LETTER_BYTES = MAX_BYTES - 64 * 1024  # of a record that fills a record: the rest is what the letter says about it


class Incoming(Protocol):
    """One record as it was read."""

    @property
    def partition(self) -> int:
        """Of the topic."""

    @property
    def offset(self) -> int:
        """In the partition."""

    @property
    def headers(self) -> Iterable[tuple[str, bytes | None]]:
        """As CloudEvents has them; a header may come without a content."""

    @property
    def value(self) -> bytes | None:
        """None of a tombstone."""


def rejected(source: str, record: Incoming, problem: Exception) -> Rejected:
    """The dead letter of a record."""
    from_us = isinstance(problem, BadObservation)
    reason = problem.reason if isinstance(problem, BadObservation) else Reason.ROW_MALFORMED
    detail = problem.detail if isinstance(problem, BadObservation) else f"{type(problem).__name__}: {problem}"
    value = record.value or b""
    if len(value) > _LETTER_BYTES:
        detail = f"(the first {_LETTER_BYTES} of {len(value)} bytes) {detail}"
    return Rejected(
        source=source,
        topic=TopicName.OBSERVATIONS,
        partition=record.partition,
        offset=record.offset,
        reason=reason,
        detail=detail[:500] if from_us else f"a detector failed: {detail[:480]}",
        value=value[:_LETTER_BYTES],
    )
