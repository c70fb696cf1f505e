"""`twinbell check`: whether a configuration would run, and one Test message to one person."""

from typing import Annotated

import msgspec
import typer

from alerts.deliveries import Mode
from alerts.errors import BadPolicy, Refused
from alerts.reasons import Reason
from services.checking import Finding, findings
from services.clock import SystemClock
from services.commands import completing
from services.commands.desk import configured, store_url
from services.commands.options import ConfigOption, JsonOption, StoreOption
from services.commands.printing import print_json
from services.errors import CheckFailed
from services.routes import actual_channels, exercise_channels
from services.settings import Configuration
from services.terminal import plain
from services.trial_message import channels_of, send_test
from services.wiring import outbox_of, reference_of, surroundings_of


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, for scripts."""

    to_mend: int
    findings: tuple[Finding, ...]


def check(
    config: ConfigOption = None,
    send: Annotated[
        str,
        typer.Option(
            "--send",
            metavar="PERSON",
            help="Send one Test message to this person, by every channel.",
            autocompletion=completing.people,
        ),
    ] = "",
    store: StoreOption = "",
    as_json: JsonOption = False,
) -> None:
    """Try a configuration: files, thresholds, people, mail relay, Slack scopes; say what to mend.

    In an exercise --send writes to the outbox; with mode = "actual" it leaves by the channels, marked Test.
    """
    configuration = configured(config)
    url = store_url(store, configuration)
    found = [*findings(configuration, url, SystemClock().now())]
    if send:
        found += _sent(configuration, url, send)
    checked = Checked(to_mend=sum(1 for each in found if each.to_mend), findings=tuple(found))
    if as_json:
        print_json(checked)
    else:
        for each in found:
            print(f"{'MEND' if each.to_mend else 'ok':<5} {plain(each.what)}: {plain(each.to_mend or each.says)}")
    if checked.to_mend:
        raise CheckFailed(f"{checked.to_mend} of {len(found)} things have to be mended")


def _sent(configuration: Configuration, url: str, person_id: str) -> list[Finding]:
    """One Test message by every channel that rings this person."""
    try:
        participant, person = configuration.directory.person(person_id)
    except KeyError:
        known = ", ".join(each.person_id for side in configuration.directory.participants for each in side.people)
        raise Refused(Reason.UNKNOWN_PERSON, f"nobody is called {person_id!r} here; the people are {known}") from None
    try:
        if configuration.mode is Mode.EXERCISE:
            routes = exercise_channels(outbox_of(configuration, url))
        else:
            routes = actual_channels(configuration.channels, configuration.directory, Mode.TEST)
    except BadPolicy as problem:
        return [Finding(what=f"test message to {person_id}", to_mend=str(problem))]
    wanted = channels_of(participant, person)
    channels = {name: routes[name] for name in wanted if name in routes}
    surroundings = surroundings_of(configuration, reference_of(configuration))
    outcomes = send_test(person_id, channels, surroundings, SystemClock().now())
    tried = [
        Finding(
            what=f"test message to {person_id} by {outcome.channel}",
            says=f"taken: {outcome.receipt}",
            to_mend=outcome.problem,
        )
        for outcome in outcomes
    ]
    lacking = [
        Finding(what=f"test message to {person_id} by {name}", to_mend=f"{name} is not set up: see [channels]")
        for name in wanted
        if name not in routes
    ]
    return [*tried, *lacking]
