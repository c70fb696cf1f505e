"""`twinbell topics`: the topics on the broker, made and checked from the one list."""

from typing import Annotated, TypeAlias

import msgspec
import typer

from services.commands.desk import configured
from services.commands.options import ConfigOption, JsonOption
from services.commands.printing import print_json, print_table
from services.errors import CheckFailed
from streams.topics import Client

app = typer.Typer(help="Kafka's topics: make what is missing, check what is there.", no_args_is_help=True)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One topic, for scripts."""

    name: str
    partitions: int
    replication: int
    configuration: dict[str, str]
    problem: str


class Right(msgspec.Struct, frozen=True, kw_only=True):
    """One right of one user, for scripts."""

    user: str
    on: str
    name: str
    right: str
    problem: str


AclsOption: TypeAlias = Annotated[
    bool, typer.Option("--acls", help="The rights of the processes too, each under its own user.")
]


@app.callback()
def topics() -> None:
    """Kafka's topics."""


@app.command("apply")
def apply(config: ConfigOption = None, acls: AclsOption = False, as_json: JsonOption = False) -> None:
    """Make the topics that are missing and set what differs; partitions are never changed. Nothing is done twice."""
    from services import acl_admin, topic_admin  # kafka is loaded only where it is used

    broker = configured(config).broker
    rows = [_row(state) for state in topic_admin.apply_topics(broker.of(Client.OPERATOR))]
    _say(rows, [_right(state) for state in acl_admin.apply_acls(broker)] if acls else [], as_json)


@app.command("check")
def check(config: ConfigOption = None, acls: AclsOption = False, as_json: JsonOption = False) -> None:
    """Say what is missing or differs; change nothing. Ends with 8 when there is something to mend."""
    from services import acl_admin, topic_admin  # kafka is loaded only where it is used

    broker = configured(config).broker
    rows = [_row(state) for state in topic_admin.check_topics(broker.of(Client.OPERATOR))]
    _say(rows, [_right(state) for state in acl_admin.check_acls(broker)] if acls else [], as_json)


def _row(state: msgspec.Struct) -> Row:
    return msgspec.convert(state, Row, from_attributes=True)


def _right(state: msgspec.Struct) -> Right:
    return msgspec.convert(state, Right, from_attributes=True)


def _say(rows: list[Row], rights: list[Right], as_json: bool) -> None:
    found: list[Row | Right] = [*rows, *rights]
    if as_json:
        print_json(found)
    else:
        cells = [
            (row.name, str(row.partitions), str(row.replication), row.problem or "as it should be") for row in rows
        ]
        print_table(("topic", "partitions", "copies", "state"), cells, "No topics.")
        if rights:
            print()
            given = [(each.user, each.right, each.name, each.problem or "as it should be") for each in rights]
            print_table(("user", "right", "on", "state"), given, "No rights.")
    wrong = [each for each in found if each.problem]
    if wrong:
        raise CheckFailed(f"{len(wrong)} of {len(found)} topics and rights have to be mended")
