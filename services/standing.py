"""Thresholds file and its backtest → **standing**: whether a file may judge, and how often its rules rang.

A thresholds file that is not the shipped one judges nobody's figures before it has stood a backtest against the file in
force. What it did there is kept beside the configuration, in `backtests/`, with the file itself; `in-force` names the
one that was installed last. The shipped file has its standing in the package.
"""

from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import msgspec

from alerts.track_record import Rate, TrackRecord
from services.errors import BadSettings, NothingFound
from services.settings import Configuration
from streams import thresholds
from streams.codec import digest

FOLDER, NAME, REPORT, IN_FORCE = "backtests", "standing.json", "report.json", "in-force"
THRESHOLDS = "thresholds.toml"
_PREFIX = 16


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What a backtest came to, with the hashes of everything that it came from. Small enough to be checked in."""

    thresholds: str  # SHA-256 of the file
    against: str  # of the file that it was compared with; empty: of none
    program: str
    manifest: str  # SHA-256 of what the manifest says
    data: str  # SHA-256 over the hashes of all files that were read
    ledger: str  # SHA-256 of the file of real events; empty: none, so nothing was scored
    labels: int  # cases that officers had called false
    rows: int
    since: str  # ISO days: of the rings that are counted
    until: str
    rates: tuple[Rate, ...]

    @property
    def record(self) -> TrackRecord:
        """What messages tell of it."""
        return TrackRecord(
            thresholds=self.thresholds,
            since=self.since,
            until=self.until,
            scored=bool(self.ledger),
            rates=self.rates,
        )


def program() -> str:
    """What writes a standing."""
    return f"twinbell {version('twinbell')}"


def shipped() -> Standing:
    """The standing of the thresholds that ship. `make standing` writes it anew."""
    return read(files("services.configuration").joinpath(NAME).read_bytes(), "the shipped standing")


def read(content: bytes, name: str) -> Standing:
    """A standing file. Raises NothingFound when it is none."""
    try:
        return msgspec.json.decode(content, type=Standing)
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise NothingFound(f"{name}: {problem}; `twinbell backtest … --out DIR` writes one") from None


def standing_of(configuration: Configuration, sha256: str) -> Standing | None:
    """The standing of the thresholds file of this hash: the shipped one's, or one that was installed here."""
    own = _folder(configuration, sha256) / NAME
    if own.is_file():
        found = read(own.read_bytes(), str(own))
        if found.thresholds == sha256:
            return found
    found = shipped()
    return found if found.thresholds == sha256 else None


def in_force(configuration: Configuration) -> tuple[bytes, str]:
    """The thresholds file that was installed last, and how messages call it; the shipped one where none was."""
    mark = configuration.path(FOLDER) / IN_FORCE
    if not mark.is_file():
        return thresholds.packaged_bytes(), "the shipped thresholds"
    path = _folder(configuration, mark.read_text(encoding="utf-8").strip()) / THRESHOLDS
    try:
        return path.read_bytes(), str(path)
    except OSError as problem:
        raise BadSettings(f"{mark} names a file that is not there: {path}: {problem.strerror}; install one") from None


def require(configuration: Configuration) -> None:
    """Raise BadSettings, with the commands to run, when the configured thresholds have not stood a backtest."""
    given = configuration.settings.thresholds
    if not given:
        return
    path = configuration.path(given)
    content = path.read_bytes() if path.is_file() else b""
    sha256 = digest(content)
    if content in (b"", thresholds.packaged_bytes()) or standing_of(configuration, sha256) is not None:
        return  # a file that is not there is told by who reads it
    raise BadSettings(
        f"{path} (sha256 {sha256[:_PREFIX]}) has not stood a backtest against the thresholds in force, so it judges "
        f"nothing yet. {how(configuration, path)}"
    )


def how(configuration: Configuration, file: Path) -> str:
    """The commands that give a thresholds file its standing, with the paths of this configuration."""
    feed = next(iter(configuration.settings.feeds), None)
    manifest = str(configuration.path(feed.manifest)) if feed else "MANIFEST"
    data = str(configuration.path(feed.directory)) if feed else "DIR"
    out = configuration.path("backtest")
    return (
        f"Run: twinbell backtest {manifest} --data {data} --thresholds {file} --against in-force --config "
        f"{configuration.name} --out {out} (with --ledger EVENTS.csv its rings are scored); then: twinbell thresholds "
        f"install {file} --report {out} --config {configuration.name}"
    )


def install(configuration: Configuration, content: bytes, report: Path) -> tuple[Standing, Path]:
    """Keep a thresholds file with its report and put it in force: its standing, and where the file lies now.

    Raises NothingFound when the report is not of this file, or does not compare it with the file in force.
    """
    sha256 = digest(content)
    file = report / NAME if report.is_dir() else report
    try:
        found = read(file.read_bytes(), str(file))
        told = file.with_name(REPORT).read_bytes()
    except OSError as problem:
        raise NothingFound(
            f"{problem.filename}: {problem.strerror}; --report names the directory that `twinbell backtest --out DIR` "
            "wrote"
        ) from None
    before, name = in_force(configuration)
    if found.thresholds != sha256:
        raise NothingFound(f"{file}: it is of thresholds {found.thresholds[:_PREFIX]}, this file is {sha256[:_PREFIX]}")
    if sha256 != digest(before) and found.against != digest(before):  # an install that was cut short is finished
        raise NothingFound(
            f"{file}: it compares with {found.against[:_PREFIX] or 'no other file'}, in force is {name} "
            f"({digest(before)[:_PREFIX]}): give the backtest --against in-force"
        )
    if found.rows == 0:
        raise NothingFound(f"{file}: no row of history was played, so nothing was tried: mend manifest or --data")
    target = configuration.path(configuration.settings.thresholds or THRESHOLDS)
    folder = _folder(configuration, sha256)
    folder.mkdir(parents=True, exist_ok=True)
    for path, kept in ((folder / THRESHOLDS, content), (folder / REPORT, told), (folder / NAME, file.read_bytes())):
        _write(path, kept)
    _write(configuration.path(FOLDER) / IN_FORCE, f"{sha256}\n".encode())
    if not target.is_file() or target.read_bytes() != content:
        _write(target, content)
    return found, target


def _write(path: Path, content: bytes) -> None:
    """A file is the old one or the new one, whenever the machine stops."""
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(content)
    beside.replace(path)


def _folder(configuration: Configuration, sha256: str) -> Path:
    return configuration.path(FOLDER) / sha256[:_PREFIX]
