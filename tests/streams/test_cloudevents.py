"""Records over the wire: binary-mode CloudEvents that read back the same, and refuse what they do not know."""

import msgspec
import pytest

from streams.cloudevents import OBSERVATIONS, STATE, StateOfGroup, Wire, marks_of
from streams.errors import BadObservation
from streams.observations import ObservationBatch
from streams.reasons import Reason
from tests.golden.filled import filled

WIRE = Wire(OBSERVATIONS, "/twinbell/test/feed")
BATCH = ObservationBatch(group="gallium", feed="desk", tick_at=86_400)


def test_a_record_reads_back_the_same_with_its_attributes() -> None:
    """Value and headers carry the record, the required attributes of CloudEvents 1.0, and our own."""
    event = WIRE.event("gallium", BATCH, 86_400, "settles")
    headers = dict(event.headers)
    assert WIRE.record(event.headers, event.value) == BATCH
    assert event.key == b"gallium"
    assert headers["ce_specversion"] == b"1.0"
    assert headers["ce_type"] == b"twinbell.observations"
    assert headers["ce_source"] == b"/twinbell/test/feed"
    assert headers["ce_time"] == b"1970-01-02T00:00:00Z"
    assert headers["content-type"] == b"application/vnd.msgpack"
    assert headers["ce_id"]
    assert marks_of(event.headers) == {"settles"}


def test_the_id_is_that_of_the_content() -> None:
    """The same record sent again, by whomever and whenever, has the same id; another has another."""
    again = Wire(OBSERVATIONS, "/twinbell/other/feed").event("gallium", BATCH, 90_000)
    other = WIRE.event("gallium", ObservationBatch(group="gallium", feed="desk", tick_at=5), 86_400)
    first = WIRE.event("gallium", BATCH, 86_400)
    assert dict(again.headers)["ce_id"] == dict(first.headers)["ce_id"]
    assert dict(other.headers)["ce_id"] != dict(first.headers)["ce_id"]


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        (f"urn:twinbell:observations:{OBSERVATIONS.version + 1}", Reason.UNKNOWN_SCHEMA),
        ("urn:twinbell:observations:0", Reason.UNKNOWN_SCHEMA),
        ("urn:twinbell:observations:x", Reason.UNKNOWN_SCHEMA),
        ("urn:twinbell:signal:1", Reason.UNKNOWN_SCHEMA),
        ("", Reason.UNKNOWN_SCHEMA),
        (None, Reason.ROW_MALFORMED),
    ],
)
def test_a_schema_that_is_not_known_is_refused(schema: str | None, reason: Reason) -> None:
    """A future version, another record or no schema at all is a dead letter, never a guess."""
    event = WIRE.event("gallium", BATCH, 0)
    headers = tuple((name, value) for name, value in event.headers if name != "ce_dataschema")
    if schema is not None:
        headers = (*headers, ("ce_dataschema", schema.encode()))
    with pytest.raises(BadObservation) as refused:
        WIRE.record(headers, event.value)
    assert refused.value.reason is reason


@pytest.mark.parametrize("value", [None, b"", b"\xc1", b"\xff\xfe", b"{}", b"\x81\xa5group\x05", b"\x91" * 5_000])
def test_bytes_that_are_no_record_are_refused(value: bytes | None) -> None:
    """A tombstone, an empty or a truncated value, another type, nesting without end."""
    headers = WIRE.event("gallium", BATCH, 0).headers
    with pytest.raises(BadObservation) as refused:
        WIRE.record(headers, value)
    assert refused.value.reason is Reason.ROW_MALFORMED


def test_a_header_may_have_no_content() -> None:
    """Kafka's headers may be null: one of ours without a content is one that is not there."""
    event = WIRE.event("gallium", BATCH, 0)
    empty = [(name, None) for name, _ in event.headers]
    assert marks_of([("ce_settles", None)]) == set()
    with pytest.raises(BadObservation) as refused:
        WIRE.record(empty, event.value)
    assert refused.value.reason is Reason.ROW_MALFORMED


def test_a_snapshot_carries_bytes_as_they_are() -> None:
    """A group's state goes over the wire as bytes, whatever is in them."""
    wire = Wire(STATE)
    state = StateOfGroup(group="gallium", made_with="m", applied=7, state=bytes(range(256)))
    event = wire.event("gallium", state, 0)
    assert wire.record(event.headers, event.value) == state
    assert STATE.uri == "urn:twinbell:state:1"


def test_the_words_of_a_series_are_read_once() -> None:
    """Records of one series share its description, and are what the general decoder makes of them."""
    event = WIRE.event("the group", filled(ObservationBatch), 0)
    first, second = (WIRE.record(event.headers, event.value) for _ in range(2))
    assert first == second == msgspec.msgpack.decode(event.value, type=ObservationBatch)
    assert first.runs[0].series is second.runs[0].series
