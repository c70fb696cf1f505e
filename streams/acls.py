"""On Kafka: which process may do what on which topic or group, made from the one list of topics."""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from streams.topics import TOPICS, Client


class Right(StrEnum):
    """What may be done, in Kafka's own words."""

    READ = "READ"
    WRITE = "WRITE"
    DESCRIBE = "DESCRIBE"
    DESCRIBE_CONFIGS = "DESCRIBE_CONFIGS"


class On(StrEnum):
    """What it may be done on, in Kafka's own words."""

    TOPIC = "TOPIC"
    GROUP = "GROUP"


class Acl(msgspec.Struct, frozen=True, order=True):
    """One thing that a process may do; everything that stands in no such line is refused by the broker."""

    process: Client
    on: On
    name: str
    right: Right


def acls(prefix: str, detect_group: str) -> tuple[Acl, ...]:
    """All that the processes need, and no more: at its start each looks whether all topics are as they should be."""
    return tuple(sorted({*_on_topics(prefix), *_on_group(detect_group)}))


def _on_topics(prefix: str) -> Iterator[Acl]:
    for topic in TOPICS:
        name = topic.on(prefix)
        for process in Client:
            yield Acl(process, On.TOPIC, name, Right.DESCRIBE)
            yield Acl(process, On.TOPIC, name, Right.DESCRIBE_CONFIGS)
        for process in topic.written_by:
            yield Acl(process, On.TOPIC, name, Right.WRITE)
        for process in topic.read_by:
            yield Acl(process, On.TOPIC, name, Right.READ)


def _on_group(name: str) -> Iterator[Acl]:
    yield Acl(Client.DETECT, On.GROUP, name, Right.READ)
    for process in Client:  # how far detection is: a play waits for its steps, the dispatcher measures the lag
        if process is not Client.DETECT:
            yield Acl(process, On.GROUP, name, Right.DESCRIBE)
