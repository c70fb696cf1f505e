"""Compressed bytes ← **bounds**: what a zip may expand to, and XML that declares entities, checked before reading."""

import io
import zipfile

from streams.errors import BadObservation
from streams.reasons import Reason

_DECLARATIONS = tuple(
    mark.encode(encoding) for mark in ("<!DOCTYPE", "<!ENTITY") for encoding in ("ascii", "utf-16-le", "utf-16-be")
)
_MAX_RATIO = 200  # real tables of figures expand 5 to 20 times


def is_declaring_entities(content: bytes) -> bool:
    """Whether XML declares a document type or entities, in any encoding of it."""
    return any(mark in content for mark in _DECLARATIONS)


def check_expansion(content: bytes, members: list[zipfile.ZipInfo], most: int, max_bytes: int) -> None:
    """Raises BadObservation for a zip of more members than `most`, or that expands beyond `max_bytes` or all reason."""
    expanded = sum(member.file_size for member in members)
    if len(members) > most or expanded > max_bytes or expanded > _MAX_RATIO * max(len(content), 10_000):
        detail = f"{len(members)} parts that expand to {expanded:,} bytes; no file of figures does that"
        raise BadObservation(Reason.FILE_TOO_LARGE, detail)


def only_member(content: bytes, max_bytes: int) -> bytes:
    """The one file in a zip, of at most `max_bytes`. Raises BadObservation."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = [member for member in archive.infolist() if not member.is_dir()]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise BadObservation(Reason.UNKNOWN_SCHEMA, f"no zip ({str(error)[:80]}); fetch the file again") from None
    check_expansion(content, members, 1, max_bytes)
    if not members:
        raise BadObservation(Reason.UNKNOWN_SCHEMA, "a zip without a file")
    try:
        with archive.open(members[0]) as member:
            found = member.read(max_bytes + 1)
    except Exception as error:  # zipfile raises a dozen kinds for damaged members
        raise BadObservation(Reason.FILE_TRUNCATED, f"damaged zip ({type(error).__name__}); fetch it again") from error
    if len(found) > max_bytes:
        raise BadObservation(Reason.FILE_TOO_LARGE, f"expands to more than layout.max_bytes = {max_bytes}")
    return found
