"""The command `twinbell` as a process of its own, for tests that kill it or talk to it from another terminal."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parents[1]
CALL = (sys.executable, "-c", "import sys; sys.argv[0] = 'twinbell'; from services.__main__ import main; main()")


def environment() -> dict[str, str]:
    """This environment without settings of Twinbell, in which the checkout can be imported from anywhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TWINBELL_")}
    return {**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "160"}


def called(arguments: Sequence[str], directory: Path) -> subprocess.CompletedProcess[str]:
    """One command, to its end."""
    return subprocess.run(
        [*CALL, *arguments], cwd=directory, env=environment(), capture_output=True, text=True, check=False, timeout=300
    )


class Running:
    """A command that stays up; `wait_for` reads its lines until one holds the words."""

    def __init__(self, arguments: Sequence[str], directory: Path) -> None:
        self.lines: list[str] = []
        self._process = subprocess.Popen(
            [*CALL, *arguments],
            cwd=directory,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def read(self, count: int) -> bool:
        """Read so many lines; False when the process ended before."""
        return all(self._line() is not None for _ in range(count))

    def wait_for(self, words: str) -> str:
        """The next line that holds the words. AssertionError, with all lines, when the process ends without it."""
        while (line := self._line()) is not None:
            if words in line:
                return line
        raise AssertionError(f"no line says {words!r}:\n" + "".join(self.lines))

    def end(self) -> int:
        """Ask it to end, read what it still says, and give its exit code."""
        self._process.terminate()
        return self.ended()

    def ended(self) -> int:
        """Read to its end and give its exit code."""
        while self._line() is not None:
            pass
        return self._process.wait()

    def kill(self) -> None:
        """SIGKILL: it cannot tidy up."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _line(self) -> str | None:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if line:
            self.lines.append(line)
        return line or None
