"""One program of the cluster: a child with its log in a file, waited for until it answers, ended with the rest."""

import contextlib
import itertools
import os
import random
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import httpx
import msgspec

from services.clock import SystemClock
from services.errors import ClusterFailed, PartMissing

_LOOK_S = 0.1
_USUAL = ("/usr/bin", "/usr/local/bin", "/usr/sbin", "/opt/homebrew/bin")  # a path may lack them
_END_S = 20.0
_FIRST_PORT, _PORTS = 20_000, 12_000
_ports = (_FIRST_PORT + number % _PORTS for number in itertools.count(random.randrange(_PORTS)))


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """How a program is started: its words, its environment, where it runs and logs, and when it counts as up."""

    name: str
    words: Sequence[str]
    folder: Path
    is_up: Callable[[], bool]
    environment: Mapping[str, str] | None = None
    patience_s: float = 180.0  # of a busy machine; a quiet one needs ten seconds
    end_with: signal.Signals = signal.SIGTERM


class Program:
    """A running program. Raises ClusterFailed, with the end of its log, when it does not come up."""

    def __init__(self, start: Start) -> None:
        self.name = start.name
        self.log = start.folder / f"{start.name}.log"
        self._start = start
        start.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                start.words,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd=start.folder,
                env=start.environment,
                start_new_session=True,  # Ctrl-C reaches the parts through `stop`, in order
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def ended(self) -> int | None:
        """Its exit code, or None while it runs."""
        return self._process.poll()

    def wait_until_up(self) -> "Program":
        """Wait until it answers."""
        clock = SystemClock()
        until = clock.now_ms() + int(self._start.patience_s * 1_000)
        while not self._start.is_up():
            if self.ended is not None or clock.now_ms() > until:
                problem = f"ended with code {self.ended}" if self.ended is not None else "does not answer"
                self.stop()
                raise ClusterFailed(f"{self.name} {problem}; its log {self.log} ends with:\n{self.last_lines()}")
            clock.wait(_LOOK_S)
        return self

    def last_lines(self, count: int = 15) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        if self.ended is None:
            self._process.send_signal(number)

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self.send(signal.SIGKILL)
        self._process.wait(_END_S)

    def end(self) -> None:
        """Ask it to end, without waiting."""
        self.send(self._start.end_with)

    def stop(self) -> None:
        """Ask it to end; kill it when it does not."""
        self.end()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self.kill()


def free_port() -> int:
    """A port of the loopback that is free now, below those that the system gives to whoever connects somewhere.

    No process is given one twice, and two processes start far apart: what was given may not be bound yet.
    """
    while True:
        port = next(_ports)
        with closing(socket.socket()) as found, contextlib.suppress(OSError):
            found.bind(("127.0.0.1", port))
            return port


def is_listening(port: int) -> bool:
    """Whether somebody listens on this port of the loopback."""
    with closing(socket.socket()) as tried:
        tried.settimeout(0.5)
        return tried.connect_ex(("127.0.0.1", port)) == 0


def answers(url: str) -> bool:
    """Whether a program on this machine answers 200 here."""
    try:
        return httpx.get(url, timeout=1.0, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def found_program(names: Sequence[str], package: str) -> str:
    """The path of the first of these programs that is here. Raises PartMissing naming Debian's package."""
    for name in names:
        path = Path(name)
        if path.is_absolute():
            if path.exists():
                return name
            continue
        found = shutil.which(name, path=os.pathsep.join((*_USUAL, os.environ.get("PATH", ""))))
        if found:
            return found
    raise PartMissing(f"{names[0]} is not on this machine: install the package {package}")
