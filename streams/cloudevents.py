"""Record ↔ Kafka: CloudEvents 1.0 in binary mode, attributes as `ce_*` headers and the record as the value.

Source: CloudEvents 1.0.2 and its Kafka protocol binding (binary content mode). The data schema names the record and its
version; a version that this code does not know is refused, so that nothing is half understood, and the versions that it
once wrote are read for ever (golden bytes of each are kept with the tests).

A record gets a new version with every field that it gains: fields are added with a default and never renamed or
removed, so one decoder reads all versions. A new word of an enumeration needs none: who does not know it refuses that
record.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import msgspec

from streams.assessments import Assessment
from streams.codec import identity
from streams.described import BatchDecoder
from streams.errors import BadObservation
from streams.observations import ObservationBatch
from streams.reasons import Reason
from streams.signals import Signal
from streams.topics import TopicName

R = TypeVar("R")

SPEC = "1.0"
MSGPACK = "application/vnd.msgpack"
_JSON = "application/json"
_ENCODERS = {MSGPACK: msgspec.msgpack.encode, _JSON: msgspec.json.Encoder(order="deterministic").encode}
_OURS = "ce_"
_SCHEMA = f"{_OURS}dataschema"
_MARKED = b"1"

Headers = tuple[tuple[str, bytes], ...]


class StateOfGroup(msgspec.Struct, frozen=True, kw_only=True):
    """What a detection worker remembers of a group, as far as it has read: a snapshot, on a compacted topic.

    `applied` is the offset of the observations topic after which the group's records are still to be applied.
    """

    group: str
    made_with: str  # hash of thresholds, reference and participants
    applied: int
    state: bytes


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """A record that could not be used: where it stood, why, and its bytes."""

    source: str
    topic: str
    partition: int
    offset: int
    reason: Reason
    detail: str
    value: bytes


class Schema(msgspec.Struct, Generic[R], frozen=True, kw_only=True):
    """How one kind of record goes over the wire. `version` is the one that is written."""

    name: str
    version: int
    record: type[R]
    media_type: str
    decoder: Callable[[], Callable[[bytes], R]] | None = None  # makes a reader that is quicker than the general one

    @property
    def uri(self) -> str:
        """The `dataschema` that is written."""
        return f"urn:twinbell:{self.name}:{self.version}"


OBSERVATIONS = Schema(
    name="observations", version=2, record=ObservationBatch, media_type=MSGPACK, decoder=lambda: BatchDecoder().decode
)
SIGNAL = Schema(name="signal", version=2, record=Signal, media_type=_JSON)
ASSESSMENT = Schema(name="assessment", version=2, record=Assessment, media_type=_JSON)
STATE = Schema(name="state", version=1, record=StateOfGroup, media_type=MSGPACK)
REJECTED = Schema(name="rejected", version=1, record=Rejected, media_type=MSGPACK)
CARRIED: Mapping[TopicName, Schema[Any]] = {
    TopicName.OBSERVATIONS: OBSERVATIONS,
    TopicName.SIGNALS: SIGNAL,
    TopicName.ASSESSMENTS: ASSESSMENT,
    TopicName.STATES: STATE,
    TopicName.DEAD_LETTERS: REJECTED,
}


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One record for the broker."""

    key: bytes
    value: bytes
    headers: Headers


class Wire(Generic[R]):
    """Encodes and decodes one kind of record. `source` is who writes, as a URI reference: /twinbell/SITE/PROCESS."""

    def __init__(self, schema: Schema[R], source: str = "/twinbell") -> None:
        self._schema = schema
        self._encode = _ENCODERS[schema.media_type]
        self._written = schema.uri.encode()
        kind = schema.record
        decoder = msgspec.msgpack.Decoder if schema.media_type == MSGPACK else msgspec.json.Decoder
        self._decode = decoder(kind).decode if schema.decoder is None else schema.decoder()
        self._fixed: Headers = (
            ("content-type", schema.media_type.encode()),
            ("ce_specversion", SPEC.encode()),
            ("ce_type", f"twinbell.{schema.name}".encode()),
            ("ce_source", source.encode()),
            (_SCHEMA, self._written),
        )

    def event(self, key: str, record: R, at: int, *marks: str) -> Event:
        """The record as an event of the time `at` (seconds UTC). The same record has the same id wherever it is made.

        `marks` are attributes of our own that are set: names of small letters and digits, as the standard asks.
        """
        value = self._encode(record)
        event_id = identity(self._schema.uri, key, value.hex() if len(value) <= 256 else _short(value))
        headers = (
            *self._fixed,
            ("ce_id", event_id.encode()),
            ("ce_time", datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()),
            *((f"{_OURS}{name}", _MARKED) for name in marks),
        )
        return Event(key=key.encode(), value=value, headers=headers)

    def record(self, headers: Iterable[tuple[str, bytes | None]], value: bytes | None) -> R:
        """The record in an event. Raises BadObservation with the reason for the dead letter."""
        given = _attribute(headers, _SCHEMA)
        if given != self._written:
            self._check(given)
        if value is None:
            raise BadObservation(Reason.ROW_MALFORMED, "a tombstone where a record was expected")
        try:
            return self._decode(value)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
            raise BadObservation(Reason.ROW_MALFORMED, f"{self._schema.uri}: {problem}") from None

    def _check(self, given: bytes | None) -> None:
        """Whether a schema other than the one that is written can be read. Raises BadObservation."""
        wanted = self._schema
        if given is None:
            raise BadObservation(Reason.ROW_MALFORMED, "no ce_dataschema header: this is no event of ours")
        name, _, version = given.decode("utf-8", "replace").removeprefix("urn:twinbell:").rpartition(":")
        if name != wanted.name or not version.isdecimal() or not 1 <= int(version) <= wanted.version:
            raise BadObservation(
                Reason.UNKNOWN_SCHEMA,
                f"dataschema {given[:80]!r}: this version reads {wanted.name} up to {wanted.version}; "
                "bring all processes to one version, then `twinbell deadletters replay`",
            )


def marks_of(headers: Iterable[tuple[str, bytes | None]]) -> set[str]:
    """The attributes of our own that are set: those whose content is "1"."""
    return {name[len(_OURS) :] for name, content in headers if content == _MARKED}


def _attribute(headers: Iterable[tuple[str, bytes | None]], name: str) -> bytes | None:
    """The first header of this name."""
    for each, content in headers:
        if each == name:
            return content
    return None


def _short(value: bytes) -> str:
    return identity(len(value), value.hex())
