"""PostgreSQL from the system's package: a cluster of its own on the loopback, owned by a user who is not root."""

import glob
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from services.cluster.base import Program, Start, found_program, free_port, is_listening
from services.errors import ClusterFailed

_PROGRAMS = "/usr/lib/postgresql/*/bin/{}"
_OWNER = "postgres"  # the user that the package makes; the server refuses to run as root


class Postgres:
    """One server under `folder`. `with Postgres(...) as postgres`: then `postgres.url("name")` is a new database."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self._folder = folder.resolve()
        self._data = self._folder / "postgres"
        self.port = port or free_port()
        self._password_file = self._folder / "postgres-password"
        self.program: Program | None = None

    def start(self) -> "Postgres":
        """Make its data directory when there is none, start it, wait for it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if not (self._data / "PG_VERSION").exists():
            self._make()
        words = [_program("postgres"), "-D", str(self._data), "-p", str(self.port), "-k", "", "-h", "127.0.0.1"]
        start = Start(
            name="postgres",
            words=[*_as_owner(), *words],
            folder=self._folder,
            is_up=lambda: is_listening(self.port) and self._answers(),
            end_with=signal.SIGINT,  # fast: sessions are cut, what is committed is on the disk
        )
        self.program = Program(start).wait_until_up()
        return self

    def mend(self) -> None:
        """Start it when it has ended."""
        if self.program is not None and self.program.ended is not None:
            self.start()

    def stop(self) -> None:
        """Stop it in order."""
        if self.program is not None:
            self.program.stop()

    def kill(self) -> None:
        """Kill the server as a power cut would; its sessions end by themselves when they notice."""
        if self.program is not None:
            self.program.kill()

    def url(self, database: str = "postgres") -> str:
        """The address of a database, made when it is not there."""
        if database != "postgres":
            found = self._run(f"SELECT 1 FROM pg_database WHERE datname = '{database}'")
            if "1" not in found.split():
                self._run(f'CREATE DATABASE "{database}"')
        password = self._password_file.read_text().strip()
        return f"postgresql+psycopg://{_OWNER}:{password}@127.0.0.1:{self.port}/{database}"

    def __enter__(self) -> "Postgres":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _make(self) -> None:
        self._password_file.write_text(secrets.token_urlsafe(24))
        self._password_file.chmod(0o644 if os.geteuid() == 0 else 0o600)
        if os.geteuid() == 0:
            self._data.mkdir(exist_ok=True)
            shutil.chown(self._data, _OWNER)
        words = ["-D", str(self._data), "-U", _OWNER, "-A", "scram-sha-256", "-E", "UTF8", "--no-locale"]
        words = [*_as_owner(), _program("initdb"), *words, f"--pwfile={self._password_file}"]
        run = subprocess.run(words, capture_output=True, text=True, check=False, cwd="/", stdin=subprocess.DEVNULL)
        if run.returncode != 0:
            raise ClusterFailed(f"initdb: {(run.stdout + run.stderr)[-800:]}")
        self._password_file.chmod(0o600)

    def _answers(self) -> bool:
        try:
            return "1" in self._run("SELECT 1").split()
        except ClusterFailed:
            return False

    def _run(self, statement: str) -> str:
        words = [_program("psql"), "-XAtq", "-h", "127.0.0.1", "-p", str(self.port), "-U", _OWNER, "-c", statement]
        environment = {**os.environ, "PGPASSWORD": self._password_file.read_text().strip(), "PGDATABASE": "postgres"}
        run = subprocess.run(
            words, capture_output=True, text=True, check=False, env=environment, stdin=subprocess.DEVNULL
        )
        if run.returncode != 0:
            raise ClusterFailed(f"psql: {run.stderr[-400:]}")
        return run.stdout


def _program(name: str) -> str:
    versions = sorted(glob.glob(_PROGRAMS.format(name)), reverse=True)
    return found_program((*versions, name), "postgresql")


def _as_owner() -> Sequence[str]:
    words = ("setpriv", f"--reuid={_OWNER}", f"--regid={_OWNER}", "--clear-groups", "--")
    return words if os.geteuid() == 0 else ()
