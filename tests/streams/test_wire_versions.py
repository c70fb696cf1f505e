"""Golden bytes of the wire: what is written now stands byte for byte, what was ever written is read."""

import msgspec
import pytest

from streams.cloudevents import CARRIED, MSGPACK, Schema, Wire, marks_of
from tests.golden.wire_files import FOLDER, event_of, written

VERSIONS = [(schema, version) for schema in CARRIED.values() for version in range(1, schema.version + 1)]
WRITTEN = written()


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_what_is_written_is_what_was_written(name: str) -> None:
    """A record that has changed gets the next version in `streams.cloudevents`: `python -m tests.golden --write`."""
    assert (FOLDER / name).read_bytes() == WRITTEN[name]


@pytest.mark.parametrize(("schema", "version"), VERSIONS, ids=lambda each: getattr(each, "name", str(each)))
def test_every_version_is_read(schema: Schema[msgspec.Struct], version: int) -> None:
    """Headers and value as they once lay on the broker: everything that they say is in the record."""
    event = event_of(f"{schema.name}.{version}")
    assert dict(event.headers)["ce_dataschema"] == f"urn:twinbell:{schema.name}:{version}".encode()
    record = Wire(schema).record(event.headers, event.value)
    packed = schema.media_type == MSGPACK
    said = msgspec.msgpack.decode(event.value) if packed else msgspec.json.decode(event.value)
    assert _within(said, msgspec.to_builtins(record, builtin_types=(bytes,)))
    assert event.key == b"the key"
    assert marks_of(event.headers) == {"settles"}


def test_no_version_is_missing_or_left_over() -> None:
    """Raising a version keeps the files of the one before."""
    names = {f"{schema.name}.{version}" for schema, version in VERSIONS}
    assert {path.name for path in FOLDER.iterdir()} == {
        f"{name}.{part}" for name in names for part in ("headers", "value")
    }


def _within(said: object, read: object) -> bool:
    """Whether all of `said` is in `read`, which may have fields that are newer."""
    if isinstance(said, dict) and isinstance(read, dict):
        return all(name in read and _within(value, read[name]) for name, value in said.items())
    if isinstance(said, list) and isinstance(read, list | tuple):
        return len(said) == len(read) and all(map(_within, said, read))
    return said == read
