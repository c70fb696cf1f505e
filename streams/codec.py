"""Bytes and ids: the one canonical form of a record and the hashes that are made of it."""

import hashlib

import msgspec

_ENCODER = msgspec.json.Encoder(order="deterministic")
ID_CHARS = 20  # 80 bits: a collision among a billion ids is about one in two million


def encode(record: object) -> bytes:
    """The canonical JSON bytes of a record: the same record gives the same bytes on every machine."""
    return _ENCODER.encode(record)


def digest(content: bytes) -> str:
    """SHA-256 of `content`, 64 hexadecimal characters."""
    return hashlib.sha256(content).hexdigest()


def identity(*parts: str | int) -> str:
    """A deterministic id of what something is about: 20 hexadecimal characters of the SHA-256 of its parts."""
    return digest(encode(parts))[:ID_CHARS]
