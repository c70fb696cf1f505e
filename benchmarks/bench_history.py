"""The whole history imported and backtested, in a process of its own: seconds, observations per second, peak memory.

Reads the evaluation kit that may lie beside the checkout (../shared/data); without it, the recorded episodes that ship.
The import reads every file, decodes, and keeps each figure with its evidence in a store; the backtest plays it through
detection and assessment in the order in which it became known, with a tick for every day.
"""

import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from importlib.resources import as_file
from pathlib import Path

import msgspec

from benchmarks.rows import Row
from services.backtest import history, play
from services.episodes import folder_of, shipped
from services.feeds.files import FileFeed
from services.feeds.importing import FileReport
from services.sources import manifest_of, reader_of
from streams import reference, thresholds
from streams.engine import Engine
from streams.observations import ObservationBatch

KIT = Path(__file__).resolve().parents[2] / "shared" / "data"
MANIFEST = Path(__file__).with_name("shared_data.toml")
READ_AT = 1_795_000_000  # November 2026: after every figure of the kit
PARTICIPANTS = ("USA", "JPN")
AIM_S = 300.0
AIM_MB = 1_024.0
_STATUS = Path("/proc/self/status")


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What one process says of itself. Rows stood in files; figures and documents are what the archive kept of them."""

    source: str
    files: int
    rows: int
    imported: int
    import_s: float
    played: int
    play_s: float
    assessments: int
    peak_mb: float


class _Counts:
    """Sums over the reports of an import and the batches of a play."""

    def __init__(self) -> None:
        self.files = self.rows = self.imported = self.played = 0

    def on_file(self, done: int, of: int, report: FileReport) -> None:
        """One more file."""
        self.files += 1
        self.rows += report.rows
        self.imported += report.new + report.revised

    def counted(self, batches: Iterator[tuple[int, ObservationBatch]]) -> Iterator[tuple[int, ObservationBatch]]:
        """The batches as they are."""
        for known_at, batch in batches:
            self.played += sum(len(run.values) for run in batch.runs) + len(batch.notices)
            yield known_at, batch


def rows(episodes: Sequence[str] = ()) -> list[Row]:
    """The figures of this benchmark, of the kit or of these episodes. The child's peak memory is its own."""
    command = [sys.executable, "-m", "benchmarks.bench_history", *episodes]
    found = msgspec.json.decode(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout, type=Measured)
    total_s = found.import_s + found.play_s
    return [
        Row(
            name=f"history of {found.source}, import",
            value=found.import_s,
            unit="s",
            against=f"{found.files:,} files, {found.rows:,} rows, {found.imported:,} observations kept",
        ),
        Row(
            name="history, import by observations",
            value=found.imported / found.import_s,
            unit="observations/s",
        ),
        Row(
            name="history, backtest",
            value=found.play_s,
            unit="s",
            against=f"{found.played:,} observations played, {found.assessments:,} runs of situations",
        ),
        Row(name="history, backtest by observations", value=found.played / found.play_s, unit="observations/s"),
        Row(
            name="history, both",
            value=total_s,
            unit="s",
            against=f"aim of at most {AIM_S:,.0f} s, so that a change of thresholds is tried while one waits",
            ratio=total_s / AIM_S,
        ),
        Row(
            name="history, peak memory",
            value=found.peak_mb,
            unit="MB",
            against=f"aim of at most {AIM_MB:,.0f} MB, what the smallest machine can spare",
            ratio=found.peak_mb / AIM_MB,
        ),
    ]


def measure(source: str, folders: Sequence[tuple[Path, Path]]) -> Measured:
    """Import and play each (manifest, directory) in this process."""
    known = reference.packaged()
    engine = Engine(thresholds.packaged(), known, PARTICIPANTS)
    counts = _Counts()
    import_s = play_s = 0.0
    assessments = 0
    for manifest, directory in folders:
        feed = FileFeed(manifest_of(manifest), directory, known, lambda: READ_AT, reader_of(known))
        began = time.perf_counter()
        with history(feed, counts.on_file) as (archive, _):
            imported = time.perf_counter()
            assessments += len(play(counts.counted(archive.batches(0, READ_AT)), engine, lambda at: None))
            play_s += time.perf_counter() - imported
        import_s += imported - began
    return Measured(
        source=source,
        files=counts.files,
        rows=counts.rows,
        imported=counts.imported,
        import_s=import_s,
        played=counts.played,
        play_s=play_s,
        assessments=assessments,
        peak_mb=_peak_mb(),
    )


def _peak_mb() -> float:
    """Of this program alone: on Linux the resource figure still holds what the parent had when it started us."""
    if _STATUS.exists():
        line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1_024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1_024 / (1_024 if sys.platform == "darwin" else 1)


def main(episodes: Sequence[str]) -> None:
    """Measure and print one line of JSON."""
    if not episodes and KIT.is_dir():
        found = measure("the evaluation kit", [(MANIFEST, KIT)])
    else:
        chosen = [episode for episode in shipped() if not episodes or episode.id in episodes]
        with ExitStack() as stack:
            folders = [stack.enter_context(as_file(folder_of(episode))) for episode in chosen]
            found = measure(f"{len(chosen)} shipped episodes", [(each / "manifest.toml", each) for each in folders])
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    main(sys.argv[1:])
