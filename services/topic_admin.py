"""The topics of `streams/topics.py` made on the broker, and what differs there from the list."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import for_code

from services.broker import client, reached
from services.broker_settings import BrokerSettings
from streams.topics import TOPICS, Topic

_UNKNOWN_TOPIC = 3  # error code of the protocol


class TopicState(msgspec.Struct, frozen=True, kw_only=True):
    """One topic as it should be; `problem` says what is wrong with it on the broker and what to do, or is empty."""

    name: str
    partitions: int
    replication: int
    configuration: dict[str, str]
    problem: str = ""


def apply_topics(settings: BrokerSettings) -> list[TopicState]:
    """Make what is missing, set what differs, and return every topic as it then is. Raises BrokerFailed.

    Partitions are never changed: the records of a group would lie in two places.
    """
    with administrating(settings) as admin:
        states = _states(admin, settings)
        missing = [state for state in states if state.problem == _MISSING]
        if missing:
            wanted = {
                state.name: {
                    "num_partitions": state.partitions,
                    "replication_factor": state.replication,
                    "configs": state.configuration,
                }
                for state in missing
            }
            admin.create_topics(wanted, wait_for_metadata=True)
        differing = [state for state in states if state.problem.startswith(_DIFFERS)]
        if differing:
            admin.alter_configs(
                [
                    ConfigResource(ConfigResourceType.TOPIC, state.name, configs=state.configuration)
                    for state in differing
                ]
            )
        return _states(admin, settings)


def check_topics(settings: BrokerSettings) -> list[TopicState]:
    """Every topic and what is wrong with it; nothing is changed. Raises BrokerFailed."""
    with administrating(settings) as admin:
        return _states(admin, settings)


_MISSING = "is not there: `twinbell topics apply` makes it"
_DIFFERS = "differs from the list in "


@contextmanager
def administrating(settings: BrokerSettings) -> Iterator[Any]:
    """kafka-python's administration client. What it raises within is one error that says what to do."""
    with reached(settings):
        admin = KafkaAdminClient(**client(settings))
        try:
            yield admin
        finally:
            admin.close()


def _states(admin: Any, settings: BrokerSettings) -> list[TopicState]:
    names = [each.on(settings.prefix) for each in TOPICS]
    found = {each["name"]: each for each in admin.describe_topics(names) if _is_there(each)}
    there = [name for name in names if name in found]
    described = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in there])
    values: dict[str, dict[str, Any]] = described.get("topic", {}) if there else {}
    return [_state(each, settings, found.get(each.on(settings.prefix)), values) for each in TOPICS]


def _is_there(described: dict[str, Any]) -> bool:
    """Whether a topic is there. Raises KafkaError when the broker does not say: we may not ask."""
    code = described["error_code"]
    if code not in (0, _UNKNOWN_TOPIC):
        raise for_code(code)(described["name"])
    return bool(code == 0)


def _state(
    wanted: Topic, settings: BrokerSettings, found: dict[str, Any] | None, values: dict[str, dict[str, Any]]
) -> TopicState:
    name = wanted.on(settings.prefix)
    state = TopicState(
        name=name,
        partitions=settings.partitions if wanted.by_group else 1,
        replication=settings.replication,
        configuration=wanted.configuration(),
    )
    if found is None:
        return msgspec.structs.replace(state, problem=_MISSING)
    there = len(found["partitions"])
    if there != state.partitions:
        return msgspec.structs.replace(state, problem=_wrong_partitions(wanted, there, state.partitions))
    differing = _differing(state.configuration, values.get(name, {}))
    return msgspec.structs.replace(state, problem=f"{_DIFFERS}{', '.join(differing)}") if differing else state


def _wrong_partitions(wanted: Topic, there: int, asked: int) -> str:
    if not wanted.by_group:
        return f"has {there} partitions and must have one: delete it and apply, or take another prefix"
    return (
        f"has {there} partitions, [broker] partitions is {asked}: a group must stay in one partition, so set the "
        "configuration to what is there, or take another prefix"
    )


def _differing(wanted: dict[str, str], found: dict[str, Any]) -> Sequence[str]:
    return sorted(name for name, value in wanted.items() if found.get(name, {}).get("value") != value)
