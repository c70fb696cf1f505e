"""The code blocks of the manual, and a place in which they are run as a reader would run them."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.processes import CALL, ROOT, environment

_FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def blocks(page: str, language: str) -> Iterator[tuple[str, str]]:
    """(heading, text) of each fenced block of one language in a page of this repository, in order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for match in _FENCE.finditer(text):
        if match[1] == language:
            headings = _HEADING.findall(_FENCE.sub("", text[: match.start()]))
            yield (headings[-1] if headings else ""), match[2]


class Shell:
    """A reader's shell: one directory, `twinbell` on the path, variables kept from block to block."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        programs = directory / ".programs"
        programs.mkdir()
        command = programs / "twinbell"
        command.write_text(f'#!/bin/sh\nexec {shlex.join(CALL)} "$@"\n')
        command.chmod(0o755)
        path = f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        self._environment = {**environment(), "PATH": path}
        self._before = ""

    def run(self, block: str) -> str:
        """Run a block after those before it; what it printed. AssertionError with everything when it fails."""
        mark = "== block =="
        script = f"set -eu\n{self._before}\necho '{mark}'\n{block}"
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.directory,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        printed = done.stdout.split(mark, 1)[-1]
        assert done.returncode == 0, f"{block}\nended with {done.returncode}:\n{printed}\n{done.stderr}"
        kept = [line for line in block.splitlines() if re.match(r"(export )?[A-Z_]+=", line)]
        self._before += "".join(f"{self._fixed(line)}\n" for line in kept)
        return printed

    def _fixed(self, line: str) -> str:
        """A variable as the block before has set it, so that its command is not run again."""
        name = line.removeprefix("export ").split("=", 1)[0]
        asked = f'set -eu\n{self._before}\n{line}\nprintf %s "${name}"'
        value = subprocess.run(
            ["bash", "-c", asked], cwd=self.directory, env=self._environment, capture_output=True, text=True, check=True
        ).stdout
        return f"export {name}={shlex.quote(value)}"
