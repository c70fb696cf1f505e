"""Keys and certificates of a test's own authority, as a broker and its clients read them."""

from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)


def write_broker_keys(issued: trustme.LeafCert, file: Path) -> None:
    """Key and certificates in one PEM file; the key as PKCS 8, the one form that the broker reads."""
    key = load_pem_private_key(issued.private_key_pem.bytes(), None)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(pem + chain_of(issued))


def write_client_keys(issued: trustme.LeafCert, folder: Path, name: str) -> None:
    """Certificates in NAME.pem, their key in NAME.key."""
    (folder / f"{name}.pem").write_bytes(chain_of(issued))
    issued.private_key_pem.write_to_path(str(folder / f"{name}.key"))


def chain_of(issued: trustme.LeafCert) -> bytes:
    """The certificates, the first of which is its own."""
    return b"".join(each.bytes() for each in issued.cert_chain_pems)
