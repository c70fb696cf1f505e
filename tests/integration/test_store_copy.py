"""The record is carried from SQLite to PostgreSQL and back: byte for byte, all or nothing, and the bell rings on."""

import datetime
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from alerts.facts import Fact
from alerts.tables import heads
from services import tables
from services.cluster.postgres import Postgres
from services.configuration import load
from services.copying import CARRIED, copy_store
from services.episodes import episode
from services.errors import WrongStore
from services.exit_codes import ExitCode
from services.playing import AtOnce, Player, as_played
from services.replay import canonical, facts_of, replay
from services.sources import read_episode
from services.wiring import Deployment as Serves
from services.wiring import archive_of, claim, hub_of, knowledge_of, open_store
from tests.integration.deployments import Deployments, Outcome, outcome
from tests.integration.waiting import until
from tests.processes import called

EPISODE = "graphite-2023"
MIDDLE = datetime.date(2023, 12, 14)
MANY = 300_000


def play(url: str, folder: Path, until: datetime.date | None = None) -> None:
    """Play the episode embedded, from where the store stopped, up to the end of a day or to its own."""
    configuration, chosen = load(None, folder), episode(EPISODE)
    played = msgspec.structs.replace(chosen, ends_on=until or chosen.ends_on)
    database = open_store(url, create=True, durable=False)
    claim(database, Serves(episode=EPISODE, configuration=""))
    known = knowledge_of(configuration)
    hub = hub_of(as_played(configuration), known, database, folder / "outbox")
    archive = archive_of(database)
    hub.store(read_episode(chosen, known.reference, archive.cursor))
    Player(hub, database, AtOnce()).play(played, archive.batches)
    hub.close()
    database.dispose()


def record(url: str) -> bytes:
    """The canonical export of a store's facts."""
    database = open_store(url, create=False)
    try:
        return canonical(facts_of(database))
    finally:
        database.dispose()


def all_rows(url: str) -> dict[str, set[tuple[object, ...]]]:
    """Every row that is carried."""
    database = open_store(url, create=False)
    try:
        with database.connect() as connection:
            return {table.name: {tuple(row) for row in connection.execute(sa.select(table))} for table in CARRIED}
    finally:
        database.dispose()


def copy_of(url: str, file: Path) -> Path:
    """A copy of an embedded store in another file."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as given, closing(sqlite3.connect(file)) as made:
        given.backup(made)
    return file


def assert_empty(url: str) -> None:
    """Nothing stands in a store, of whatever could be carried."""
    database = open_store(url, create=True)
    with database.connect() as connection:
        for table in CARRIED:
            found = connection.execute(sa.select(table)).all()
            assert not found or (table is heads and [row.sequence for row in found] == [0]), table.name
    database.dispose()


def outcome_of(url: str) -> Outcome:
    """Alerts, rings and last assessments of a store."""
    database = open_store(url, create=False)
    try:
        return outcome(facts_of(database))
    finally:
        database.dispose()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What the episode comes to when nobody moves anything."""
    out = tmp_path_factory.mktemp("replay") / "out"
    replay(episode(EPISODE), load(None, out.parent), out)
    lines = (out / "facts.jsonl").read_bytes().splitlines()
    return outcome([msgspec.json.decode(line, type=Fact) for line in lines])


@pytest.fixture(scope="module")
def half(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An embedded store in the middle of the episode, after the alert has opened."""
    folder = tmp_path_factory.mktemp("half")
    url = f"sqlite:///{folder}/half.db"
    play(url, folder, MIDDLE)
    assert b'"type":"opened"' in record(url)
    return url


def silent(done: int, of: int) -> None:
    """Nobody watches."""


def test_there_and_back_is_the_same_record(half: str, whole: Outcome, postgres: Postgres, tmp_path: Path) -> None:
    """Every row, the canonical export and the numbers that follow; the play goes on embedded and ends as it should."""
    there, back = postgres.url("copy_there"), f"sqlite:///{tmp_path}/back.db"
    outward = copy_store(half, there, silent)
    homeward = copy_store(there, back, silent)
    assert outward.facts == homeward.facts > 0
    assert outward.evidence == homeward.evidence > 0
    assert record(half) == record(there) == record(back)
    assert all_rows(half) == all_rows(there) == all_rows(back)
    assert "postgres:***" in outward.target
    play(back, tmp_path)
    assert outcome_of(back) == whole


def test_the_episode_goes_on_distributed_and_comes_home(
    half: str, whole: Outcome, deployments: Deployments, tmp_path: Path
) -> None:
    """Carried to PostgreSQL in the middle, played to the end by three processes, carried back, answered there."""
    deployment = deployments.make(partitions=4)
    deployment.database.dispose()
    copy_store(half, deployment.url, silent)
    deployment.start("detect-1")
    deployment.start("dispatch", "--episode", EPISODE)
    deployment.until(lambda: deployment.is_ready("detect-1"), "the worker has made its memory again from the archive")
    feed = deployment.start("feed", "--episode", EPISODE, "--fast")
    deployment.until(lambda: feed.ended is not None, "the rest of the episode is published")
    assert feed.ended == 0, feed.last_lines()
    with pytest.raises(WrongStore, match="stop `twinbell feed`"):
        copy_store(deployment.url, f"sqlite:///{tmp_path}/early.db", silent)
    for program in deployment.processes.values():
        program.stop()
    deployment.database.dispose()
    back = f"sqlite:///{tmp_path}/back.db"
    copy_store(deployment.url, back, silent)
    assert outcome_of(back) == whole
    alert_id = next(iter(whole.alerts))
    words = ["alerts", "acknowledge", alert_id, "--as", "jpn-duty", "--store", back]
    subprocess.run([sys.executable, "-m", "services", *words], check=True, capture_output=True)
    subprocess.run([sys.executable, "-m", "services", "store", "verify", "--store", back], check=True)


def test_numbers_go_on_after_those_carried(half: str, postgres: Postgres) -> None:
    """A row that the target numbers itself comes after all that were carried."""
    url = postgres.url("copy_numbers")
    copy_store(half, url, silent)
    database = open_store(url, create=False)
    try:
        with database.begin() as connection:
            for table in (tables.evidence, tables.series, tables.notices, tables.hazards):
                key = next(iter(table.primary_key.columns))
                last = connection.execute(sa.select(sa.func.max(key))).scalar()
                name = connection.execute(sa.select(sa.func.pg_get_serial_sequence(table.name, key.name))).scalar_one()
                following = connection.execute(sa.select(sa.func.nextval(name))).scalar_one()
                assert following == (last or 0) + 1, table.name
    finally:
        database.dispose()


def test_a_filled_target_is_refused(half: str, postgres: Postgres, tmp_path: Path) -> None:
    """Nothing is added to another record."""
    url = postgres.url("copy_filled")
    copy_store(half, url, silent)
    with pytest.raises(WrongStore, match="not empty"):
        copy_store(half, url, silent)
    with pytest.raises(WrongStore, match="both stores are sqlite"):
        copy_store(half, f"sqlite:///{tmp_path}/other.db", silent)
    assert record(url) == record(half)


DAMAGE = {
    "a fact": ("UPDATE facts SET at = at + 1 WHERE position = (SELECT max(position) FROM facts)", "fact"),
    "a figure": (
        "UPDATE observations SET value = value + 1 WHERE (series_key, occurred_at, known_at) = "
        "(SELECT series_key, occurred_at, known_at FROM observations LIMIT 1)",
        "figure",
    ),
    "a file": ("UPDATE evidence SET content = CAST(content || x'00' AS BLOB) WHERE evidence_key = 1", "evidence"),
    "a column's type": ("UPDATE evidence SET content = CAST(content AS TEXT) WHERE evidence_key = 1", "evidence"),
}


@pytest.mark.parametrize("what", sorted(DAMAGE))
def test_a_damaged_source_is_refused(half: str, postgres: Postgres, tmp_path: Path, what: str) -> None:
    """What does not verify is not carried: a sentence that names it, exit code 7, and no row at the target."""
    statement, word = DAMAGE[what]
    file = copy_of(half, tmp_path / "damaged.db")
    with closing(sqlite3.connect(file)) as damaged, damaged:
        assert damaged.execute(statement).rowcount == 1
    target = postgres.url(f"copy_damaged_{sorted(DAMAGE).index(what)}")
    done = called(["store", "copy", f"sqlite:///{file}", target], tmp_path)
    assert done.returncode == ExitCode.DAMAGED, done.stderr
    assert done.stderr.startswith("twinbell: ")
    assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert_empty(target)


@pytest.fixture(scope="module")
def large(half: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same with so many rows that a copy takes a while."""
    folder = tmp_path_factory.mktemp("large")
    url = f"sqlite:///{copy_of(half, folder / 'large.db')}"
    database = open_store(url, create=False, durable=False)
    letter = {"feed": "f", "origin": "o", "row": 1, "reason": "row_malformed", "detail": "", "content": b"x"}
    with database.begin() as connection:
        for start in range(0, MANY, 10_000):
            rows = [{**letter, "letter_id": f"{at:020}", "read_at": at} for at in range(start, start + 10_000)]
            connection.execute(sa.insert(tables.dead_letters), rows)
    database.dispose()
    return url


def test_a_killed_copy_leaves_nothing_half(large: str, postgres: Postgres, tmp_path: Path) -> None:
    """Killed in the middle, both ways: the target holds no row, and the same command carries all of it."""
    there, back = postgres.url("copy_killed"), f"sqlite:///{tmp_path}/killed.db"
    for source, target in ((large, there), (there, back)):
        words = [sys.executable, "-W", "ignore", "-m", "services", "store", "copy", source, target]
        copying = subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        assert copying.stderr is not None
        assert "rows: " in copying.stderr.readline()
        copying.send_signal(signal.SIGKILL)
        copying.wait()
        copying.stderr.close()
        _until_let_go(source, target)
        assert_empty(target)
        subprocess.run(words, check=True, capture_output=True)
    assert record(back) == record(large)


def _until_let_go(*urls: str) -> None:
    """The server has noticed that the killed client is gone."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    for url in urls:
        if url.startswith("sqlite"):
            continue
        database = sa.create_engine(url, poolclass=sa.NullPool)

        def is_alone(database: sa.Engine = database) -> bool:
            with database.connect() as connection:
                return not connection.exec_driver_sql(query).scalar()

        until(is_alone, lambda: "the server lets go of a client that is gone")
        database.dispose()
