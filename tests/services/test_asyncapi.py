"""`deploy/asyncapi.yaml`: the records as they lie on the broker hold to it, and it knows every topic and version."""

import base64
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from jsonschema import Draft202012Validator

from streams.cloudevents import CARRIED, MSGPACK, Schema
from streams.topics import TOPICS, Topic
from tests.golden.wire_files import event_of

DOCUMENT: dict[str, Any] = yaml.safe_load(
    (Path(__file__).resolve().parents[2] / "deploy" / "asyncapi.yaml").read_text(encoding="utf-8")
)
VERSIONS = [(each, number) for each in CARRIED.values() for number in range(1, each.version + 1)]


def problems(part: dict[str, Any], value: object) -> list[str]:
    """What is wrong with a value by one part of the document."""
    schema = {"components": DOCUMENT["components"], **part}
    return [f"{list(each.path)}: {each.message}" for each in Draft202012Validator(schema).iter_errors(value)]


def payload(schema: Schema[Any], value: bytes) -> object:
    """A value as the schema describes it: bytes as text in base64."""
    read = msgspec.msgpack.decode(value) if schema.media_type == MSGPACK else msgspec.json.decode(value)
    return _textual(read)


def _textual(value: object) -> object:
    match value:
        case bytes():
            return base64.b64encode(value).decode()
        case dict():
            return {name: _textual(each) for name, each in value.items()}
        case list():
            return [_textual(each) for each in value]
        case _:
            return value


@pytest.mark.parametrize(("schema", "version"), VERSIONS, ids=lambda each: getattr(each, "name", str(each)))
def test_records_hold_to_it(schema: Schema[Any], version: int) -> None:
    """The golden bytes of every version: headers by the headers' schema, the value by the payload's."""
    event = event_of(f"{schema.name}.{version}")
    message = DOCUMENT["components"]["messages"][schema.name]
    assert problems(message["headers"], {name: value.decode() for name, value in event.headers}) == []
    assert problems(message["payload"], payload(schema, event.value)) == []
    assert message["contentType"] == dict(event.headers)["content-type"].decode()


@pytest.mark.parametrize("schema", CARRIED.values(), ids=lambda schema: schema.name)
def test_what_is_no_record_does_not(schema: Schema[Any]) -> None:
    """A future version, a header that is missing, a field of another type: the schemas say no."""
    event = event_of(f"{schema.name}.{schema.version}")
    message = DOCUMENT["components"]["messages"][schema.name]
    headers = {name: value.decode() for name, value in event.headers}
    newer = {**headers, "ce_dataschema": f"urn:twinbell:{schema.name}:{schema.version + 1}"}
    assert problems(message["headers"], newer)
    assert problems(message["headers"], {name: value for name, value in headers.items() if name != "ce_id"})
    value = payload(schema, event.value)
    assert isinstance(value, dict)
    assert problems(message["payload"], {**value, next(iter(value)): 5})


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_every_topic_stands_with_who_writes_and_who_reads(topic: Topic) -> None:
    """One operation for each process that may; nobody else has one."""
    channel = DOCUMENT["channels"][topic.name]
    assert channel["address"] == "{prefix}." + topic.name
    assert channel["x-configuration"] == topic.configuration()
    own = {f"#/channels/{topic.name}"}
    found = {
        (operation["action"], name.split("-")[0])
        for name, operation in DOCUMENT["operations"].items()
        if operation["channel"]["$ref"] in own
    }
    wanted = {("send", each.value) for each in topic.written_by} | {("receive", each.value) for each in topic.read_by}
    assert found == wanted


def test_every_reference_leads_somewhere() -> None:
    """`$ref` by `$ref`."""
    found = list(_references(DOCUMENT))
    assert len(found) > 50
    for reference in found:
        part: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            part = part[step]


def _references(value: object) -> list[str]:
    match value:
        case dict():
            own = [value["$ref"]] if "$ref" in value else []
            return own + [each for part in value.values() for each in _references(part)]
        case list():
            return [each for part in value for each in _references(part)]
        case _:
            return []
