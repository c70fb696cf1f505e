"""kafka-python at the edges: how this deployment reaches its broker, writes events and reads them."""

import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError

from services.broker_settings import BrokerSettings
from services.broker_trouble import trouble
from services.errors import BrokerFailed
from streams.cloudevents import Event
from streams.topics import MAX_BYTES, TopicName

_ANSWER_S = 5  # within which a broker that is up answers
FETCH_WAIT_MS = 50  # how long an answer of the broker may wait for more: what a quiet topic adds to the latency


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """One record as it lies on the broker."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


def client(settings: BrokerSettings) -> dict[str, Any]:
    """What every client of kafka-python is made with."""
    if not settings.bootstrap:
        raise BrokerFailed('no broker is configured: write [broker] bootstrap = "HOST:PORT" into the configuration')
    common: dict[str, Any] = {
        "bootstrap_servers": settings.bootstrap.split(","),
        "security_protocol": settings.protocol,
        "bootstrap_timeout_ms": _ANSWER_S * 1_000,
        "reconnect_backoff_max_ms": 1_000,  # a broker that is back is found within a second
    }
    if settings.is_encrypted:
        common["ssl_context"] = tls(settings)
    if settings.has_users:
        common["sasl_mechanism"] = settings.mechanism
        common["sasl_plain_username"] = settings.user
        common["sasl_plain_password"] = password(settings)
    return common


def tls(settings: BrokerSettings) -> ssl.SSLContext:
    """How the broker's certificate is proved, and our own shown. Raises BrokerFailed naming the file."""
    try:
        context = ssl.create_default_context(cafile=settings.ca_file or None)
        if settings.certificate_file:
            context.load_cert_chain(settings.certificate_file, settings.key_file or None)
    except OSError as problem:
        files = ", ".join(filter(None, (settings.ca_file, settings.certificate_file, settings.key_file)))
        raise BrokerFailed(
            f"[broker] ca_file, certificate_file and key_file ({files}) cannot be used: {problem.strerror or problem}; "
            "each must be a PEM file that this user may read"
        ) from None
    return context


def password(settings: BrokerSettings) -> str:
    """The password of its file. Raises BrokerFailed naming the file, never what is in it."""
    try:
        found = settings.secret()
    except (OSError, UnicodeDecodeError) as problem:
        what = problem.strerror if isinstance(problem, OSError) else "is no text"
        raise BrokerFailed(
            f"[broker] password_file {settings.password_file}: {what}; write the password there"
        ) from None
    if not found:
        raise BrokerFailed(
            f"[broker] protocol is {settings.protocol} and there is no password for {settings.user}: name a "
            "password_file that holds it"
        )
    return found


class Writer:
    """Sends events and knows when the broker has them: `flush` returns when all of them are on every copy."""

    def __init__(self, settings: BrokerSettings) -> None:
        self._settings = settings
        self._producer: KafkaProducer | None = None
        self._pending: list[Any] = []

    def send(self, to: TopicName, event: Event, partition: int | None = None) -> None:
        """Hand one event to the producer, for the partition of its key or this one.

        Raises BrokerFailed when the broker does not answer.
        """
        with self._working():
            name, headers = self._settings.name(to), list(event.headers)
            sent = self._connected().send(name, value=event.value, key=event.key, headers=headers, partition=partition)
        self._pending.append(sent)

    def flush(self, timeout_s: float = 3.0 * _ANSWER_S) -> None:
        """Wait until the broker has everything. Raises BrokerFailed when it has not: then nothing may be forgotten."""
        pending, self._pending = self._pending, []
        with self._working():
            if self._producer is not None:
                self._producer.flush(timeout_s)
            for sent in pending:
                sent.get(timeout_s)

    def close(self) -> None:
        """Let the connections go; what was not flushed is not sent."""
        producer, self._producer = self._producer, None
        self._pending = []
        if producer is None:
            return
        try:
            producer.close(1)
        except KafkaTimeoutError:  # raised before its thread is ended, as long as something cannot leave
            producer._sender.force_close()

    def _connected(self) -> KafkaProducer:
        if self._producer is None:
            self._producer = KafkaProducer(
                **client(self._settings),
                linger_ms=5,
                batch_size=1024 * 1024,
                max_request_size=MAX_BYTES,
                acks="all",
                max_block_ms=_ANSWER_S * 1_000,
                request_timeout_ms=_ANSWER_S * 1_000,
                delivery_timeout_ms=2 * _ANSWER_S * 1_000,
            )
        return self._producer

    @contextmanager
    def _working(self) -> Iterator[None]:
        """A producer that has failed once is not trusted again: an idempotent one may refuse all that follows."""
        try:
            with reached(self._settings):
                yield
        except BrokerFailed:
            self.close()
            raise


class Reader:
    """Reads whole topics from given offsets; commits nothing: whoever reads keeps how far it came."""

    def __init__(self, settings: BrokerSettings, names: Sequence[TopicName], partitions: Sequence[int] = ()) -> None:
        self._settings = settings
        with reached(settings):
            self._consumer = KafkaConsumer(
                **client(settings),
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                fetch_max_wait_ms=FETCH_WAIT_MS,
                max_partition_fetch_bytes=MAX_BYTES,
                max_poll_records=2_000,
            )
            places = []
            for name in names:
                on_broker = settings.name(name)
                found = self._consumer.partitions_for_topic(on_broker)
                if not found:
                    self._consumer.close()
                    raise BrokerFailed(f"there is no topic {on_broker}: `twinbell topics apply` makes it")
                places += [
                    TopicPartition(on_broker, each) for each in sorted(found) if not partitions or each in partitions
                ]
            self._consumer.assign(places)
        self.places: tuple[tuple[str, int], ...] = tuple((place.topic, place.partition) for place in places)

    def seek(self, offsets: Mapping[tuple[str, int], int]) -> None:
        """Go on from these offsets; what is not named, from the beginning."""
        for name, partition in self.places:
            place = TopicPartition(name, partition)
            offset = offsets.get((name, partition))
            if offset is None:
                self._consumer.seek_to_beginning(place)
            else:
                self._consumer.seek(place, offset)

    def poll(self, timeout_s: float) -> list[Arrived]:
        """What has arrived, or nothing after the time is over. Raises BrokerFailed."""
        with reached(self._settings):
            found = self._consumer.poll(timeout_ms=int(timeout_s * 1_000))
        return [_arrived(record) for records in found.values() for record in records]

    def ends(self) -> dict[tuple[str, int], int]:
        """By topic and partition, the offset that the next record will have. Raises BrokerFailed."""
        with reached(self._settings):
            found = self._consumer.end_offsets([TopicPartition(*place) for place in self.places])
        return {(place.topic, place.partition): offset for place, offset in found.items()}

    def to_the_end(self, timeout_s: float = 1.0) -> Iterator[Arrived]:
        """Everything up to what was the end when this was called."""
        ends = self.ends()
        with reached(self._settings):
            while any(self._consumer.position(TopicPartition(*place)) < end for place, end in ends.items()):
                yield from self.poll(timeout_s)

    def close(self) -> None:
        """Let the connections go."""
        self._consumer.close()


@contextmanager
def reached(settings: BrokerSettings) -> Iterator[None]:
    """What kafka-python raises, as one error that says which broker and what to do."""
    try:
        yield
    except (KafkaError, OSError) as problem:
        raise BrokerFailed(f"Kafka at {settings.bootstrap}: {trouble(settings, problem)}") from problem


def _arrived(record: Any) -> Arrived:
    return Arrived(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key or b"",
        value=record.value,
        headers=tuple((name, content or b"") for name, content in record.headers),
    )
