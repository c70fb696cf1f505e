"""Topics emptied, deleted or poisoned: memory is made again under the same ids, what nobody can use is put aside."""

from collections.abc import Iterable

import msgspec

from services.broker import Writer
from services.detector.past import partition_of
from services.topic_admin import apply_topics
from services.wiring import knowledge_in_force
from streams.assessments import Assessment
from streams.cloudevents import ASSESSMENT, OBSERVATIONS, STATE, Event, Headers, StateOfGroup, Wire
from streams.observations import ObservationBatch
from streams.reasons import Reason
from streams.topics import MAX_BYTES, TopicName
from tests.integration.deployments import Deployment, Outcome, delete_topic, remake_topic
from tests.integration.desks import Desk, both_work, dropped, nothing_is_lost, taken_in, worked_through

WORKERS = ("detect-1", "detect-2")


def test_a_topic_of_states_that_is_emptied(deployment: Deployment, desk: Desk, expected: Outcome) -> None:
    """Every snapshot is lost and the workers are killed: memory is made again from the archive, under the same ids."""
    names = list(desk.files)
    dropped(deployment, desk, names[:6])
    deployment.until(lambda: deployment.waiting() == 0, "everything is published")
    before = set(deployment.signal_ids())
    for worker in WORKERS:
        deployment.processes[worker].kill()
    remake_topic(deployment.broker, TopicName.STATES)
    for worker in WORKERS:
        deployment.start(worker)
    both_work(deployment)  # memory is made of what the archive holds: the rest must come after
    dropped(deployment, desk, names[6:])
    worked_through(deployment, desk)
    nothing_is_lost(deployment, desk, expected)
    assert before <= set(deployment.signal_ids())


def test_a_topic_of_states_that_is_deleted_under_the_workers(
    deployment: Deployment, desk: Desk, expected: Outcome
) -> None:
    """It is deleted while they run, and made anew by the operator: they end loudly or go on, and lose nothing."""
    deployment.is_supervised = True
    names = list(desk.files)
    dropped(deployment, desk, names[:4])
    taken_in(deployment)
    delete_topic(deployment.broker, TopicName.STATES)
    dropped(deployment, desk, names[4:5])
    deployment.until(lambda: len(deployment.outcome().alerts) == 4, "what the file holds has rung")
    assert not [state for state in apply_topics(deployment.broker) if state.problem]
    both_work(deployment)
    dropped(deployment, desk, names[5:])
    worked_through(deployment, desk)
    nothing_is_lost(deployment, desk, expected)


def test_a_topic_of_observations_that_is_made_anew(deployment: Deployment, desk: Desk, expected: Outcome) -> None:
    """Its offsets begin again at 0: snapshots that have read farther than it goes must not skip what comes."""
    names = list(desk.files)
    dropped(deployment, desk, names[:4])
    taken_in(deployment)
    for process in deployment.processes.values():
        process.kill()
    for name in (TopicName.OBSERVATIONS, TopicName.ASSESSMENTS):
        remake_topic(deployment.broker, name)
    for name in list(deployment.processes):
        deployment.start(name)
    both_work(deployment)
    dropped(deployment, desk, names[4:])
    worked_through(deployment, desk)
    found = deployment.outcome().alerts  # memory was made in other steps: a ring more may come out, none less
    assert found.keys() == expected.alerts.keys()
    assert all(set(rings) <= set(found[alert]) for alert, rings in expected.alerts.items())


GOOD = Wire(OBSERVATIONS).event("antimony", ObservationBatch(group="antimony", feed="x"), 0)
UNEVEN = {"group": "antimony", "feed": "x", "runs": [{"series": {}, "values": [1.0]}]}
FAR = ObservationBatch(group="antimony", feed="x", tick_at=10**15)  # a time that no calendar has: milliseconds
NUL = ObservationBatch(group="a\0b", feed="x")


def instead(headers: Headers, name: str, value: bytes) -> Headers:
    """These headers with another value of one."""
    return tuple((each, value if each == name else content) for each, content in headers)


def test_poison_is_put_aside(deployment: Deployment, desk: Desk, expected: Outcome) -> None:
    """Records of every wrong kind on every topic become dead letters with reason and bytes; the rest goes on."""
    names = list(desk.files)
    dropped(deployment, desk, names[:4])
    taken_in(deployment)
    headers, schema = GOOD.headers, "ce_dataschema"
    poison: list[tuple[TopicName, bytes | None, Headers, int | None]] = [
        (TopicName.OBSERVATIONS, b"\x00", headers, None),  # bytes of something else
        (TopicName.OBSERVATIONS, b"", headers, None),
        (TopicName.OBSERVATIONS, None, headers, None),  # a tombstone
        (TopicName.OBSERVATIONS, None, (), None),
        (TopicName.OBSERVATIONS, GOOD.value, (), None),  # no headers
        (TopicName.OBSERVATIONS, GOOD.value, instead(headers, schema, b"urn:twinbell:observations:99"), None),
        (TopicName.OBSERVATIONS, GOOD.value, instead(headers, schema, b"urn:twinbell:weather:1"), None),
        (TopicName.OBSERVATIONS, GOOD.value, instead(headers, schema, b"\xff\xfe"), None),
        (TopicName.OBSERVATIONS, b"\xff" * (MAX_BYTES - 2_048), headers, None),  # as large as the broker takes
        (TopicName.OBSERVATIONS, b"\x91" * 100_000, headers, None),  # nested without end
        (TopicName.OBSERVATIONS, msgspec.msgpack.encode(UNEVEN), headers, None),
        (TopicName.OBSERVATIONS, GOOD.value, headers, (home("antimony") + 1) % 4),  # under another key
        (TopicName.OBSERVATIONS, msgspec.msgpack.encode(NUL), headers, (home("a\0b") + 1) % 4),
        (TopicName.ASSESSMENTS, b"{", headers, 0),
        (TopicName.ASSESSMENTS, None, Wire(ASSESSMENT).event("x", some(deployment), 0).headers, 0),
        (TopicName.DEAD_LETTERS, b"{", headers, 0),
    ]
    sent(deployment, poison)
    never = msgspec.structs.replace(some(deployment), as_of=10**12, revision="never")
    event = Wire(ASSESSMENT).event("never", never, 0)
    sent(deployment, [(TopicName.ASSESSMENTS, event.value, event.headers, 0)])
    sent(deployment, [(TopicName.OBSERVATIONS, msgspec.msgpack.encode(FAR), headers, None)])
    spoiled = StateOfGroup(group="antimony", made_with=made_with(deployment), applied=10**9, state=b"\x00")
    event = Wire(STATE).event("antimony", spoiled, 0)
    sent(deployment, [(TopicName.STATES, event.value, event.headers, home("antimony"))])
    for worker in WORKERS:
        deployment.processes[worker].kill()
        deployment.start(worker)
    both_work(deployment)
    dropped(deployment, desk, names[4:])
    worked_through(deployment, desk)
    nothing_is_lost(deployment, desk, expected)
    deployment.until(lambda: len(deployment.dead_letters()) == len(poison) + 2, "the store has the dead letters")
    letters = deployment.dead_letters()
    assert {letter.reason for letter in letters} == {Reason.ROW_MALFORMED, Reason.UNKNOWN_SCHEMA}
    for _, value, _, _ in poison:
        assert any(letter.content[:1_000] == (value or b"")[:1_000] for letter in letters)


def home(group: str) -> int:
    """The partition of a group."""
    return partition_of(group, 4)


def some(deployment: Deployment) -> Assessment:
    """An assessment that was given."""
    found = deployment.lying(TopicName.ASSESSMENTS)[-1]
    return Wire(ASSESSMENT).record(found.headers, found.value)


def made_with(deployment: Deployment) -> str:
    """The hash of what the workers know."""
    return knowledge_in_force(deployment.configuration).digest


def sent(deployment: Deployment, records: Iterable[tuple[TopicName, bytes | None, Headers, int | None]]) -> None:
    """Put records on topics under the key of antimony, in the partition of that key or in this one."""
    writer = Writer(deployment.broker)
    for topic, value, headers, partition in records:
        writer.send(topic, Event(key=b"antimony", value=value, headers=headers), partition)  # type: ignore[arg-type]
    writer.flush()
    writer.close()
