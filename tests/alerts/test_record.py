"""The record: append-only, chained, folded as it grows, followed by other processes, and proof against one byte."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from alerts import projection, tables
from alerts.deliveries import DeliveryState
from alerts.errors import Refused, StoreDamaged
from alerts.facts import Acknowledged, Assessed, Cancelled
from alerts.lifecycle import fold
from alerts.reasons import Reason
from alerts.record import Proposal
from alerts.rows import alert_row, delivery_row, taken_row, track_row
from alerts.store import Store
from services.database import migrate, open_engine
from services.dispatcher.escalate import escalate
from tests.alerting import HOUR, MINUTE, START, TWO, assessment, ring, situation
from tests.bell import Bell


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A store on disk, as two processes would share it."""
    made = open_engine(f"sqlite:///{tmp_path / 'store.db'}", durable=False)
    migrate(made)
    return made


def lived(engine: Engine) -> Bell:
    """A store with some history: two alerts, answers, a lapse, an end."""
    bell = Bell(engine=engine)
    first = ring(START, assessment().level)
    (alert_id,) = bell.take(assessment(rings=[first]))
    bell.take(assessment(situation(group="graphite")))
    bell.run(MINUTE)
    bell.acknowledge("usa-duty", alert_id)
    bell.run(5 * HOUR)
    bell.take(assessment(as_of=bell.now, rings=[first], resolved=True))
    bell.run(MINUTE)
    return bell


def test_each_author_has_a_chain_of_its_own(engine: Engine) -> None:
    """Sequence numbers run 1, 2, 3 … for each author, each fact names the hash of the one before."""
    bell = lived(engine)
    chains: dict[str, list[tuple[int, str, str]]] = {}
    for alert in bell.store.alerts():
        for fact in bell.store.facts(alert.alert_id):
            chains.setdefault(fact.author, []).append((fact.sequence, fact.previous, fact.hash))
    assert set(chains) == {"system@hub", "USA/usa-duty"}
    for chain in chains.values():
        before = ""
        for number, (sequence, previous, own) in enumerate(sorted(chain), start=1):
            assert (sequence, previous) == (number, before)
            before = own


def test_what_is_folded_as_it_grows_equals_the_whole_fold(engine: Engine) -> None:
    """The state kept in memory is the state that all the facts give, and that another process gives."""
    bell = lived(engine)
    other = Store(open_engine(str(engine.url), durable=False))
    for alert in bell.store.alerts():
        assert alert == fold(bell.store.facts(alert.alert_id))
        assert alert == other.alert(alert.alert_id)
    assert [alert.alert_id for alert in other.open_alerts()] == [a.alert_id for a in bell.store.open_alerts()]


def test_rebuild_makes_the_same_state_tables(engine: Engine) -> None:
    """Emptied, falsified or untouched: made again from the facts, every row is as it was."""
    bell = lived(engine)
    with engine.connect() as connection:
        before = projection.snapshot(connection)
    with engine.begin() as connection:
        connection.execute(text("update alerts set joint = 'closed'"))
        connection.execute(text("delete from tracks"))
        connection.execute(text("update deliveries set state = 'sent', receipt = 'forged'"))
    assert bell.store.rebuild() == 2
    with engine.connect() as connection:
        assert projection.snapshot(connection) == before
    assert bell.store.rebuild() == 2


def test_rows_have_the_columns_of_their_tables() -> None:
    """The cells of a row stand in the order of the columns: each table takes its own."""
    bell = Bell()
    (alert_id,) = bell.take(assessment())
    state = bell.store.alert(alert_id)
    delivery = next(iter(state.deliveries.values()))
    for row, table in (
        (alert_row(state), tables.alerts),
        (track_row(alert_id, state.tracks["USA"]), tables.tracks),
        (delivery_row(delivery), tables.deliveries),
        (taken_row(alert_id, "a", "r"), tables.taken),
    ):
        named = dict(zip(table.columns.keys(), row, strict=True))
        assert named["alert_id"] == alert_id


def test_verify_finds_one_changed_byte_in_any_column(engine: Engine, tmp_path: Path) -> None:
    """Whichever cell of whichever fact is changed, verify says so and names the fact."""
    lived(engine)
    engine.dispose()
    whole = sqlite3.connect(tmp_path / "store.db")
    columns = tables.facts.columns.keys()
    positions = [row[0] for row in whole.execute("select position from facts")]
    sample = [1, 2, len(positions) // 2, len(positions) - 1, len(positions)]
    for position in sample:
        names = whole.execute("select author, sequence from facts where position = ?", (position,)).fetchone()
        for column in columns:
            copy = sqlite3.connect(":memory:")
            whole.backup(copy)
            _change_one_byte(copy, column, position)
            copy.commit()
            target = tmp_path / f"changed-{position}-{column}.db"
            saved = sqlite3.connect(target)
            copy.backup(saved)
            saved.close()
            copy.close()
            other = open_engine(f"sqlite:///{target}", durable=False)
            with pytest.raises(StoreDamaged) as damage:
                Store(other).verify()
            other.dispose()
            if column not in ("position", "author", "sequence"):
                assert f"fact {names[1]} of {names[0]}" in str(damage.value)
    whole.close()


def _change_one_byte(store: sqlite3.Connection, column: str, position: int) -> None:
    value = store.execute(f"select {column} from facts where position = ?", (position,)).fetchone()[0]
    changed: object
    if isinstance(value, int):
        changed = value + 100_000
    elif isinstance(value, bytes):
        changed = bytes([*value[:-2], value[-2] ^ 1, value[-1]])
    else:
        changed = ("x" if value[:1] != "x" else "y") + value[1:]
    store.execute(f"update facts set {column} = ? where position = ?", (changed, position))


@pytest.mark.parametrize(
    "damage",
    [
        "delete from facts where position = (select max(position) from facts)",
        "delete from facts where position = 3",
        "update heads set hash = 'x' || substr(hash, 2) where author = 'USA/usa-duty'",
        "update heads set sequence = sequence - 1 where author = '*'",
        "delete from heads where author = 'USA/usa-duty'",
        "insert into heads (author, sequence, hash) values ('JPN/jpn-duty', 1, 'made-up')",
        "update facts set at = cast(at as text) || 'x' where position = 2",
    ],
)
def test_verify_finds_what_was_cut_off_or_added(engine: Engine, damage: str) -> None:
    """Facts that are missing, in the middle or at the end, and heads that do not fit, are damage too."""
    bell = lived(engine)
    assert bell.store.verify() > 20
    with engine.begin() as connection:
        connection.execute(text(damage))
    with pytest.raises(StoreDamaged):
        bell.store.verify()


@pytest.mark.parametrize(
    ("table", "column"), [(t.name, c.name) for t in tables.STATE_TABLES for c in t.columns if c.name != "alert_id"]
)
def test_verify_finds_a_state_that_the_facts_do_not_add_up_to(engine: Engine, table: str, column: str) -> None:
    """One cell of a state table changed, such as a message that is due and marked as sent: found, and mended."""
    bell = lived(engine)
    with engine.begin() as connection:
        key = connection.execute(text(f"select rowid from {table} order by rowid desc limit 1")).scalar()
        other = "1 - watched" if column == "watched" else f"coalesce({column}, 0) || '1'"
        connection.execute(text(f"update {table} set {column} = {other} where rowid = {key}"))
    with pytest.raises(StoreDamaged, match=r"store rebuild"):
        bell.store.verify()
    bell.store.rebuild()
    assert bell.store.verify() > 20


def test_a_body_that_cannot_be_read_is_damage(engine: Engine) -> None:
    """A fact whose bytes are no fact is named, not passed over."""
    bell = lived(engine)
    with engine.begin() as connection:
        connection.execute(text("update facts set body = '{}' where position = 2"))
    with pytest.raises(StoreDamaged, match="fact 2 of system@hub"):
        Store(engine).rebuild()
    with pytest.raises(StoreDamaged, match="fact 2 of system@hub"):
        bell.store.verify()


def test_a_fact_of_another_process_is_seen_at_once(engine: Engine) -> None:
    """An answer given in another terminal is in the state, and planned upon, without a restart."""
    bell = Bell(engine=engine)
    (alert_id,) = bell.take(assessment())
    bell.settle()
    terminal = Store(open_engine(str(engine.url), durable=False))
    body = Acknowledged(participant="JPN", person="jpn-duty", means="cli")
    with terminal.transaction() as connection:
        terminal.append(connection, "JPN/jpn-duty", START + 5, alert_id, body)
    assert bell.store.alert(alert_id).tracks["JPN"].acknowledged_by == "jpn-duty"
    assert bell.store.awake(START + 5) == [alert_id]
    assert escalate(bell.store, TWO, START + 5) == 2  # the other side hears of it, and what rings its own is quieted


def test_what_was_rolled_back_is_forgotten(engine: Engine) -> None:
    """A transaction that fails leaves nothing, in the store or in memory; whoever opened it."""
    bell = Bell(engine=engine)
    (alert_id,) = bell.take(assessment())
    before = bell.store.alert(alert_id)

    def fail_in_our_transaction() -> None:
        with bell.store.transaction() as connection:
            bell.store.append(connection, "system@hub", START, alert_id, Cancelled(reason="never mind"))
            raise ZeroDivisionError

    def fail_in_a_transaction_of_the_caller() -> None:
        with engine.begin() as connection:
            bell.intake.take(connection, assessment(situation(group="graphite")), START)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_in_our_transaction()
    assert bell.store.alert(alert_id) == before
    with pytest.raises(ZeroDivisionError):
        fail_in_a_transaction_of_the_caller()
    assert [alert.alert_id for alert in bell.store.open_alerts()] == [alert_id]
    with engine.begin() as connection:
        assert bell.intake.take(connection, assessment(situation(group="graphite")), START) is not None
    assert len(bell.store.open_alerts()) == 2
    assert bell.store.verify() == sum(len(bell.store.facts(alert.alert_id)) for alert in bell.store.alerts())


def test_a_delivery_is_claimed_once(engine: Engine) -> None:
    """Two processes that see the same delivery due: one claims it, the other is told that it is gone."""
    bell = Bell(engine=engine)
    bell.take(assessment())
    other = Store(open_engine(str(engine.url), durable=False))
    with other.looking() as connection:
        due = other.due(connection, START)
    with bell.store.transaction() as connection:
        assert bell.store.claim(connection, due[0].delivery_id, 1, START)
    with other.transaction() as connection:
        assert not other.claim(connection, due[0].delivery_id, 1, START)
        assert not other.claim(connection, due[0].delivery_id, 2, START)
        assert not other.claim(connection, "unknown", 1, START)
    assert bell.store.alert(due[0].alert_id).deliveries[due[0].delivery_id].state is DeliveryState.SENDING


def test_threads_share_one_store(engine: Engine) -> None:
    """Facts appended by many threads at once are one chain without a gap."""
    bell = Bell(engine=engine)
    failures: list[Exception] = []

    def take(number: int) -> None:
        try:
            with bell.store.transaction() as connection:
                bell.intake.take(connection, assessment(situation(group=f"group-{number}")), START)
        except Exception as failure:  # noqa: BLE001 the thread's failure is asserted upon in the test
            failures.append(failure)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(bell.store.open_alerts()) == 8
    assert bell.store.verify() > 0


def test_nothing_is_appended_to_an_alert_that_is_not_there(engine: Engine) -> None:
    """An unknown id is refused with its reason and what to do."""
    store = Store(engine)
    with pytest.raises(Refused) as refusal, store.transaction() as connection:
        store.append(connection, "system@hub", START, "nobody", Assessed(revision=1, assessment=assessment()))
    assert refusal.value.reason is Reason.UNKNOWN_ALERT
    with pytest.raises(Refused, match="alerts list"):
        store.alert("nobody")


def test_facts_are_all_or_none(engine: Engine) -> None:
    """One fact of a batch that is refused leaves none of them in the record."""
    bell = Bell(engine=engine)
    (alert_id,) = bell.take(assessment())
    before = bell.store.verify()
    body = Acknowledged(participant="JPN", person="jpn-duty", means="cli")
    twice = [Proposal("JPN/jpn-duty", START, alert_id, body)] * 2
    with bell.store.transaction() as connection, pytest.raises(Refused):
        bell.store.append_many(connection, twice)
    assert bell.store.verify() == before
