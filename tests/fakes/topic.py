"""A topic in memory, in the place of the reader of the broker."""

from collections.abc import Mapping

from services.broker import Arrived
from streams.cloudevents import Event
from streams.topics import TopicName


class Topic:
    """What lies on one partition of a topic, from where it was sought."""

    def __init__(self, name: TopicName) -> None:
        self._name = name
        self._records: list[Arrived] = []
        self._at = 0

    def put(self, event: Event) -> None:
        """One more record."""
        self._records.append(
            Arrived(
                topic=str(self._name),
                partition=0,
                offset=len(self._records),
                key=event.key,
                value=event.value,
                headers=event.headers,
            )
        )

    def seek(self, offsets: Mapping[tuple[str, int], int]) -> None:
        """Go on from there."""
        self._at = offsets.get((str(self._name), 0), 0)

    def poll(self, timeout_s: float) -> list[Arrived]:
        """What has come since."""
        found, self._at = self._records[self._at :], len(self._records)
        return found
