"""Recorded observations through the same pipeline on a simulated clock: incident review, and the proof of a play."""

import tempfile
from pathlib import Path

import msgspec
import sqlalchemy as sa

from alerts.facts import Fact, Rung, Sent
from alerts.record import all_facts
from alerts.states import AlertState
from services.database import migrate, open_engine
from services.embedded import Hub
from services.episodes import Episode
from services.errors import WrongStore
from services.moments import Found, Moment, Read, Recorded
from services.playing import AtOnce, Player, as_played
from services.settings import Configuration
from services.sources import read_episode
from services.wiring import Deployment, archive_of, claim, hub_of, knowledge_of
from streams.codec import digest, encode


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay came to. `sha256` is over the facts: the same for the same observations."""

    episode: str
    rows: int
    signals: int
    alerts: int
    rings: int
    messages: int
    facts: int
    sha256: str


class _Tally:
    """A witness that counts."""

    def __init__(self) -> None:
        self.rows = self.signals = self.rings = self.messages = 0

    def __call__(self, moment: Moment) -> None:
        match moment:
            case Read():
                self.rows += moment.rows
            case Found():
                self.signals += 1
            case Recorded(fact=Fact(body=Rung())):
                self.rings += 1
            case Recorded(fact=Fact(body=Sent())):
                self.messages += 1
            case _:
                pass


def replay(episode: Episode, configuration: Configuration, out: Path | None) -> Replayed:
    """Replay an episode; with `out`, facts, alerts and every rendering are written there.

    Nothing of the machine enters: no clock, no path, no order of threads. Raises WrongStore when `out` is not empty.
    """
    with tempfile.TemporaryDirectory(prefix="twinbell-replay-") as scratch:
        target = Path(scratch, "out") if out is None else _empty(out)
        database = open_engine(f"sqlite:///{scratch}/replay.db", durable=False)
        try:
            migrate(database)
            claim(database, Deployment(episode=episode.id, configuration=""))
            known = knowledge_of(configuration)
            hub = hub_of(as_played(configuration), known, database, target / "outbox")
            tally = _Tally()
            hub.join(tally)
            archive = archive_of(database)
            hub.store(read_episode(episode, known.reference, archive.cursor))
            Player(hub, database, AtOnce()).play(episode, archive.batches)
            facts = facts_of(database)
            _write(target, facts, hub)
        finally:
            database.dispose()
    return Replayed(
        episode=episode.id,
        rows=tally.rows,
        signals=tally.signals,
        alerts=len({fact.alert_id for fact in facts}),
        rings=tally.rings,
        messages=tally.messages,
        facts=len(facts),
        sha256=digest(canonical(facts)),
    )


def facts_of(database: sa.Engine) -> list[Fact]:
    """The whole record of a store, in the order of arrival."""
    with database.execution_options(reading=True).connect() as connection:
        return list(all_facts(connection))


def canonical(facts: list[Fact]) -> bytes:
    """Facts as one text, one JSON object a line: what is compared between harnesses."""
    return b"".join(encode(fact) + b"\n" for fact in facts)


def _write(target: Path, facts: list[Fact], hub: Hub) -> None:
    target.mkdir(parents=True, exist_ok=True)
    (target / "facts.jsonl").write_bytes(canonical(facts))
    states: dict[str, AlertState] = {fact.alert_id: hub.alert(fact.alert_id) for fact in facts}
    (target / "alerts.json").write_bytes(msgspec.json.format(encode([states[key] for key in sorted(states)]), indent=1))


def _empty(out: Path) -> Path:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise WrongStore(
            f"--out {out} is there and not empty: name a new directory, so that nothing old is taken for new"
        )
    return out
