"""What the shell offers for an argument: ids, people, sides and episodes as they are there. Trouble offers nothing."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import typer
from sqlalchemy.exc import SQLAlchemyError

from alerts.errors import AlertsError
from alerts.facts import PositionKind
from services.commands.desk import Desk, opened
from services.episodes import shipped
from services.errors import ServicesError
from services.telling import Teller
from services.wiring import reference_of
from streams.errors import StreamsError

Offer = tuple[str, str]
"""What is completed, and a word on it for shells that show one."""


def episodes(incomplete: str) -> list[Offer]:
    """Ids of the recorded episodes."""
    return _fitting(((each.id, each.title["en"]) for each in shipped()), incomplete)


def open_alerts(ctx: typer.Context, incomplete: str) -> list[Offer]:
    """Ids of the alerts that are open in the store, the loudest first."""

    def offers(desk: Desk) -> Iterator[Offer]:
        teller = Teller(reference_of(desk.configuration), desk.store.alert)
        for state in sorted(desk.store.open_alerts(), key=lambda state: (-state.level.rank, state.opened_at)):
            yield state.alert_id, f"{state.level}: {teller.subject(state.assessment)}"

    return _from_desk(ctx, incomplete, offers)


def people(ctx: typer.Context, incomplete: str) -> list[Offer]:
    """Everybody in the configuration that the store was run with."""

    def offers(desk: Desk) -> Iterator[Offer]:
        for side in desk.configuration.directory.participants:
            for person in side.people:
                yield person.person_id, person.names.get("en", side.iso3)

    return _from_desk(ctx, incomplete, offers)


def sides(ctx: typer.Context, incomplete: str) -> list[Offer]:
    """The participants of the configuration that the store was run with."""

    def offers(desk: Desk) -> Iterator[Offer]:
        for side in desk.configuration.directory.participants:
            yield side.iso3, side.names.get("en", side.iso3)

    return _from_desk(ctx, incomplete, offers)


def messages(ctx: typer.Context, incomplete: str) -> list[Offer]:
    """Ids of the messages of open alerts, the newest first."""

    def offers(desk: Desk) -> Iterator[Offer]:
        found = [delivery for state in desk.store.open_alerts() for delivery in state.deliveries.values()]
        for each in sorted(found, key=lambda each: (-each.due_at, each.delivery_id)):
            yield each.delivery_id, f"{each.purpose} r{each.revision} to {each.person} by {each.channel}"

    return _from_desk(ctx, incomplete, offers)


def positions(incomplete: str) -> list[Offer]:
    """Where a side may stand."""
    return _fitting(((each.replace("_", "-"), "") for each in PositionKind), incomplete)


def _from_desk(ctx: typer.Context, incomplete: str, offers: Callable[[Desk], Iterator[Offer]]) -> list[Offer]:
    """Offers from the store that the command line names so far."""
    store, config = ctx.params.get("store"), ctx.params.get("config")
    try:
        with opened(str(store or ""), Path(config) if config else None) as desk:
            return _fitting(offers(desk), incomplete, _given(ctx))
    except (ServicesError, AlertsError, StreamsError, SQLAlchemyError, OSError):
        return []  # the command itself will say what is wrong; a prompt must not


def _given(ctx: typer.Context) -> Sequence[str]:
    """What stands on the command line already, where an argument may be given several times."""
    given = ctx.params.get("alert_ids")
    return [str(each) for each in given] if isinstance(given, (list, tuple)) else ()


def _fitting(offers: Iterator[Offer], incomplete: str, given: Sequence[str] = ()) -> list[Offer]:
    return [offer for offer in offers if offer[0].startswith(incomplete) and offer[0] not in given]
