"""Dead letters that came from Kafka → put back on their topic, once this version can read them.

What is put back is the record as it lies on the broker (key, headers, value), at its topic's end. Everything behind it
takes what it has taken before for nothing, so a letter that is put back twice changes nothing.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing

import msgspec
import sqlalchemy as sa

from services.broker import Arrived, Reader, Writer
from services.broker_settings import BrokerSettings
from services.dead_letters import Kept, Place, mark_put_back, place_of
from streams.cloudevents import CARRIED, Event, Wire
from streams.errors import BadObservation


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one letter; `problem` is empty when it was put back, else says why not and what to do."""

    letter_id: str
    place: str
    problem: str = ""


def put_back(database: sa.Engine, broker: BrokerSettings, letters: Iterable[Kept], now: int) -> Iterator[Tried]:
    """Put those back that this version can read, one after another. Raises BrokerFailed."""
    with closing(Writer(broker)) as writer:
        for each in letters:
            place = place_of(each.letter)
            where = f"{each.letter.origin} at {each.letter.row}"
            if place is None:
                problem = "is no record of Kafka: mend the file or its manifest, then read it again"
            else:
                problem = _put_back(writer, broker, place, each)
            if not problem:
                mark_put_back(database, each, now)
            yield Tried(letter_id=each.letter_id, place=where, problem=problem)


def _put_back(writer: Writer, broker: BrokerSettings, place: Place, kept: Kept) -> str:
    found = _found(broker, place)
    if found is None or (found.value or b"") != kept.letter.content:
        return f"its record is no longer on {broker.name(place.topic)}; its bytes are in the store only"
    try:
        Wire(CARRIED[place.topic]).record(found.headers, found.value)
    except BadObservation as problem:
        return f"still cannot be read: {problem.detail}"
    event = Event(key=found.key, value=found.value or b"", headers=found.headers)
    writer.send(place.topic, event, place.partition)
    writer.flush()
    return ""


def _found(broker: BrokerSettings, place: Place) -> Arrived | None:
    """The record at a place, or None when retention or compaction has taken it."""
    with closing(Reader(broker, [place.topic], [place.partition])) as reader:
        reader.seek({(broker.name(place.topic), place.partition): place.offset})
        found = next(reader.to_the_end(), None)
    return found if found is not None and found.offset == place.offset else None
