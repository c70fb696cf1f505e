"""`twinbell messages …`: what was sent to whom, in which words."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from alerts.deliveries import Delivery, DeliveryState
from alerts.rendering.wording import Wording
from alerts.rendering.wording import packaged as packaged_wording
from services.clock import iso_time
from services.commands import completing
from services.commands.desk import Desk, alert_of, opened
from services.commands.options import ConfigOption, JsonOption, StoreOption
from services.commands.printing import print_json, print_record, print_table
from services.errors import NothingFound
from services.terminal import paragraphs
from services.wiring import outbox_of

app = typer.Typer(help="Read what was sent.", no_args_is_help=True)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery in a list, for scripts: `language` is that in which it is written, `path` where an outbox has it."""

    delivery_id: str
    alert_id: str
    also: tuple[str, ...]
    revision: int
    participant: str
    person: str
    channel: str
    language: str
    purpose: str
    level: str
    mode: str
    state: str
    reason: str
    due_at: str
    attempts: int
    receipt: str
    path: str


@app.command("list")
def list_messages(
    alert: Annotated[
        str,
        typer.Option("--alert", metavar="ID", help="Those of one alert only.", autocompletion=completing.open_alerts),
    ] = "",
    side: Annotated[
        str,
        typer.Option(
            "--side",
            metavar="ISO3",
            help="Those of one side only, for instance JPN.",
            autocompletion=completing.sides,
        ),
    ] = "",
    suppressed: Annotated[
        bool, typer.Option("--suppressed/--no-suppressed", help="Those that were held back, with the reason, too.")
    ] = True,
    store: StoreOption = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List messages in the order in which they became due: to whom, by which channel, in which state."""
    with opened(store, config) as desk:
        sides = [each.iso3 for each in desk.configuration.directory.participants]
        if side and side.upper() not in sides:
            raise NothingFound(f"no side is called {side!r}; there are {', '.join(sides)}")
        states = [alert_of(desk, alert)] if alert else desk.store.alerts()
        wording = packaged_wording()
        found = [delivery for state in states for delivery in state.deliveries.values()]
        rows = [
            _row(desk, delivery, wording)
            for delivery in sorted(found, key=lambda each: (each.due_at, each.participant, each.delivery_id))
            if (not side or delivery.participant == side.upper())
            and (suppressed or delivery.state is not DeliveryState.SUPPRESSED)
        ]
        if as_json:
            print_json(rows)
            return
        print_table(
            ("message", "due", "side", "to", "by", "language", "what", "alert", "state"),
            [
                (
                    row.delivery_id,
                    row.due_at,
                    row.participant,
                    row.person,
                    row.channel,
                    row.language,
                    f"{row.purpose} r{row.revision}",
                    row.alert_id,
                    f"{row.state} {row.reason}".rstrip(),
                )
                for row in rows
            ],
            "No message was planned.",
        )


@app.command()
def show(
    message_id: Annotated[
        str,
        typer.Argument(
            metavar="MESSAGE", help="Id of the message, or its first characters.", autocompletion=completing.messages
        ),
    ],
    store: StoreOption = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one message: to whom it went, and the file of the outbox as it would have left."""
    with opened(store, config) as desk:
        fitting = [
            delivery
            for state in desk.store.alerts()
            for delivery in state.deliveries.values()
            if message_id and delivery.delivery_id.startswith(message_id)
        ]
        if len(fitting) != 1:
            how_many = "no message begins" if not fitting else f"{len(fitting)} messages begin"
            raise NothingFound(f"{how_many} with {message_id!r}: `twinbell messages list` shows the ids")
        row = _row(desk, fitting[0], packaged_wording())
        if as_json:
            print_json(row)
            return
        print_record(row)
        print()
        print(paragraphs(_text(row)))


def _row(desk: Desk, delivery: Delivery, wording: Wording) -> Row:
    path = ""
    if delivery.receipt and delivery.mode == "exercise":
        path = str(outbox_of(desk.configuration, desk.url) / delivery.receipt)
    return Row(
        delivery_id=delivery.delivery_id,
        alert_id=delivery.alert_id,
        also=delivery.also,
        revision=delivery.revision,
        participant=delivery.participant,
        person=delivery.person,
        channel=delivery.channel,
        language=_written(desk, delivery, wording),
        purpose=delivery.purpose,
        level=delivery.level,
        mode=delivery.mode,
        state=delivery.state,
        reason=delivery.reason,
        due_at=iso_time(delivery.due_at),
        attempts=delivery.attempts,
        receipt=delivery.receipt,
        path=path,
    )


def _written(desk: Desk, delivery: Delivery, wording: Wording) -> str:
    """The language in which a message is: that of its reader, or the one to which it falls back."""
    sides = {side.iso3: side.languages for side in desk.configuration.directory.participants}
    return wording.chosen(delivery.language, sides.get(delivery.participant, ())).language


def _text(row: Row) -> str:
    """The file of the outbox, or why there is none."""
    if not row.path:
        return "No file: it went out by the channel itself, or was never sent."
    try:
        return Path(row.path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise NothingFound(f"{row.path} cannot be read ({type(problem).__name__}): was the outbox moved?") from None
