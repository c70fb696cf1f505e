"""What a command says when the store or what it is asked for is not as it should be: a sentence and a code."""

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from services import tables
from services.archive import Archive
from services.cluster.base import free_port
from services.database import migrate, open_engine
from services.exit_codes import ExitCode
from services.feeds.base import Evidence, Poll
from streams.codec import digest

CONTENT = b"day,price\n2024-01-01,100\n"


def twinbell(*words: str) -> tuple[ExitCode, str]:
    """Run the command in a process of its own; its exit code and everything it said."""
    program = (sys.executable, "-c", "from services.__main__ import main; main()")
    done = subprocess.run((*program, *words), capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return ExitCode(done.returncode), done.stdout + done.stderr


@pytest.fixture
def store(tmp_path: Path) -> str:
    """A store in which one file was read."""
    url = f"sqlite:///{tmp_path}/own.db"
    engine = open_engine(url, durable=False)
    migrate(engine)
    evidence = Evidence(
        sha256=digest(CONTENT), origin="own.csv", fetched_at=1_700_000_000, media_type="text/plain", content=CONTENT
    )
    poll = Poll(feed="own", cursor="", polled_at=1_700_000_000, evidence=(evidence,), batches=(), dead_letters=())
    with engine.begin() as connection:
        Archive(engine).keep(connection, poll)
    engine.dispose()
    return url


@pytest.mark.parametrize("address", ["own.db", "postgres://somewhere/else"])
def test_what_is_no_address_is_said(address: str) -> None:
    """An address that nobody can open is no accident of the program."""
    code, said = twinbell("alerts", "list", "--store", address)
    assert code is ExitCode.WRONG_STORE
    assert "sqlite:///PATH" in said


def test_a_file_that_is_no_store_is_said(tmp_path: Path) -> None:
    """A file of something else, or a store whose first bytes were changed."""
    (tmp_path / "other.db").write_bytes(b"something else\n" * 100)
    code, said = twinbell("store", "verify", "--store", f"sqlite:///{tmp_path}/other.db")
    assert code is ExitCode.DAMAGED
    assert "damaged" in said


def test_one_changed_byte_of_what_was_read_is_found(store: str) -> None:
    """The proof covers the figures behind an alert, not the alert alone."""
    assert twinbell("store", "verify", "--store", store)[0] is ExitCode.DONE
    engine = open_engine(store)
    with engine.begin() as connection:
        connection.execute(sa.update(tables.evidence).values(content=CONTENT.replace(b"100", b"101")))
    engine.dispose()
    code, said = twinbell("store", "verify", "--store", store)
    assert code is ExitCode.DAMAGED
    assert digest(CONTENT)[:16] in said
    assert "own.csv" in said


def test_a_row_that_is_not_there_is_said(tmp_path: Path) -> None:
    """A row past the end is no empty row."""
    (tmp_path / "own.csv").write_bytes(CONTENT)
    (tmp_path / "own.toml").write_text(
        'name = "own"\n[[files]]\nid = "own"\npath = "own.csv"\nfamily = "prices"\npublisher = "P"\n'
        'publication = "Q"\nminerals = ["antimony"]\ndates = { column = "day", pattern = "%Y-%m-%d" }\n'
        'values = [{ column = "price", measure = "price", unit = "USD/t" }]\n'
    )
    url = f"sqlite:///{tmp_path}/rows.db"
    manifest = (str(tmp_path / "own.toml"), "--data", str(tmp_path))
    assert twinbell("import", *manifest, "--store", url)[0] is ExitCode.DONE
    found = twinbell("evidence", "show", digest(CONTENT), "--row", "1", "--store", url)
    assert found[0] is ExitCode.DONE
    assert "2024-01-01,100" in found[1]
    code, said = twinbell("evidence", "show", digest(CONTENT), "--row", "2", "--store", url)
    assert code is ExitCode.NOT_FOUND
    assert "no row 2" in said


def test_check_tries_what_a_deployment_needs(tmp_path: Path) -> None:
    """A broker and a database that nobody serves, a token that is not there, nobody to be told: all named in one go."""
    twinbell("init", str(tmp_path))
    config, port = tmp_path / "twinbell.toml", free_port()
    own = f'\n[broker]\nbootstrap = "127.0.0.1:{port}"\n[alertmanager]\ntoken_file = "nowhere"\n'
    text = config.read_text(encoding="utf-8").replace('roles = ["operator"]', 'roles = ["duty"]')
    config.write_text(text + own, encoding="utf-8")
    store = f"postgresql+psycopg://twinbell:secret@127.0.0.1:{port}/twinbell"
    code, said = twinbell("check", "--config", str(config), "--store", store)
    assert code is ExitCode.TO_MEND
    to_mend = [line for line in said.splitlines() if line.startswith("MEND")]
    assert len(to_mend) == 4, said
    assert f"MEND  store {store.replace('secret', '***')}: it cannot be used: connection failed" in said
    assert f"MEND  broker 127.0.0.1:{port}: Kafka at 127.0.0.1:{port}: nobody answers there" in said
    assert "MEND  alertmanager: alertmanager.token_file" in said
    assert "MEND  operators: nobody has the role operator" in said


def test_an_outbox_that_cannot_be_written_is_said_first(tmp_path: Path) -> None:
    """An exercise whose messages could land nowhere does not begin."""
    twinbell("init", str(tmp_path))
    config = tmp_path / "twinbell.toml"
    (tmp_path / "taken").write_text("a file")
    text = config.read_text(encoding="utf-8").replace('outbox = ""', 'outbox = "taken"')
    config.write_text(text, encoding="utf-8")
    store = f"sqlite:///{tmp_path}/own.db"
    code, said = twinbell("run", "--config", str(config), "--store", store, "--until-done", "--lines")
    assert code is ExitCode.SETTINGS
    assert "outbox" in said
    assert "cannot be written" in said
