"""`[broker]` of a configuration: how the distributed harness reaches Kafka. A desk needs none of it."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from streams.topics import TopicName, topic

_Text = Annotated[str, Meta(max_length=1_000)]


class BrokerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[broker]`: Kafka, for the distributed harness."""

    bootstrap: Annotated[_Text, Meta(description="HOST:PORT of brokers, with commas; empty: no broker.")] = ""
    protocol: Annotated[
        Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"], Meta(description="How the broker is spoken to.")
    ] = "PLAINTEXT"
    mechanism: Annotated[
        Literal["SCRAM-SHA-256", "SCRAM-SHA-512"], Meta(description="How a user proves who it is.")
    ] = "SCRAM-SHA-512"
    user: Annotated[_Text, Meta(description="The broker's name for this process; each process has its own.")] = ""
    password_file: Annotated[_Text, Meta(description="File with the password and nothing else.")] = ""
    ca_file: Annotated[
        _Text, Meta(description="Certificates that the broker's is proved with; empty: the system's.")
    ] = ""
    prefix: Annotated[str, Meta(pattern=r"^[a-z0-9.-]{1,40}$", description="What every topic's name begins with.")] = (
        "twinbell"
    )
    partitions: Annotated[int, Meta(ge=1, le=1_000, description="Partitions of the topics that are by group.")] = 12
    replication: Annotated[int, Meta(ge=1, le=9, description="Copies of each topic; 3 in operations.")] = 1

    checkpoint_s: Annotated[
        float, Meta(ge=0.02, le=60.0, description="Seconds between two checkpoints of a detection worker.")
    ] = 1.0

    @property
    def detect_group(self) -> str:
        """The consumer group of the detection workers."""
        return f"{self.prefix}-detect"

    def name(self, of: TopicName) -> str:
        """A topic's name on the broker."""
        return topic(of).on(self.prefix)

    def secret(self) -> str:
        """The password. OSError where its file cannot be read."""
        return Path(self.password_file).read_text(encoding="utf-8").strip() if self.password_file else ""
