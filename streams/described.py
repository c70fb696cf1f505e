"""Bytes → batch of observations; each series' description is read once: a feed uses the same words every time."""

from typing import Final

import msgspec

from streams.observations import ObservationBatch, Run, Series

_MOST: Final = 200_000  # descriptions that are remembered


class _Run(Run, frozen=True, kw_only=True):
    """A run whose description is still the bytes that came."""

    series: msgspec.Raw  # type: ignore[assignment]


class _Batch(ObservationBatch, frozen=True, kw_only=True):
    runs: list[_Run] = msgspec.field(default_factory=list)  # type: ignore[assignment]


class BatchDecoder:
    """Decodes what `msgspec.msgpack.encode` made of a batch."""

    def __init__(self) -> None:
        self._batch = msgspec.msgpack.Decoder(_Batch)
        self._describe = msgspec.msgpack.Decoder(Series)
        self._known: dict[bytes, Series] = {}

    def decode(self, content: bytes) -> ObservationBatch:
        """The batch. Raises what msgspec raises: DecodeError, UnicodeDecodeError, RecursionError."""
        read = self._batch.decode(content)
        return ObservationBatch(
            group=read.group,
            feed=read.feed,
            runs=[self._run(run) for run in read.runs],
            notices=read.notices,
            hazards=read.hazards,
            tick_at=read.tick_at,
        )

    def _run(self, read: _Run) -> Run:
        words = bytes(read.series)
        series = self._known.get(words)
        if series is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            series = self._known[words] = self._describe.decode(words)
        return Run(
            series=series,
            evidence=read.evidence,
            occurred_at=read.occurred_at,
            known_at=read.known_at,
            values=read.values,
            rows=read.rows,
            provisional=read.provisional,
            context=read.context,
            legs=read.legs,
        )
