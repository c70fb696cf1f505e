"""Promise: a record of Kafka that cannot be used is one dead letter, however many workers refused it."""

from pathlib import Path

from services import dead_letters
from services.dispatcher.consuming import Consumer
from streams.cloudevents import REJECTED, Rejected, Wire
from streams.reasons import Reason
from streams.topics import TopicName
from tests.fakes.topic import Topic
from tests.following import Deployed


def refused(worker: int, offset: int) -> Rejected:
    """What a worker says of a record."""
    return Rejected(
        source=f"/twinbell/hub/detect/worker-{worker}",
        topic=TopicName.OBSERVATIONS,
        partition=2,
        offset=offset,
        reason=Reason.ROW_MALFORMED,
        detail="Input data was truncated",
        value=b"\x00",
    )


def test_what_two_workers_refused_is_one_letter(tmp_path: Path) -> None:
    """One was killed before it had acknowledged the record, and another read it again."""
    site = Deployed(tmp_path)
    hub = site.hub()
    hub.recover(site.real.now())
    topic = Topic(TopicName.DEAD_LETTERS)
    for letter in (refused(2, 9), refused(1, 9), refused(1, 10)):
        topic.put(Wire(REJECTED).event(letter.source, letter, 86_400))
    consumer = Consumer(hub, site.database, topic, str, 10)  # type: ignore[arg-type]
    assert consumer.take(site.real, 0.0) == 3
    assert [(each.letter.origin, each.letter.row) for each in dead_letters.kept(site.database)] == [
        ("observations/2", 9),
        ("observations/2", 10),
    ]
    site.database.dispose()
