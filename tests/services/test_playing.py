"""A play and a replay: the same entries for the same rows, however often the play is stopped and gone on with."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from alerts.facts import Fact, Opened, Rung
from services.clock import StoredClock
from services.configuration import load
from services.database import migrate, open_engine
from services.embedded import Hub
from services.episodes import Episode, episode, shipped
from services.pace import Pace, Watched
from services.playing import AtOnce, Passage, Player, as_played, is_over, played_until
from services.replay import facts_of, replay
from services.sources import read_episode
from services.wiring import Deployment, archive_of, claim, hub_of, knowledge_of
from streams.observations import SECONDS_A_DAY, ObservationBatch
from streams.passing import steps
from tests.fakes.clock import FakeTime

DAY = SECONDS_A_DAY
PLAYED = "gallium-germanium-2023"
QUICK = Pace(jumps_s=1.0, first_ring_s=21.0, later_ring_s=4.0, rings_s=31.0)


class Stage:
    """A store in which an episode is played, as `twinbell run` wires it, on a real time that tests move."""

    def __init__(self, directory: Path, name: str = PLAYED) -> None:
        self.directory = directory
        self.episode: Episode = episode(name)
        self.real = FakeTime(1_800_000_000)
        self.database = open_engine(f"sqlite:///{directory}/play.db", durable=False)
        migrate(self.database)
        claim(self.database, Deployment(episode=self.episode.id, configuration=""))
        self.clock = StoredClock(self.database, self.real)
        self.configuration = as_played(load(None, directory))
        self.known = knowledge_of(self.configuration)

    def hub(self) -> Hub:
        """A process that begins: nothing in memory."""
        hub = hub_of(self.configuration, self.known, self.database, self.directory / "outbox")
        hub.store(read_episode(self.episode, self.known.reference, archive_of(self.database).cursor))
        return hub

    def watched(self, hub: Hub) -> Watched:
        """Time as a person sees it pass."""
        watched = Watched(hub, self.clock, self.real, QUICK, 90)
        hub.join(watched)
        return watched

    def play(self, hub: Hub, passage: Passage) -> int:
        """Play to the end."""
        return Player(hub, self.database, passage).play(self.episode, archive_of(self.database).batches)

    def facts(self) -> list[Fact]:
        """The record."""
        return facts_of(self.database)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A store in which nothing has been played."""
    stage = Stage(tmp_path)
    yield stage
    stage.database.dispose()


def of_system(facts: list[Fact]) -> list[Fact]:
    """The entries that no person made."""
    return [fact for fact in facts if fact.author.startswith("system@")]


def tree(directory: Path) -> dict[str, bytes]:
    """Every file below a directory."""
    return {
        path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize("name", [each.id for each in shipped()])
def test_a_replay_twice_gives_the_same_bytes(tmp_path: Path, name: str) -> None:
    """Every shipped episode: the same facts, states and renderings, byte by byte."""
    configuration = load(None, tmp_path)
    first = replay(episode(name), configuration, tmp_path / "first")
    second = replay(episode(name), configuration, tmp_path / "second")
    assert first == second
    assert tree(tmp_path / "first") == tree(tmp_path / "second")


def test_processes_that_hash_differently_replay_the_same(tmp_path: Path) -> None:
    """No order hangs on the hash of a text, which is another one in every process: two groups tick on one day."""
    program = (sys.executable, "-c", "from services.__main__ import main; main()")
    for seed in ("1", "2"):
        command = (*program, "replay", PLAYED, "--out", str(tmp_path / seed))
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed})
    assert tree(tmp_path / "1") == tree(tmp_path / "2")


def test_the_play_gives_the_facts_of_the_replay(stage: Stage, tmp_path: Path) -> None:
    """The embedded run on a watched clock and the replay on a simulated one write the same record."""
    hub = stage.hub()
    assert stage.play(hub, stage.watched(hub)) == stage.episode.ends_at
    played = of_system(stage.facts())
    replay(stage.episode, load(None, tmp_path), tmp_path / "replayed")
    lines = (tmp_path / "replayed" / "facts.jsonl").read_bytes().splitlines()
    assert played == [msgspec.json.decode(line, type=Fact) for line in lines]
    assert any(isinstance(fact.body, Rung) for fact in played)


def test_a_play_that_is_stopped_anywhere_goes_on(stage: Stage, tmp_path: Path) -> None:
    """A process that ends between any two steps, again and again, leaves a record equal to that of one that did not."""
    stopped_at: list[int] = []

    class StopsOften:
        """Lets a new process begin at every step that moves the clock by more than a day of the store."""

        def __init__(self, passage: Passage) -> None:
            self._passage = passage
            self._left = 7

        def stopped_at(self) -> int:
            return self._passage.stopped_at()

        def pass_to(self, position: int, target: int) -> int:
            self._left -= 1
            if self._left == 0:
                stopped_at.append(position)
                raise KeyboardInterrupt
            return self._passage.pass_to(position, target)

    while not is_over(stage.database, stage.episode):
        hub = stage.hub()
        try:
            stage.play(hub, StopsOften(stage.watched(hub)))
        except KeyboardInterrupt:
            continue
    assert len(stopped_at) > 10
    replay(stage.episode, load(None, tmp_path), tmp_path / "replayed")
    lines = (tmp_path / "replayed" / "facts.jsonl").read_bytes().splitlines()
    assert of_system(stage.facts()) == [msgspec.json.decode(line, type=Fact) for line in lines]


def test_playing_to_the_end_again_changes_nothing(stage: Stage) -> None:
    """A play that is over stays as it is."""
    stage.play(stage.hub(), AtOnce())
    before = stage.facts()
    assert played_until(stage.database) == stage.episode.ends_at
    stage.play(stage.hub(), AtOnce())
    assert stage.facts() == before


def test_every_play_is_an_exercise(stage: Stage) -> None:
    """Each alert of a play is opened as an exercise, and everything that was sent lies in the outbox."""
    hub = stage.hub()
    stage.play(hub, AtOnce())
    opened = [fact.body for fact in stage.facts() if isinstance(fact.body, Opened)]
    assert opened
    assert {body.mode for body in opened} == {"exercise"}
    assert tree(stage.directory / "outbox")


def test_days_jump_and_rings_are_watched(stage: Stage) -> None:
    """Days without a ring take a moment; after a ring a second is a minute; the whole play is under a minute."""
    hub = stage.hub()
    rates: list[tuple[int, int]] = []
    run_on = stage.clock.run_on

    class Noting(StoredClock):
        def run_on(self, store_time: int, rate: int, limit: int | None = None):  # type: ignore[no-untyped-def]
            rates.append((store_time, rate))
            return run_on(store_time, rate, limit)

    stage.clock = Noting(stage.database, stage.real)
    begun = stage.real.at_ms
    stage.play(hub, stage.watched(hub))
    assert (stage.real.at_ms - begun) / 1_000 < 55
    first_ring = min(fact.at for fact in stage.facts() if isinstance(fact.body, Rung))
    assert {rate for at, rate in rates if at < first_ring} == {0}
    watched = [at for at, rate in rates if rate == 60 and first_ring <= at <= first_ring + 20 * 60]
    assert len(watched) > 60


def test_an_answer_typed_elsewhere_stops_only_its_own_side(stage: Stage) -> None:
    """Somebody answers for Japan in the watched minutes: Japan's ladder stops, the other side's goes on."""
    from alerts.acknowledgements import acknowledge
    from alerts.store import Store

    hub = stage.hub()
    answered: list[str] = []

    def answer() -> None:
        elsewhere = Store(stage.database)
        for alert in elsewhere.open_alerts():
            if alert.live and alert.alert_id not in answered and alert.tracks["JPN"].reached_at is not None:
                with elsewhere.transaction() as connection:
                    directory = stage.configuration.directory
                    acknowledge(elsewhere, connection, directory, "jpn-duty", alert.alert_id, "", stage.clock.now())
                answered.append(alert.alert_id)

    stage.real.on_wait = answer
    stage.play(hub, stage.watched(hub))
    assert answered
    state = hub.alert(answered[0])
    soon = state.opened_at + 3_600
    rung = {
        side: [
            each.person
            for each in state.deliveries.values()
            if each.participant == side and each.purpose == "escalate" and each.due_at < soon
        ]
        for side in ("USA", "JPN")
    }
    assert rung["JPN"] == []
    assert "usa-deputy" in rung["USA"]


def rows(*known: int) -> Callable[[], Iterator[tuple[int, ObservationBatch]]]:
    """Batches that become known at these moments."""
    return lambda: iter([(at, ObservationBatch(group=f"g{n}", feed="f")) for n, at in enumerate(known)])


def test_rows_of_one_instant_are_one_step_and_every_midnight_ticks() -> None:
    """Steps come in order; rows of one instant together; each midnight once, with the rows that fall on it."""
    known = rows(DAY + 5, DAY + 5, 3 * DAY, 3 * DAY + 1)
    made = list(steps(known(), DAY, 5 * DAY + 10))
    assert [(step.at, len(step.batches), step.tick) for step in made] == [
        (DAY + 5, 2, False),
        (2 * DAY, 0, True),
        (3 * DAY, 1, True),
        (3 * DAY + 1, 1, False),
        (4 * DAY, 0, True),
        (5 * DAY, 0, True),
    ]


def test_no_rows_is_days_alone() -> None:
    """Time passes without rows too: absence shows."""
    assert [step.at for step in steps(rows()(), 10, 2 * DAY)] == [DAY, 2 * DAY]


def test_the_mark_of_a_play_is_in_the_transaction_of_its_step(stage: Stage) -> None:
    """When taking a step in fails, neither its rows' states nor the mark are kept."""
    hub = stage.hub()
    at = stage.episode.starts_at

    def fail(connection: sa.Connection) -> None:
        raise OSError("disk full")

    batch = next(archive_of(stage.database).batches(0, stage.episode.ends_at))[1]
    with pytest.raises(OSError, match="disk full"):
        hub.step(at, (batch,), tick=True, mark=fail)
    assert played_until(stage.database) is None
    assert archive_of(stage.database).state(batch.group) is None
