"""Observation → signal → assessment on Kafka: every topic, its key and how long it is kept; the one list."""

from enum import StrEnum

import msgspec

_DAY_MS = 86_400_000
_HOUR_MS = 3_600_000


class TopicName(StrEnum):
    """What a topic carries. The name on the broker begins with the deployment's prefix."""

    OBSERVATIONS = "observations"
    SIGNALS = "signals"
    ASSESSMENTS = "assessments"
    STATES = "states"
    DEAD_LETTERS = "deadletters"


class Client(StrEnum):
    """Who works on the topics. Each has a name of its own at the broker, which may do what stands in the list."""

    FEED = "feed"
    DETECT = "detect"
    DISPATCH = "dispatch"
    OPERATOR = "operator"  # a person with the commands `twinbell topics` and `twinbell deadletters`


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """One topic. `by_group`: it has as many partitions as there are for groups, and a group's records are in one."""

    name: TopicName
    what: str
    key: str  # what the key of a record is
    written_by: tuple[Client, ...]
    read_by: tuple[Client, ...]
    by_group: bool
    kept_days: int | None  # None: for ever, the newest record of each key (compacted)
    settings: tuple[tuple[str, str], ...] = ()

    def on(self, prefix: str) -> str:
        """Its name on the broker."""
        return f"{prefix}.{self.name}"

    def configuration(self) -> dict[str, str]:
        """The broker's settings of this topic."""
        kept = {"cleanup.policy": "compact"}
        if self.kept_days is not None:
            kept = {"cleanup.policy": "delete", "retention.ms": str(self.kept_days * _DAY_MS)}
        return {**kept, "max.message.bytes": str(MAX_BYTES), **dict(self.settings)}


MAX_BYTES = 16 * 1024 * 1024  # a group's state is one record

TOPICS: tuple[Topic, ...] = (
    # One topic for all families: the order of a group's records is one order, whatever they are about.
    Topic(
        name=TopicName.OBSERVATIONS,
        what="What feeds have read, the observations of one group from one poll in a record.",
        key="group",
        written_by=(Client.FEED, Client.OPERATOR),
        read_by=(Client.DETECT, Client.OPERATOR),
        by_group=True,
        kept_days=30,
    ),
    Topic(
        name=TopicName.SIGNALS,
        what="What detectors have found, for whoever wants to look; nothing of Twinbell reads it.",
        key="group",
        written_by=(Client.DETECT,),
        read_by=(Client.OPERATOR,),
        by_group=True,
        kept_days=90,
    ),
    Topic(
        name=TopicName.ASSESSMENTS,
        what="What the signals on one situation mean together; a record lies in the partition of its group.",
        key="situation id",
        written_by=(Client.DETECT, Client.OPERATOR),
        read_by=(Client.DISPATCH, Client.OPERATOR),
        by_group=True,
        kept_days=None,
        # A dispatcher that was away for three days still finds every revision.
        settings=(("min.compaction.lag.ms", str(72 * _HOUR_MS)),),
    ),
    Topic(
        name=TopicName.STATES,
        what="The memory of the detection workers: a snapshot of each group, and how far it has read.",
        key="group",
        written_by=(Client.DETECT,),
        read_by=(Client.DETECT,),
        by_group=True,
        kept_days=None,
        # Small segments, so that a restart reads little that is superseded; nothing younger than an hour is compacted,
        # so that a worker that wakes up after it was replaced cannot take the newer state away.
        settings=(
            ("min.compaction.lag.ms", str(_HOUR_MS)),
            ("segment.bytes", str(64 * 1024 * 1024)),
            ("segment.ms", str(_HOUR_MS)),
            ("min.cleanable.dirty.ratio", "0.2"),
        ),
    ),
    Topic(
        name=TopicName.DEAD_LETTERS,
        what="Records that could not be used, with their reason and their bytes.",
        key="source",
        written_by=(Client.DETECT, Client.OPERATOR),
        read_by=(Client.DISPATCH, Client.OPERATOR),
        by_group=False,
        kept_days=30,
    ),
)


def topic(name: TopicName) -> Topic:
    """The topic of this name."""
    return next(each for each in TOPICS if each.name is name)
