"""The catalogues of phrases, and the glossary that fixes one word for one thing."""

import csv
import re
from importlib.resources import files
from pathlib import Path

import pytest

from alerts.deliveries import DeliveryState, Mode, Purpose
from alerts.errors import BadTemplate
from alerts.facts import PositionKind
from alerts.reasons import Reason
from alerts.rendering.formats import Formats
from alerts.rendering.wording import load, packaged
from alerts.states import JointState, TrackState
from streams.assessments import Level, RingCause, Severity, Urgency
from streams.notices.readings import ActKind, Polarity
from streams.observations import Family
from streams.reasons import Reason as StreamsReason
from streams.signals import Certainty, Hazard, Phase

ALERTS = Path(str(files("alerts")))
TEMPLATES = ALERTS / "templates"
RUNBOOKS = ALERTS / "runbooks"
SPOKEN = {
    "level": Level,
    "certainty": Certainty,
    "severity": Severity,
    "urgency": Urgency,
    "hazard": Hazard,
    "family": Family,
    "phase": Phase,
    "polarity": Polarity,
    "kind": ActKind,
    "position": PositionKind,
    "track": TrackState,
    "joint": JointState,
    "cause": RingCause,
    "delivery": DeliveryState,
    "mode": Mode,
    "mark": Mode,
    "purpose": Purpose,
    "headline": Purpose,
    "tag": Purpose,
}


def glossary() -> list[dict[str, str]]:
    """The rows of the glossary."""
    with (TEMPLATES / "glossary.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def shipped() -> dict[str, bytes]:
    """The phrase files as they lie in the source tree."""
    return {f"{p.parent.name}/phrases.toml": p.read_bytes() for p in TEMPLATES.glob("*/phrases.toml")}


def test_every_member_of_every_closed_list_has_a_phrase() -> None:
    """Whatever state, level, purpose or reason a record may hold, there is a word for it in every language."""
    for catalogue in packaged().catalogues.values():
        for table, members in SPOKEN.items():
            for member in members:
                assert f"{table}.{member}" in catalogue.phrases, f"{catalogue.language}: {table}.{member}"
        for kind in ActKind:
            for polarity in Polarity:
                assert f"act.{kind}.{polarity}" in catalogue.phrases


def test_reasons_that_a_message_shows_have_phrases() -> None:
    """A delivery held back or failed, and an impact that was not computed, say why in words."""
    refusals = {r for r in Reason if list(Reason).index(r) in range(*_refusals())}
    computed = {
        r for r in StreamsReason if list(StreamsReason).index(r) >= list(StreamsReason).index(StreamsReason.COMPUTED)
    }
    for catalogue in packaged().catalogues.values():
        assert {r for r in Reason if f"reason.{r}" not in catalogue.phrases} <= refusals
        assert all(f"computed.{reason}" in catalogue.phrases for reason in computed)


def _refusals() -> tuple[int, int]:
    """Reasons for which a command is refused are said by the command, not by a message."""
    members = list(Reason)
    return members.index(Reason.UNKNOWN_ALERT), members.index(Reason.EXERCISE_NOT_ACTUAL) + 1


def test_a_third_language_is_one_folder() -> None:
    """A copy of a folder under another name is a language, with its own plurals, numbers and dates."""
    text = shipped()["en/phrases.toml"].decode().replace('locale = "en_US"', 'locale = "fr_FR"')
    wording = load({**shipped(), "fr/phrases.toml": text.encode()})
    assert sorted(wording.catalogues) == ["en", "fr", "ja"]
    formats = Formats(wording.catalogues["fr"])
    assert formats.country("DEU") == "Allemagne"
    assert formats.number(98.4) == "98,4"
    assert formats.iso_day("2023-07-03") == "3 juil. 2023"


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('repeat = "repeated"', "", "reason.repeated"),
        ('where_when = "Where, when"', "", "label.where_when"),
        ("Telephone now, as the runbook says", "Telephone {now}", "partner_unreached"),
        ('locale = "en_US"', 'locale = "xx_YY"', "en"),
        ("subject_limit = 78", 'subject_limit = "many"', "subject_limit"),
        ("subject_limit = 78", "subject_limit = 78\nmood = 1", "mood"),
        ("[label]", "[label", "en"),
    ],
)
def test_wording_that_does_not_fit_is_refused(old: str, new: str, named: str) -> None:
    """A missing phrase, an unknown name in braces, a wrong table: refused at load, naming file and key."""
    text = shipped()["en/phrases.toml"].decode()
    if named == "reason.repeated":
        old = 'repeated = "repeated"\n'
    assert old in text
    with pytest.raises(BadTemplate, match=re.escape(named)):
        load({**shipped(), "en/phrases.toml": text.replace(old, new, 1).encode()})


def test_no_language_at_all_is_refused() -> None:
    """Without a folder there is nothing to say."""
    with pytest.raises(BadTemplate, match=r"phrases\.toml"):
        load({})


def test_glossary_terms_stand_in_their_phrases() -> None:
    """Each term of the glossary is the word that its phrases use, in each language."""
    catalogues = packaged().catalogues
    for row in glossary():
        for language in ("en", "ja"):
            catalogue = catalogues[language]
            for key in filter(None, row["phrases"].split(";")):
                assert row[language].casefold() in catalogue.phrases[key].casefold(), f"{row['term_id']}: {key}"


def test_avoided_words_are_nowhere() -> None:
    """No phrase and no runbook uses a second word for a thing of the glossary (レアアース, never the other)."""
    texts = {f"{language}/phrases.toml": content.decode() for language, content in shipped().items()}
    texts |= {f"{p.parent.name}/{p.name}": p.read_text(encoding="utf-8") for p in RUNBOOKS.glob("*/*.md")}
    for row in glossary():
        for language in ("en", "ja"):
            for word in filter(None, row[f"avoid_{language}"].split(";")):
                for name, text in texts.items():
                    if name.startswith(language):
                        assert word.casefold() not in text.casefold(), f"{name}: {word!r}, use {row[language]!r}"


def test_glossary_ids_are_unique() -> None:
    """One row for one thing."""
    ids = [row["term_id"] for row in glossary()]
    assert len(ids) == len(set(ids))
    assert all(row["en"] and row["ja"] for row in glossary())


def test_countries_have_their_official_short_names() -> None:
    """Names come from CLDR, and from the catalogue where officials use a shorter one."""
    english, japanese = (Formats(packaged().catalogues[language]) for language in ("en", "ja"))
    assert [english.country(code) for code in ("USA", "JPN", "CHN", "COD", "XXX")] == [
        "United States",
        "Japan",
        "China",
        "DR Congo",
        "XXX",
    ]
    assert [japanese.country(code) for code in ("USA", "JPN", "CHN", "KOR", "COD")] == [
        "米国",
        "日本",
        "中国",
        "韓国",
        "コンゴ民主共和国",
    ]


def test_moments_name_each_zone_once_and_the_day_where_it_differs() -> None:
    """Daylight-saving time shows in the abbreviation; a zone without one is written as an offset."""
    formats = Formats(packaged().catalogues["en"])
    summer, winter = 1_688_428_740, 1_704_067_200
    zones = ("America/New_York", "Asia/Tokyo", "Asia/Tokyo")
    assert formats.moment(summer, zones) == "Jul 3, 2023, 19:59 EDT (Jul 4 08:59 JST)"
    assert formats.moment(winter, ("Asia/Tokyo", "America/New_York")) == "Jan 1, 2024, 09:00 JST (Dec 31 19:00 EST)"
    evening, three = summer + 300, ("UTC", *zones)
    assert formats.moment(evening, three) == "Jul 4, 2023, 00:04 UTC (Jul 3 20:04 EDT; Jul 4 09:04 JST)"
    assert formats.moment(winter, ("America/Sao_Paulo",)) == "Dec 31, 2023, 21:00 UTC-03"
    assert formats.clock(summer, summer + 60, zones) == "19:59 EDT (08:59 JST)"


def test_numbers_of_any_size_can_be_written() -> None:
    """Long figures have their thousands parted; beyond what a value holds, they are written by their power."""
    formats = Formats(packaged().catalogues["en"])
    assert [formats.number(value) for value in (0.0, 0.25, 98.4, 1234.5, 4e14)] == [
        "0",
        "0.25",
        "98.4",
        "1,234",
        "400,000,000,000,000",
    ]
    assert [formats.number(value) for value in (1e15, -2e30, 1e300)] == ["1e+15", "-2e+30", "1e+300"]


def test_plurals_follow_the_language() -> None:
    """One day, two days; Japanese knows no plural."""
    english, japanese = (Formats(packaged().catalogues[language]) for language in ("en", "ja"))
    assert [english.quantity(n, "days") for n in (1, 2, 65)] == ["1 day", "2 days", "65 days"]
    assert [japanese.quantity(n, "days") for n in (1, 2)] == ["1日", "2日"]
