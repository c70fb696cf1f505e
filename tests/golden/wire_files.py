"""The golden bytes of the wire: a full record of every version that was ever written, headers and value, as files.

`NAME.VERSION.headers` has a header on each line, the key first; `NAME.VERSION.value` the bytes of the value. A version
that is written no more is never touched again: it is read for ever.
"""

from pathlib import Path

from streams.cloudevents import CARRIED, Event, Headers, Wire
from tests.golden.filled import filled

FOLDER = Path(__file__).resolve().parent / "wire"
AT = 1_688_428_740  # 2023-07-03T23:59:00Z


def written() -> dict[str, bytes]:
    """File name → bytes, of the versions that are written now."""
    files: dict[str, bytes] = {}
    for schema in CARRIED.values():
        event = Wire(schema, "/twinbell/golden/test").event("the key", filled(schema.record), AT, "settles")
        files[f"{schema.name}.{schema.version}.headers"] = _lines(event)
        files[f"{schema.name}.{schema.version}.value"] = event.value
    return files


def event_of(name: str) -> Event:
    """The event of NAME.VERSION as it lies in the files."""
    key, *lines = (FOLDER / f"{name}.headers").read_text(encoding="utf-8").splitlines()
    pairs = (line.split(": ", 1) for line in lines)
    headers: Headers = tuple((header, content.encode()) for header, content in pairs)
    return Event(key=key.removeprefix("key: ").encode(), value=(FOLDER / f"{name}.value").read_bytes(), headers=headers)


def _lines(event: Event) -> bytes:
    pairs = (("key", event.key), *event.headers)
    return b"".join(name.encode() + b": " + content + b"\n" for name, content in pairs)
