"""Behind the channels that write files: a file is there whole or not at all, also after a crash or on a full disk."""

import errno
import os
import re
from pathlib import Path

from alerts.errors import TemporaryFailure
from alerts.reasons import Reason

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")


def name_part(text: str) -> str:
    """`text` as a part of a file name on any system: it can neither leave the directory nor be hidden."""
    return _UNSAFE.sub("_", text)[:100] or "_"


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside, flush to the disk, rename. Raises TemporaryFailure, since a disk can be emptied."""
    beside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with beside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        except OSError:
            beside.unlink(missing_ok=True)
            raise
        _flush_directory(path.parent)
    except OSError as error:
        reason = Reason.DISK_FULL if error.errno in _FULL else Reason.UNREACHABLE
        raise TemporaryFailure(reason, f"{path.name}: {os.strerror(error.errno or 0)}") from None


def _flush_directory(directory: Path) -> None:
    """Make the rename itself survive a power cut."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
