"""A broker that asks each client for a certificate: ours is shown, and without one a sentence says which setting."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
import trustme

from services.broker import Reader, Writer
from services.broker_settings import BrokerSettings
from services.cluster.kafka import Kafka, Security
from services.errors import BrokerFailed
from services.topic_admin import apply_topics, check_topics
from streams.cloudevents import Event
from streams.topics import Client, TopicName
from tests.integration.certificates import write_broker_keys, write_client_keys

# A client of kafka-python that was refused leaves its sockets to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]
EVENT = Event(key=b"k", value=b"v", headers=())


@pytest.fixture(scope="module")
def asking(folder: Path, kafka_jars: Path) -> Iterator[BrokerSettings]:
    """Settings for a broker that asks; every process has a certificate of its own, and a stranger has one too."""
    own = folder / "certificates"
    own.mkdir()
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(own / "authority.pem"))
    write_broker_keys(authority.issue_cert("127.0.0.1"), own / "broker.pem")
    for process in Client:
        write_client_keys(authority.issue_cert(f"{process}.example"), own, process)
    write_client_keys(trustme.CA().issue_cert("stranger.example"), own, "stranger")
    security = Security(
        protocol="SSL",
        lines=(
            "ssl.keystore.type=PEM",
            f"ssl.keystore.location={own / 'broker.pem'}",
            "ssl.truststore.type=PEM",
            f"ssl.truststore.location={own / 'authority.pem'}",
            "ssl.client.auth=required",
        ),
    )
    with Kafka(kafka_jars, own, security=security) as kafka:
        yield BrokerSettings(
            bootstrap=kafka.bootstrap,
            protocol="SSL",
            ca_file=str(own / "authority.pem"),
            certificate_file=str(own / "{process}.pem"),
            key_file=str(own / "{process}.key"),
            partitions=2,
        )


def test_each_process_shows_its_own_certificate(asking: BrokerSettings) -> None:
    """The operator makes the topics, a feed writes, a worker reads what was written."""
    assert not [state for state in apply_topics(asking.of(Client.OPERATOR)) if state.problem]
    with closing(Writer(asking.of(Client.FEED))) as writer:
        writer.send(TopicName.OBSERVATIONS, EVENT)
        writer.flush()
    with closing(Reader(asking.of(Client.DETECT), [TopicName.OBSERVATIONS])) as reader:
        reader.seek({})
        assert [each.value for each in reader.to_the_end()] == [EVENT.value]


@pytest.mark.parametrize("shown", ["", "stranger"], ids=["none", "a stranger's"])
def test_without_the_right_one_a_sentence_names_the_setting(asking: BrokerSettings, shown: str) -> None:
    """No certificate, or one of an authority that the broker does not know."""
    files = {"certificate_file": "", "key_file": ""}
    if shown:
        files = {name: getattr(asking, name).replace("{process}", shown) for name in files}
    with pytest.raises(BrokerFailed, match=r"does it ask for a certificate \(certificate_file, key_file\)"):
        check_topics(msgspec.structs.replace(asking, **files).of(Client.FEED))
