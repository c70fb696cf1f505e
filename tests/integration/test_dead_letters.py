"""A record of a version that is not known yet: put aside with its reason, looked at, and put back once it is known."""

import json
from collections.abc import Sequence

from typer.testing import CliRunner, Result

from services.broker import Arrived, Reader, Writer
from services.cli import app, exit_code_of
from services.exit_codes import ExitCode
from streams.cloudevents import OBSERVATIONS, REJECTED, Event, Rejected, Wire, marks_of
from streams.observations import ObservationBatch
from streams.reasons import Reason
from streams.topics import TopicName
from tests.integration.deployments import Deployment, Deployments, remake_topic

GOOD = Wire(OBSERVATIONS, "/twinbell/hub/feed").event(
    "antimony", ObservationBatch(group="antimony", feed="desk", tick_at=86_400), 86_400, "settles"
)
NEWER = tuple((name, value + b"9" if name == "ce_dataschema" else value) for name, value in GOOD.headers)


def sent(deployment: Deployment, to: TopicName, *events: Event) -> None:
    """Put events on a topic, the broker has them."""
    writer = Writer(deployment.broker)
    for event in events:
        writer.send(to, event)
    writer.flush()
    writer.close()


def lying(deployment: Deployment, name: TopicName) -> list[Arrived]:
    """Everything on a topic."""
    reader = Reader(deployment.broker, [name])
    reader.seek({})
    found = list(reader.to_the_end())
    reader.close()
    return found


def letter_about(record: Arrived) -> Event:
    """The letter that a worker of an older version wrote about a record that this version can read."""
    letter = Rejected(
        source="/twinbell/hub/detect/old",
        topic=TopicName.OBSERVATIONS,
        partition=record.partition,
        offset=record.offset,
        reason=Reason.UNKNOWN_SCHEMA,
        detail="dataschema …:2: this version reads observations up to 1",
        value=record.value or b"",
    )
    return Wire(REJECTED).event(letter.source, letter, 86_400)


def command(deployment: Deployment, *words: str) -> Result:
    """`twinbell deadletters …` on the deployment."""
    return CliRunner().invoke(app, ["deadletters", *words, "--config", str(deployment.file), "--store", deployment.url])


def listed(deployment: Deployment) -> Sequence[dict[str, object]]:
    """What the command lists."""
    rows: list[dict[str, object]] = json.loads(command(deployment, "list", "--json").stdout)
    return rows


def test_a_newer_record_waits_for_a_version_that_can_read_it(deployments: Deployments) -> None:
    """The real worker puts it aside; the command says why it cannot be put back yet, and ends with 8."""
    deployment = deployments.make(partitions=1)
    deployment.start("detect-1")
    deployment.start("dispatch")
    sent(deployment, TopicName.OBSERVATIONS, Event(key=GOOD.key, value=GOOD.value, headers=NEWER))
    deployment.until(lambda: len(listed(deployment)) == 1, "the letter is in the store")
    (row,) = listed(deployment)
    assert (row["origin"], row["row"], row["reason"]) == ("observations/0", 0, "unknown_schema")
    assert "twinbell deadletters replay" in str(row["detail"])
    refused = command(deployment, "replay")
    assert isinstance(refused.exception, Exception)
    assert exit_code_of(refused.exception) is ExitCode.TO_MEND
    assert "still cannot be read" in refused.stdout
    assert len(lying(deployment, TopicName.OBSERVATIONS)) == 1


def test_a_record_that_can_be_read_now_is_put_back_as_it_was(deployments: Deployments) -> None:
    """Key, headers and bytes are those of the record; it is judged, and not put back a second time by itself."""
    deployment = deployments.make(partitions=4)
    sent(deployment, TopicName.OBSERVATIONS, GOOD)
    (record,) = lying(deployment, TopicName.OBSERVATIONS)
    sent(deployment, TopicName.DEAD_LETTERS, letter_about(record))
    deployment.start("dispatch")
    deployment.until(lambda: len(listed(deployment)) == 1, "the letter is in the store")
    done = command(deployment, "replay")
    assert done.exit_code == ExitCode.DONE, done.output
    first, second = lying(deployment, TopicName.OBSERVATIONS)
    assert (second.partition, second.key, second.value) == (first.partition, first.key, first.value)
    assert second.headers == first.headers
    assert "settles" in marks_of(second.headers)
    assert listed(deployment)[0]["put_back_at"]
    assert command(deployment, "replay").stdout == "No dead letters of Kafka wait.\n"


def test_another_record_at_the_place_is_never_put_back(deployments: Deployments) -> None:
    """The topic was made anew, or retention has taken the record: the letter stays, and the answer says so."""
    deployment = deployments.make(partitions=1)
    sent(deployment, TopicName.OBSERVATIONS, GOOD)
    (record,) = lying(deployment, TopicName.OBSERVATIONS)
    sent(deployment, TopicName.DEAD_LETTERS, letter_about(record))
    deployment.start("dispatch")
    deployment.until(lambda: len(listed(deployment)) == 1, "the letter is in the store")
    remake_topic(deployment.broker, TopicName.OBSERVATIONS)
    other = Wire(OBSERVATIONS).event("antimony", ObservationBatch(group="antimony", feed="another"), 0)
    sent(deployment, TopicName.OBSERVATIONS, other)
    refused = command(deployment, "replay")
    assert "no longer on" in refused.stdout
    assert len(lying(deployment, TopicName.OBSERVATIONS)) == 1
