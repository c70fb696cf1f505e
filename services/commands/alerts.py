"""`twinbell alerts …`: read an alert, answer it for one side, close it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import get_terminal_size
from typing import Annotated, TypeAlias

import msgspec
import sqlalchemy as sa
import typer

from alerts import acknowledgements
from alerts.errors import Refused
from alerts.facts import Fact, PositionKind
from alerts.holds import Hold
from alerts.participants import Directory
from alerts.rendering.before import before
from alerts.rendering.holds import statements
from alerts.rendering.panel import for_a_person
from alerts.rendering.surroundings import Surroundings
from alerts.rendering.voice import Voice
from alerts.states import AlertState, Move, Track
from alerts.store import Store
from services.addresses import shown_store
from services.clock import in_zones, iso_day, iso_time
from services.commands import completing
from services.commands.desk import Desk, alert_of, holds_of, opened
from services.commands.options import AlertArgument, ConfigOption, JsonOption, NoteOption, PersonOption, StoreOption
from services.commands.printing import print_json, print_pairs, print_table
from services.hints import hints, store_option
from services.telling import Teller
from services.wiring import reference_of, surroundings_of
from streams.assessments import Assessment
from streams.signals import Evidence

app = typer.Typer(help="Read alerts and answer them.", no_args_is_help=True)

AlertsArgument: TypeAlias = Annotated[
    list[str],
    typer.Argument(
        metavar="ID…",
        help="Ids of one or several alerts, or their first characters as far as they are unique.",
        autocompletion=completing.open_alerts,
    ),
]
Command: TypeAlias = Callable[[Store, sa.Connection, Directory, str, str, str, int], Fact]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One alert in a list, for scripts."""

    alert_id: str
    mode: str
    joint: str
    level: str
    revision: int
    hazard: str
    group: str
    origin: str
    route: str
    minerals: tuple[str, ...]
    opened_at: str
    tracks: dict[str, str]
    held_by: str  # id of the supply alert that keeps its messages back; empty: none does
    held_until: str  # at the latest


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One alert in full, for scripts."""

    alert: Row
    aliases: tuple[str, ...]
    attribution: str
    tracks: dict[str, Track]
    moves: tuple[Move, ...]
    evidence: tuple[Evidence, ...]
    assessment: Assessment
    before: dict[str, list[str]]  # by language: how often the rules behind it rang before, and how often truly


@app.command("list")
def list_alerts(
    store: StoreOption = "",
    config: ConfigOption = None,
    every: Annotated[bool, typer.Option("--all", help="Ended alerts too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the alerts that are open: level, what it is about, and where each side stands."""
    with opened(store, config) as desk:
        states = desk.store.alerts() if every else desk.store.open_alerts()
        rows = [_row(state, holds_of(desk, state).by) for state in states]
        if as_json:
            print_json(rows)
            return
        teller = Teller(reference_of(desk.configuration), desk.store.alert)
        print_table(
            ("id", "level", "about", "state", "opened", "sides"),
            [
                (
                    row.alert_id,
                    row.level,
                    teller.subject(state.assessment),
                    f"{row.mode} {row.joint}"
                    + (f", held until {row.held_until} by {row.held_by}" if row.held_by else ""),
                    row.opened_at,
                    ", ".join(f"{side} {stands}" for side, stands in row.tracks.items()),
                )
                for row, state in zip(rows, states, strict=True)
            ],
            f"No alert {'is kept' if every else 'is open'} in {shown_store(desk.url)}.",
        )
        for hint in hints(states, desk.configuration.directory, desk.url, str(config or "")):
            print("\n".join(("", *hint.fitting(get_terminal_size().columns))))


@app.command()
def show(
    alert_id: AlertArgument, store: StoreOption = "", config: ConfigOption = None, as_json: JsonOption = False
) -> None:
    """Show one alert: why it rang, both sides, and where each figure behind it is stored."""
    with opened(store, config) as desk:
        state = alert_of(desk, alert_id)
        evidence = _evidence(state)
        holds = holds_of(desk, state)
        around = surroundings_of(desk.configuration, reference_of(desk.configuration))
        voices = _voices(around, state)
        rang_before = {code: before(voice, state, around.record) for code, voice in voices.items()}
        if as_json:
            print_json(
                Shown(
                    alert=_row(state, holds.by),
                    aliases=state.aliases,
                    attribution=state.attribution,
                    tracks=state.tracks,
                    moves=state.moves,
                    evidence=evidence,
                    assessment=state.assessment,
                    before=rang_before,
                )
            )
            return
        teller = Teller(reference_of(desk.configuration), desk.store.alert)
        print_pairs(_facts(state, teller, _zones(desk)))
        for line in teller.why(state):
            print(f"  {line}")
        print()
        print_pairs([(f"before ({code})", text) for code, texts in rang_before.items() for text in texts])
        held = {code: statements(voice, around.mentions, holds) for code, voice in voices.items()}
        print_pairs([(f"held back ({code})", text) for code, texts in held.items() for text in texts])
        for track in state.tracks.values():
            print()
            print_pairs(_track(track, _zones(desk)))
        for section in for_a_person(state, around, "en", desk.clock.now()):
            print(f"\n{section.heading}")
            print_pairs([(line.label, line.text) for line in section.lines])
        print()
        for hint in hints([state], desk.configuration.directory, desk.url, str(config or "")):
            print("\n".join([*hint.lines, ""]))
        print_table(
            ("figure", "period", "publisher", "command that opens the stored bytes"),
            [_evidence_row(each, store_option(desk.url, str(config or ""))) for each in evidence],
            "No stored figure.",
        )


@app.command()
def acknowledge(
    alert_ids: AlertsArgument,
    person: PersonOption,
    note: NoteOption = "",
    store: StoreOption = "",
    config: ConfigOption = None,
) -> None:
    """Answer for your side: its ladder stops, the other side's goes on."""
    _act(store, config, alert_ids, acknowledgements.acknowledge, (person, note))


@app.command()
def respond(
    alert_ids: AlertsArgument,
    person: PersonOption,
    note: NoteOption = "",
    store: StoreOption = "",
    config: ConfigOption = None,
) -> None:
    """Say that your side is acting: the acknowledgement no longer lapses."""
    _act(store, config, alert_ids, acknowledgements.respond, (person, note))


@app.command("stand-down")
def stand_down(
    alert_ids: AlertsArgument,
    person: PersonOption,
    note: NoteOption = "",
    store: StoreOption = "",
    config: ConfigOption = None,
) -> None:
    """End your side's response."""
    _act(store, config, alert_ids, acknowledgements.stand_down, (person, note))


@app.command()
def position(
    alert_id: AlertArgument,
    kind: Annotated[
        str,
        typer.Argument(
            metavar="POSITION",
            help="concur, dispute (needs --note) or needs-information.",
            autocompletion=completing.positions,
        ),
    ],
    person: PersonOption,
    note: NoteOption = "",
    store: StoreOption = "",
    config: ConfigOption = None,
) -> None:
    """Say where your side stands; both sides see it."""
    try:
        taken = PositionKind(kind.replace("-", "_"))
    except ValueError:
        names = ", ".join(each.replace("_", "-") for each in PositionKind)
        raise typer.BadParameter(f"{kind!r} is no position; there are {names}") from None

    def take(
        record: Store, connection: sa.Connection, directory: Directory, who: str, alert: str, remark: str, at: int
    ) -> Fact:
        stance = acknowledgements.Stance(taken, remark)
        return acknowledgements.take_position(record, connection, directory, who, alert, stance, at)

    _act(store, config, [alert_id], take, (person, note))


@app.command("false-alarm")
def false_alarm(
    alert_id: AlertArgument,
    person: PersonOption,
    note: NoteOption = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take it back.")] = False,
    store: StoreOption = "",
    config: ConfigOption = None,
) -> None:
    """Say that it rang for nothing: both sides see it, nothing ends, and the next backtest is held against it.

    `twinbell labels export` gathers what was said so, for `twinbell backtest --labels`.
    """
    _act(
        store,
        config,
        [alert_id],
        acknowledgements.withdraw_false if withdraw else acknowledgements.call_false,
        (person, note),
    )


@app.command()
def release(
    alert_id: AlertArgument,
    person: PersonOption,
    note: NoteOption = "",
    store: StoreOption = "",
    config: ConfigOption = None,
) -> None:
    """Let the attribution be written from now on; needs the role release."""
    _act(store, config, [alert_id], acknowledgements.release, (person, note))


@app.command()
def close(
    alert_id: AlertArgument,
    person: PersonOption,
    note: NoteOption = "",
    store: StoreOption = "",
    config: ConfigOption = None,
) -> None:
    """Agree to close: it closes when both sides have, or after the time-out that then stands on the record."""
    _act(store, config, [alert_id], acknowledgements.close, (person, note))


def _act(store: str, config: Path | None, alert_ids: Sequence[str], command: Command, given: tuple[str, str]) -> None:
    """Record what a person does on each alert, stamped with the store's clock; say what came of it.

    An alert on which it is refused does not keep the others from being answered. Raises Refused for it at the end.
    """
    person, note = given
    refused: list[Refused] = []
    with opened(store, config) as desk:
        now = desk.clock.now()
        for alert_id in dict.fromkeys(alert_of(desk, each).alert_id for each in alert_ids):
            try:
                with desk.store.transaction() as connection:
                    command(desk.store, connection, desk.configuration.directory, person, alert_id, note, now)
            except Refused as problem:
                refused.append(problem)
                continue
            state = desk.store.alert(alert_id)
            print_pairs([("alert", f"{state.alert_id}  {state.joint}"), ("at", in_zones(now, _zones(desk)))])
            for track in state.tracks.values():
                print_pairs(_track(track, _zones(desk)))
    if refused:
        raise Refused(refused[0].reason, "; ".join(dict.fromkeys(problem.detail for problem in refused)))


def _row(state: AlertState, held: Hold | None) -> Row:
    situation = state.assessment.situation
    return Row(
        alert_id=state.alert_id,
        mode=state.mode,
        joint=state.joint,
        level=state.level,
        revision=state.revision,
        hazard=situation.hazard,
        group=situation.group,
        origin=situation.origin,
        route=situation.route,
        minerals=state.assessment.minerals,
        opened_at=iso_time(state.opened_at),
        tracks={iso3: str(track.state) for iso3, track in state.tracks.items()},
        held_by=held.by.alert_id if held is not None else "",
        held_until=iso_time(held.until) if held is not None else "",
    )


def _zones(desk: Desk) -> list[str]:
    """The zones of the sides: whoever reads at night does not reckon."""
    return [side.time_zone for side in desk.configuration.directory.participants]


def _facts(state: AlertState, teller: Teller, zones: Sequence[str]) -> list[tuple[str, str]]:
    pairs = [
        ("alert", f"{state.alert_id}  {state.mode}  {state.joint}  revision {state.revision}"),
        ("about", teller.subject(state.assessment)),
        ("level", f"{state.level}"),
        ("opened", in_zones(state.opened_at, zones)),
        ("attribution", state.attribution or "not released"),
        ("thresholds", state.assessment.thresholds),
    ]
    if state.aliases:
        pairs.append(("also known as", ", ".join(state.aliases)))
    return pairs


def _track(track: Track, zones: Sequence[str]) -> list[tuple[str, str]]:
    pairs = [(track.participant, track.state.replace("_", " "))]
    if track.acknowledged_at is not None:
        pairs.append(("  answered", f"{track.acknowledged_by} at {in_zones(track.acknowledged_at, zones)}"))
    if track.lapses_at is not None:
        pairs.append(("  lapses", in_zones(track.lapses_at, zones)))
    if track.position is not None:
        pairs.append(("  position", f"{track.position} by {track.position_by} {track.position_note}".rstrip()))
    if track.false_alarm_by:
        pairs.append(("  false alarm", f"says {track.false_alarm_by} {track.false_alarm_note}".rstrip()))
    if track.close_agreed_by:
        pairs.append(("  closing", f"agreed by {track.close_agreed_by}"))
    if track.note:
        pairs.append(("  note", track.note))
    return pairs


def _voices(around: Surroundings, state: AlertState) -> dict[str, Voice]:
    """The languages in which messages are written."""
    return {
        code: Voice(catalogue, around.reference, around.directory, ("UTC",), state.assessment.as_of)
        for code, catalogue in around.wording.catalogues.items()
    }


def _evidence(state: AlertState) -> tuple[Evidence, ...]:
    """Every figure and document behind the alert, newest last, each once."""
    found = {
        (each.sha256, each.row): each for signal in state.assessment.signals for each in signal.evidence if each.sha256
    }
    return tuple(sorted(found.values(), key=lambda each: (each.known_at, each.sha256, each.row)))


def _evidence_row(each: Evidence, where: str) -> tuple[str, str, str, str]:
    figure = f"{each.value:,.6g} {each.unit}".strip() if each.value is not None else "document"
    row = f" --row {each.row}" if each.row else ""
    return figure, iso_day(each.occurred_at), each.publisher, f"twinbell evidence show {each.sha256[:16]}{row}{where}"
