"""A disk that can be filled up: a small file system in memory; where none may be mounted, a limit on the processes."""

import errno
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_BLOCK = 64 * 1024
Pids = Callable[[], list[int]]


class Disk:
    """A directory on a disk of its own. `fill` leaves no room on it, `clear` gives it back."""

    def __init__(self, path: Path, pids: Pids, is_mounted: bool) -> None:
        self.path = path
        self._pids = pids
        self._is_mounted = is_mounted
        self._ballast = path / "ballast"

    def fill(self) -> None:
        """From now on nothing that grows can be written."""
        if not self._is_mounted:
            self._limit(0)
            return
        with self._ballast.open("wb", buffering=0) as file:
            size = _BLOCK
            while size:
                try:
                    if not file.write(bytes(size)):
                        size //= 2
                except OSError as problem:
                    if problem.errno != errno.ENOSPC:
                        raise
                    size //= 2

    def clear(self) -> None:
        """There is room again."""
        if self._is_mounted:
            self._ballast.unlink()
        else:
            self._limit(resource.RLIM_INFINITY)

    def _limit(self, most: int) -> None:
        for pid in _with_children(self._pids()):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


@contextmanager
def small_disk(path: Path, megabytes: int, pids: Pids) -> Iterator[Disk]:
    """A small file system at `path`, or this directory and a limit on what these processes and their children write."""
    path.mkdir(parents=True, exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "twinbell-test", str(path)]
    is_mounted = subprocess.run(words, capture_output=True, check=False).returncode == 0
    try:
        yield Disk(path, pids, is_mounted)
    finally:
        if is_mounted:
            subprocess.run(["umount", "--lazy", str(path)], check=True)


def _with_children(pids: list[int]) -> list[int]:
    """These processes and all below them."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        parents[int(stat.parent.name)] = int(fields[1])
    found = list(pids)
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found
