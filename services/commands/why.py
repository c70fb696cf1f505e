"""`twinbell why`: from the rows to who was rung, and what would have rung earlier."""

from typing import Annotated

import msgspec
import typer

from alerts.facts import Fact
from alerts.rendering.chain import Chain, sections
from alerts.rendering.voice import Voice
from services.commands.desk import alert_of, holds_of, opened
from services.commands.options import AlertArgument, ConfigOption, JsonOption, StoreOption
from services.commands.printing import print_json
from services.earlier import Known
from services.errors import NothingFound
from services.terminal import plain
from services.why import at_last_ring, chain_of
from services.wiring import knowledge_of, surroundings_of
from streams.assessments import Assessment

LanguageOption = Annotated[
    str, typer.Option("--language", metavar="CODE", help="en, ja or another language that has templates.")
]


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """The chain of one alert, for scripts: what was judged, by which rules, what came of it, what would have been."""

    alert_id: str
    assessment: Assessment
    chain: Chain
    facts: tuple[Fact, ...]  # rings, deliveries and answers among them


def why(
    alert_id: AlertArgument,
    language: LanguageOption = "en",
    store: StoreOption = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show why an alert rang: rows, signals with band and threshold, certainty, severity with its arithmetic, level,
    who was rung. Then the same history is judged again under lower thresholds: what would have rung earlier.
    """
    with opened(store, config) as desk:
        state = alert_of(desk, alert_id)
        knowledge = knowledge_of(desk.configuration)
        participants = tuple(each.iso3 for each in desk.configuration.directory.participants)
        known = Known(thresholds=knowledge.thresholds, reference=knowledge.reference, participants=participants)
        surroundings = surroundings_of(desk.configuration, knowledge.reference)
        catalogue = surroundings.wording.catalogues.get(language)
        if catalogue is None:
            there = ", ".join(sorted(surroundings.wording.catalogues))
            raise NothingFound(f"there are no templates in {language!r}; there are {there}")
        facts = tuple(desk.store.facts(state.alert_id))
        holds = holds_of(desk, state)
        state = at_last_ring(state, facts)
        chain = chain_of(desk.archive, state, known)
    if as_json:
        print_json(Why(alert_id=state.alert_id, assessment=state.assessment, chain=chain, facts=facts))
        return
    zones = ("UTC", *dict.fromkeys(each.time_zone for each in surroundings.directory.participants))
    voice = Voice(catalogue, surroundings.reference, surroundings.directory, zones, state.assessment.as_of)
    for number, section in enumerate(sections(voice, surroundings, state, chain, holds)):
        print(f"{'' if number == 0 else chr(10)}== {plain(section.heading)}")
        for line in section.lines:
            print(plain(f"{line.label}: {line.text}" if line.label else line.text))
