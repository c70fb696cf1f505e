"""`[broker]` of a configuration: how the distributed harness reaches Kafka. A desk needs none of it."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from streams.topics import Client, TopicName, topic

_Text = Annotated[str, Meta(max_length=1_000)]


_PROCESS = "{process}"  # in a name or a path: feed, detect, dispatch or operator
_BY_PROCESS = ("user", "password_file", "certificate_file", "key_file")


class BrokerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[broker]`: Kafka, for the distributed harness."""

    bootstrap: Annotated[_Text, Meta(description="HOST:PORT of brokers, with commas; empty: no broker.")] = ""
    protocol: Annotated[
        Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"], Meta(description="How the broker is spoken to.")
    ] = "PLAINTEXT"
    mechanism: Annotated[
        Literal["SCRAM-SHA-256", "SCRAM-SHA-512"], Meta(description="How a user proves who it is.")
    ] = "SCRAM-SHA-512"
    user: Annotated[
        _Text,
        Meta(description="The broker's name for a process; `{process}` stands for feed, detect, dispatch, operator."),
    ] = "twinbell-{process}"
    password_file: Annotated[
        _Text, Meta(description="File with the password and nothing else; `{process}` as in `user`.")
    ] = ""
    ca_file: Annotated[
        _Text, Meta(description="Certificates (PEM) that the broker's is proved with; empty: the system's.")
    ] = ""
    certificate_file: Annotated[
        _Text, Meta(description="Our own certificate (PEM), where the broker asks for one; `{process}` as in `user`.")
    ] = ""
    key_file: Annotated[_Text, Meta(description="Its key (PEM), without a password; `{process}` as in `user`.")] = ""
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

    def of(self, process: Client) -> "BrokerSettings":
        """The settings with which one process reaches the broker."""
        filled = {name: getattr(self, name).replace(_PROCESS, process) for name in _BY_PROCESS}
        return msgspec.structs.replace(self, **filled)

    @property
    def is_encrypted(self) -> bool:
        """Whether the broker is spoken to by TLS."""
        return self.protocol.endswith("SSL")

    @property
    def has_users(self) -> bool:
        """Whether a process proves who it is by a password."""
        return self.protocol.startswith("SASL")

    def secret(self) -> str:
        """The password. OSError where its file cannot be read."""
        return Path(self.password_file).read_text(encoding="utf-8").strip() if self.password_file else ""
