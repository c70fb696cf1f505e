"""A broker that is spoken to by TLS, asks each process who it is (SASL/SCRAM), and lets each do only what it may."""

from collections.abc import Mapping
from pathlib import Path

from services.cluster.kafka import Security

_MECHANISM = "SCRAM-SHA-512"
_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"


def secured(keys: Path, authorities: Path, users: Mapping[str, str], administrator: str) -> Security:
    """`keys`: the broker's key (PKCS 8) and certificates, `authorities`: who signs them, both PEM.

    `users` are names with their passwords, which exist from the first start; `administrator` is one of them.
    """
    password = users[administrator]
    return Security(
        protocol="SASL_SSL",
        lines=(
            "ssl.keystore.type=PEM",
            f"ssl.keystore.location={keys}",
            "ssl.truststore.type=PEM",
            f"ssl.truststore.location={authorities}",
            f"sasl.enabled.mechanisms={_MECHANISM}",
            f"sasl.mechanism.inter.broker.protocol={_MECHANISM}",
            f'listener.name.clients.{_MECHANISM.lower()}.sasl.jaas.config={_SCRAM} required username="{administrator}" '
            f'password="{password}";',
            "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            # The controller's listener is on the loopback of this one machine and knows no users.
            f"super.users=User:{administrator};User:ANONYMOUS",
        ),
        format_words=tuple(
            word
            for name, secret in users.items()
            for word in ("--add-scram", f"{_MECHANISM}=[name={name},password={secret}]")
        ),
    )
