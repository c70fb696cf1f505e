"""`twinbell topics`: the topics on the broker, made and checked from the one list."""

from collections.abc import Sequence

import msgspec
import typer

from services.commands.desk import configured
from services.commands.options import ConfigOption, JsonOption
from services.commands.printing import print_json, print_table
from services.errors import CheckFailed

app = typer.Typer(help="Kafka's topics: make what is missing, check what is there.", no_args_is_help=True)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One topic, for scripts."""

    name: str
    partitions: int
    replication: int
    configuration: dict[str, str]
    problem: str


@app.callback()
def topics() -> None:
    """Kafka's topics."""


@app.command("apply")
def apply(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Make the topics that are missing and set what differs; partitions are never changed."""
    from services import topic_admin  # kafka is loaded only where it is used

    _say([_row(state) for state in topic_admin.apply_topics(configured(config).broker)], as_json)


@app.command("check")
def check(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Say what is missing or differs; change nothing. Ends with 8 when there is something to mend."""
    from services import topic_admin  # kafka is loaded only where it is used

    _say([_row(state) for state in topic_admin.check_topics(configured(config).broker)], as_json)


def _row(state: msgspec.Struct) -> Row:
    return msgspec.convert(state, Row, from_attributes=True)


def _say(rows: Sequence[Row], as_json: bool) -> None:
    if as_json:
        print_json(rows)
    else:
        cells = [
            (row.name, str(row.partitions), str(row.replication), row.problem or "as it should be") for row in rows
        ]
        print_table(("topic", "partitions", "copies", "state"), cells, "No topics.")
    wrong = [row for row in rows if row.problem]
    if wrong:
        raise CheckFailed(f"{len(wrong)} of {len(rows)} topics have to be mended")
