"""How far the readers of the topics have come: what is published, detected, given out and taken into the record."""

from collections.abc import Callable, Mapping

import sqlalchemy as sa
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from services.broker import client, reached
from services.broker_settings import BrokerSettings
from services.clock import RealTime
from services.dispatcher.consuming import consumed_so_far
from services.errors import BrokerFailed
from streams.topics import TopicName

_LOOK_S = 5.0
_SLICE_S = 0.2

Offsets = Mapping[int, int]
"""By partition, the offset that comes next."""


class Progress:
    """Asks one deployment's broker and store. Raises BrokerFailed."""

    def __init__(self, settings: BrokerSettings, database: sa.Engine) -> None:
        self._settings = settings
        self._database = database
        with reached(settings):
            self._admin = KafkaAdminClient(**client(settings))
            self._consumer = KafkaConsumer(**client(settings), enable_auto_commit=False)

    def ends(self, name: TopicName) -> Offsets:
        """Where a topic ends; partitions that hold nothing are left out."""
        topic = self._settings.name(name)
        with reached(self._settings):
            partitions = self._consumer.partitions_for_topic(topic) or set()
            ends = self._consumer.end_offsets([TopicPartition(topic, each) for each in partitions])
        return {place.partition: end for place, end in ends.items() if end}

    def detected(self) -> Offsets:
        """Up to where the detection workers are done with the observations."""
        topic, group = self._settings.name(TopicName.OBSERVATIONS), self._settings.detect_group
        with reached(self._settings):
            found = self._admin.list_group_offsets([group])
        offsets = found.get(group, {})
        return {place.partition: each.offset for place, each in offsets.items() if place.topic == topic}

    def taken(self) -> Offsets:
        """Up to where the dispatcher has taken assessments into the record."""
        topic = self._settings.name(TopicName.ASSESSMENTS)
        return {place[1]: offset for place, offset in consumed_so_far(self._database).items() if place[0] == topic}

    def lags(self) -> dict[str, int]:
        """By topic, how many records its reader has not finished with."""
        return {
            TopicName.OBSERVATIONS: _behind(self.detected(), self.ends(TopicName.OBSERVATIONS)),
            TopicName.ASSESSMENTS: _behind(self.taken(), self.ends(TopicName.ASSESSMENTS)),
        }

    def close(self) -> None:
        """Let the connections go."""
        self._admin.close()
        self._consumer.close()


def watch_lags(
    make: Callable[[], Progress],
    tell: Callable[[dict[str, int] | None], None],
    failed: Callable[[str], None],
    time: RealTime,
    is_over: Callable[[], bool],
) -> None:
    """Tell the lags every few seconds until `is_over`, in a thread of its own; None when the broker cannot be asked.

    Rules watch what is told here: whatever goes wrong, it is told, and asked anew.
    """
    progress: Progress | None = None
    given_up: Progress | None = None
    while not is_over():
        try:
            if given_up is not None:
                gone, given_up = given_up, None
                gone.close()
            progress = progress or make()
            tell(progress.lags())
        except sa.exc.SQLAlchemyError:
            pass  # the store is away, which another gauge says; how far the readers are is not known
        except Exception as problem:  # noqa: BLE001 a gauge that nobody sets any more would look like calm
            tell(None)
            given_up, progress = progress, None
            if not isinstance(problem, BrokerFailed):
                failed(f"how far the readers are is not known: {type(problem).__name__}: {problem}; asked again")
        until = time.now_ms() + int(_LOOK_S * 1_000)
        while time.now_ms() < until and not is_over():
            time.wait(_SLICE_S)
    for each in filter(None, (progress, given_up)):
        each.close()


def _behind(found: Offsets, ends: Offsets) -> int:
    return sum(max(0, end - found.get(partition, 0)) for partition, end in ends.items())
