"""A password of a store's address is never printed: not in hints, errors, findings or what commands say."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from alerts.participants import Directory
from services.addresses import shown_store
from services.checking import _store as store_finding
from services.cli import app
from services.configuration import load
from services.hints import hints, store_option
from services.wiring import DEFAULT_STORE
from tests.alerting import JPN, USA

SECRET = "correct-horse"
URL = f"postgresql+psycopg://twinbell:{SECRET}@127.0.0.1:1/site"
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (URL, "postgresql+psycopg://twinbell:***@127.0.0.1:1/site"),
        (f"postgresql+psycopg://h/site?user=a&password={SECRET}", "postgresql+psycopg://h/site?password=hidden&user=a"),
        ("postgresql+psycopg://twinbell@host/site", "postgresql+psycopg://twinbell@host/site"),
        (DEFAULT_STORE, DEFAULT_STORE),
        ("sqlite:////var/lib/twinbell/site.db", "sqlite:////var/lib/twinbell/site.db"),
        (f"{SECRET}@nothing", "an address that cannot be read"),
    ],
)
def test_an_address_is_shown_without_its_password(url: str, shown: str) -> None:
    """Everything else of it stands."""
    found = shown_store(url)
    assert sorted(re.split("[?&]", found)) == sorted(re.split("[?&]", shown))
    assert SECRET not in found


def test_a_command_to_be_typed_names_the_configuration_instead() -> None:
    """A command with *** in it would not work; the configuration holds the address, or the variable does."""
    assert store_option(DEFAULT_STORE) == ""
    assert store_option("sqlite:///own.db") == " --store sqlite:///own.db"
    assert store_option(URL, "/etc/twinbell.toml") == " --config /etc/twinbell.toml"
    assert store_option(URL) == ' --store "$TWINBELL_STORE"'
    assert hints([], Directory(participants=(USA, JPN)), URL, "") == []


def test_a_server_that_does_not_answer_is_told_without_the_password(tmp_path: Path) -> None:
    """By `check`, and by every command that opens the store."""
    configuration = load(None, tmp_path)
    assert configuration.store == ""
    for words in (["store", "migrate"], ["alerts", "list"], ["run", "suez-2021", "--until-done"]):
        refused = CliRunner().invoke(app, [*words, "--store", URL])
        assert refused.exception is not None
        assert SECRET not in refused.output + str(refused.exception)


def test_no_sentence_is_made_of_an_address_itself() -> None:
    """Everything that is printed, logged or raised goes through the one function."""
    told = re.compile(r'f".*\{(url|desk\.url|wish\.url|run\.wish\.url|configuration\.store)\}')
    found = [
        f"{path.name}: {line.strip()}"
        for room in ("services", "alerts")
        for path in sorted((ROOT / room).rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if told.search(line) and "cluster" not in path.parts
    ]
    assert found == ['hints.py: return f" --store {url}"']


def test_a_finding_of_check_hides_it() -> None:
    """`twinbell check` names the store."""
    try:
        finding = store_finding(URL)
    except Exception as problem:  # noqa: BLE001 a server that does not answer is told by the command
        assert SECRET not in str(problem)  # noqa: PT017
    else:
        assert SECRET not in str(finding)
