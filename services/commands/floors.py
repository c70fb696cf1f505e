"""`twinbell floors`: published price floors, and what a floor would have done to the prices in the store."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Annotated

import msgspec
import typer

from services.clock import iso_day
from services.commands.desk import opened
from services.commands.options import ConfigOption, JsonOption, StoreOption
from services.commands.printing import print_json, print_pairs, print_table
from services.errors import NothingFound
from services.feeds.countries import alpha3_by_name
from services.floors import Trial, speaks_for, tried
from services.wiring import reference_of, thresholds_of
from streams.detectors.p2 import P2, P2Parameters

_BOUNDS = {"": "is", ">": "is at least", "~": "is about"}

app = typer.Typer(help="Price floors, and what one would have done.", no_args_is_help=True)


@app.callback()
def floors() -> None:
    """Price floors, and what one would have done."""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What a floor would have done, for scripts. The floor is in USD/kg."""

    mineral: str
    floor: float
    destination: str
    since: str
    trials: tuple[Trial, ...]
    not_landed: tuple[str, ...]  # series whose price cannot be landed: no exchange rate, no unit of mass


@app.command("try")
def try_(
    mineral: Annotated[str, typer.Argument(metavar="MINERAL", help="Its id, such as ndpr.")],
    floor: Annotated[float, typer.Argument(metavar="USD_PER_KG", min=0.000001, max=1e9, help="The floor in USD/kg.")],
    since: Annotated[str, typer.Option("--since", metavar="DAY", help="First day, 2013 or 2013-01-31.")] = "1900",
    destination: Annotated[
        str, typer.Option("--to", metavar="ISO3", help="Where it is landed: freight, insurance and duty are of there.")
    ] = "USA",
    store: StoreOption = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """What a price floor would have done: days below it, the border adjustment, when it had rung.

    The prices are those in the store (`twinbell import` brings them there). The landed price is price ÷ (1 +
    value-added tax, where quoted with it) × exchange rate + freight + insurance + duty; a part that the reference data
    do not have is named, and the figure is then a bound.
    """
    mineral, destination = mineral.lower(), destination.upper()
    if destination not in alpha3_by_name().values():
        raise typer.BadParameter(f"--to takes an ISO 3166-1 alpha-3 code, such as USA or JPN, not {destination!r}")
    with opened(store, config) as desk:
        reference = reference_of(desk.configuration)
        if mineral not in reference.minerals:
            raise NothingFound(f"no mineral is called {mineral!r}; {_choice(mineral, reference.minerals)}")
        parameters = thresholds_of(desk.configuration).parameters(P2.code, None)
        assert isinstance(parameters, P2Parameters)
        start, now = _day_start(since), desk.clock.now()
        trials: list[Trial] = []
        not_landed: list[str] = []
        for series in desk.archive.series():
            if series.partial or not speaks_for(series, mineral, reference):
                continue
            run = desk.archive.as_known_at(series.series_id, now, start)
            trial = tried(run, floor, destination, reference, parameters) if run.values else None
            if trial is not None:
                trials.append(trial)
            elif run.values:
                not_landed.append(series.series_id)
    if not_landed and not trials:
        raise NothingFound(f"no price of {mineral} can be landed. {_why_not(not_landed)}")
    if not trials:
        raise NothingFound(
            f"the store has no price of {mineral} since {iso_day(start)}; bring one with "
            "`twinbell import MANIFEST --data DIR`"
        )
    page = Page(
        mineral=mineral,
        floor=floor,
        destination=destination,
        since=iso_day(start),
        trials=tuple(trials),
        not_landed=tuple(not_landed),
    )
    if as_json:
        print_json(page)
        return
    _print(page)


def _print(page: Page) -> None:
    print(f"A floor of {page.floor:g} USD/kg for {page.mineral}, landed in {page.destination}, since {page.since}\n")
    for trial in page.trials:
        most = "at most " if trial.bound == ">" else ""  # with what is missing the landed price is higher
        lacking = f"; not known: {', '.join(trial.missing)}" if trial.missing else ""
        print_pairs(
            [
                ("series", f"{trial.series_id} ({', '.join(trial.minerals)}, {trial.publisher})"),
                ("prices", f"{trial.since} to {trial.until}, {trial.days} with a price, {trial.unknown} unknown"),
                ("landed price", f"{_BOUNDS[trial.bound]} what is printed here{lacking}"),
                ("newest, lowest, highest", f"{trial.newest:,.2f}, {trial.lowest:,.2f}, {trial.highest:,.2f} USD/kg"),
                ("below the floor", f"{most}{trial.below} of {trial.days} ({trial.share_below:.0%})"),
                (
                    "border adjustment",
                    f"{most}{trial.mean_adjustment:,.2f} USD/kg on those in the mean, "
                    f"{trial.largest_adjustment:,.2f} the largest",
                ),
                ("would have rung", "; ".join(f"{day} {what}" for day, what in trial.rang) or "never"),
            ]
        )
        print()
        print_table(
            ("year", "prices", "below", "mean adjustment, USD/kg"),
            [(year, str(days), str(below), f"{mean:,.2f}") for year, (days, below, mean) in trial.years.items()],
            "no year",
        )
        print()
    parts = dict.fromkeys(part for trial in page.trials for part in trial.parts)
    print_table(
        ("part", "value", "in force", "source"),
        [
            (
                part.part,
                f"{part.value:g} {part.unit}",
                f"{part.from_day or '…'} to {part.to_day or '…'}",
                part.source + (" (unconfirmed)" if part.confidence == "C" and "unconfirmed" not in part.source else ""),
            )
            for part in parts
        ],
        "no part of the landed price is known: the price is taken as it is quoted",
    )
    if page.not_landed:
        print(_why_not(page.not_landed))


def _why_not(series_ids: Sequence[str]) -> str:
    """Which series have prices that cannot be landed."""
    return f"Not landed, for want of an exchange rate of their currency or a unit of mass: {', '.join(series_ids)}"


def _day_start(text: str) -> int:
    """The first second of a day, or of a year where only that is given."""
    try:
        day = date.fromisoformat(text if len(text) > 4 else f"{text}-01-01")
    except ValueError:
        raise typer.BadParameter(f"--since takes a year or a day, such as 2013 or 2013-01-31, not {text!r}") from None
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _choice(mineral: str, minerals: Iterable[str]) -> str:
    """The ids that begin alike, or all of them where none does."""
    ids = sorted(minerals)
    near = [each for each in ids if each.startswith(mineral[:2])] if mineral else []
    return f"near are: {', '.join(near[:8])}" if near else f"there are: {', '.join(ids)}"
