"""Runbook pages: each hazard and each operational trouble has one in both languages, naming only what exists."""

import re
from importlib.resources import files
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from alerts.rendering.wording import packaged as packaged_wording
from services.cli import app
from services.metrics import METRICS, series_names
from services.prometheus_rules import recordings
from services.prometheus_texts import TEXTS
from streams.reference import packaged as packaged_reference
from streams.signals import Hazard

RUNBOOKS = Path(str(files("alerts"))) / "runbooks"
HAZARDS = sorted(h.value for h in Hazard if h is not Hazard.NONE)
RULED = sorted({text.page for text in TEXTS.values()})  # the pages that rules of Prometheus open
OPERATIONS = [*RULED, "store-damaged"]  # which `twinbell store verify` finds, and no metric
LANGUAGES = sorted(packaged_wording().catalogues)
PARTS = {
    "en": [
        "First 15 minutes",
        "First hour",
        "Whom to call",
        "Instruments",
        "If the partner cannot be reached",
        "When to stand down",
    ],
    "ja": ["最初の15分", "最初の1時間", "連絡先", "対応手段", "相手国に連絡がつかない場合", "対応終了の目安"],
}
CODE = re.compile(r"`([a-z][a-z0-9_]*)`")
COMMAND = re.compile(r"`(twinbell [^`]+)`")


def page(language: str, name: str) -> str:
    """The text of one page."""
    return (RUNBOOKS / language / f"{name}.md").read_text(encoding="utf-8")


def headings(text: str) -> list[str]:
    """The headings of the second order."""
    return re.findall(r"^## (.+)$", text, flags=re.MULTILINE)


def section(text: str, heading: str) -> str:
    """What stands under one heading."""
    return text.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_there_and_none_besides(language: str) -> None:
    """Each hazard that an alert can have, and each operational trouble that a message refers to."""
    assert sorted(path.stem for path in (RUNBOOKS / language).glob("*.md")) == sorted([*HAZARDS, *OPERATIONS])


@pytest.mark.parametrize("name", RULED)
def test_a_page_of_a_rule_says_all_that_is_needed(name: str) -> None:
    """What it means, what to look at and do first, what then, whom to call, and when it is over; with a command."""
    for language, parts in (
        ("en", ["First 15 minutes", "First hour", "Whom to call", "When it is over"]),
        ("ja", ["最初の15分", "最初の1時間", "連絡先", "終了の確認"]),
    ):
        text = page(language, name)
        assert headings(text) == parts
        assert len(text.split("\n## ", 1)[0]) > 60
        assert COMMAND.findall(text)


@pytest.mark.parametrize("name", RULED)
def test_metrics_that_a_page_names_exist(name: str) -> None:
    """What an operator is told to look at is in the list of metrics, or recorded by a rule."""
    known = series_names() | {metric.name for metric in METRICS} | {rule.record for rule in recordings()}
    for language in LANGUAGES:
        assert set(re.findall(r"\btwinbell[_:][a-z_:0-9]*", page(language, name))) <= known


@pytest.mark.parametrize("name", RULED)
def test_pages_that_a_page_leads_to_exist(name: str) -> None:
    """Where a page sends the operator on, there is a page."""
    for language in LANGUAGES:
        words = set(re.findall(r"\b[a-z]+-[a-z]+\b", page(language, name)))
        assert words & set(OPERATIONS) == {word for word in words if (RUNBOOKS / language / f"{word}.md").exists()}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("hazard", HAZARDS)
def test_a_hazard_page_says_all_that_is_needed(hazard: str, language: str) -> None:
    """First 15 minutes, first hour, whom to call, instruments, telephone step, when to stand down, in this order."""
    text = page(language, hazard)
    found = [heading for heading in headings(text) if heading in PARTS[language]]
    assert found == PARTS[language]
    for heading in found:
        assert len(section(text, heading)) > 200, f"{hazard}: {heading}"


@pytest.mark.parametrize("name", [*HAZARDS, *OPERATIONS])
def test_languages_have_the_same_shape(name: str) -> None:
    """The same headings, steps, table rows, agencies, instruments and commands in both languages."""
    english, japanese = page("en", name), page("ja", name)
    for pattern in (r"^#+ ", r"^\d+\. ", r"^- ", r"^\| "):
        counts = [len(re.findall(pattern, text, flags=re.MULTILINE)) for text in (english, japanese)]
        assert counts[0] == counts[1], f"{name}: {pattern}"
    assert sorted(set(CODE.findall(english))) == sorted(set(CODE.findall(japanese)))
    verbs = [sorted({" ".join(c.split()[:3]) for c in COMMAND.findall(text)}) for text in (english, japanese)]
    assert verbs[0] == verbs[1]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("hazard", HAZARDS)
def test_agencies_and_instruments_exist(hazard: str, language: str) -> None:
    """Every id in a table is an agency or an instrument of the reference data, and leads are agencies of its row."""
    reference = packaged_reference()
    agencies = {agency.agency_id for agency in reference.agencies}
    instruments = {instrument.instrument_id for instrument in reference.instruments}
    text = page(language, hazard)
    for heading, first in ((PARTS[language][2], agencies), (PARTS[language][3], instruments)):
        rows = [row for row in section(text, heading).splitlines() if row.startswith("| `") or "`" in row]
        assert rows
        for row in rows:
            assert set(CODE.findall(row)) <= agencies | instruments
        assert set(CODE.findall(section(text, heading))) & first
    named = set(CODE.findall(section(text, PARTS[language][3]))) & instruments
    for instrument in (i for i in reference.instruments if i.instrument_id in named):
        row = next(
            r for r in section(text, PARTS[language][3]).splitlines() if r.startswith(f"| `{instrument.instrument_id}`")
        )
        leads = set(CODE.findall(row.rsplit("|", 2)[1]))
        assert leads
        assert leads <= set(re.findall(r"[a-z_]+", instrument.lead_agency)), f"{hazard}: {instrument.instrument_id}"


def test_both_sides_agencies_of_the_plan_are_called() -> None:
    """The offices that the Action Plan names stand in the page on restrictions, each on its side."""
    reference = packaged_reference()
    calls = section(page("en", "restriction"), "Whom to call")
    for agency in ("ustr", "mofa", "meti", "mof"):
        assert f"`{agency}`" in calls
    for row in [row for row in calls.splitlines() if "`" in row]:
        _, _, american, japanese, _, _ = row.split("|")
        sides = {a.agency_id: a.participant_iso3 for a in reference.agencies}
        assert all(sides[code] == "USA" for code in CODE.findall(american))
        assert all(sides[code] == "JPN" for code in CODE.findall(japanese))


@pytest.mark.parametrize("hazard", ["logistics"])
def test_days_of_detours_are_those_of_the_reference_data(hazard: str) -> None:
    """The page says as many days as the reference data."""
    places = packaged_reference().places
    extra = {places[p].extra_days for p in ("chokepoint1", "chokepoint2", "chokepoint4", "chokepoint5", "chokepoint11")}
    for language in LANGUAGES:
        step = next(line for line in page(language, hazard).split("\n2. ")[2].split("\n3. "))
        assert {float(n) for n in re.findall(r"\d+", step)} == extra


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [*HAZARDS, *OPERATIONS])
def test_commands_exist_with_their_options(name: str, language: str) -> None:
    """Every command that a page tells to type is one of the command line, with the options named."""
    for line in COMMAND.findall(page(language, name)):
        _, *words = line.split()
        command = get_command(app)
        while words and isinstance(command, TyperGroup):
            assert words[0] in command.commands, line
            command = command.commands[words.pop(0)]
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, line
