"""The written dashboards are those of the code, speak both languages alike, and name only what there is."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from services.dashboards.__main__ import DASHBOARDS, FOLDER, written
from services.dashboards.panels import RUNBOOKS
from services.dashboards.words import LANGUAGES
from services.metrics import series_names

ROOT = Path(__file__).resolve().parents[2]
FILES = written()
GLOSSARY = list(csv.DictReader((ROOT / "alerts/templates/glossary.csv").read_text(encoding="utf-8").splitlines()))
EACH = pytest.mark.parametrize("path", sorted(FILES))


def panels_of(path: str) -> list[dict[str, Any]]:
    """The panels of a dashboard as Grafana reads them."""
    panels: list[dict[str, Any]] = json.loads(FILES[path])["panels"]
    return panels


def test_the_files_are_those_of_the_code() -> None:
    """What Grafana reads is what services/dashboards makes: `python -m services.dashboards --write`."""
    found = {file.relative_to(FOLDER).as_posix(): file.read_text(encoding="utf-8") for file in FOLDER.glob("*/*.json")}
    assert found == FILES


@EACH
def test_each_answers_one_question(path: str) -> None:
    """Its description is a question; every panel has a title, a unit and a height, and what to show of nothing."""
    made = json.loads(FILES[path])
    assert re.search(r"(\?|か。)$", made["description"])
    assert made["uid"] == f"twinbell-{Path(path).stem}-{Path(path).parent}"
    for panel in made["panels"]:
        defaults = panel["fieldConfig"]["defaults"]
        assert panel["title"]
        assert defaults["unit"]
        assert defaults["noValue"] == "—"
        assert panel["options"] is not None, panel["title"]
        names = [each["matcher"]["options"] for each in panel["fieldConfig"]["overrides"]]
        assert len(names) == len(set(names)), "one column is said twice"


@pytest.mark.parametrize("name", sorted(DASHBOARDS))
def test_both_languages_ask_the_same(name: str) -> None:
    """The queries, units and places are one; the titles differ."""
    en, ja = (panels_of(f"{language}/{name}.json") for language in LANGUAGES)
    for one, other in zip(en, ja, strict=True):
        assert one["targets"] == other["targets"]
        assert one["gridPos"] == other["gridPos"]
        assert one["fieldConfig"]["defaults"]["unit"] == other["fieldConfig"]["defaults"]["unit"]
        assert one["title"] != other["title"] or one["title"] == "$series"


@EACH
def test_figures_are_judged_and_lead_on(path: str) -> None:
    """Somewhere a threshold says what is bad, and every dashboard leads to the others."""
    made = json.loads(FILES[path])
    assert '"thresholds"' in FILES[path]
    assert made["links"][0]["tags"] == ["twinbell", str(Path(path).parent)]


@EACH
def test_links_lead_to_what_is_there(path: str) -> None:
    """A runbook is a page in the language of the dashboard; another dashboard is one of ours."""
    for url in re.findall(r'"url": "([^"]+)"', FILES[path]):
        if url.startswith(RUNBOOKS):
            page = ROOT / "alerts/runbooks" / url.removeprefix(f"{RUNBOOKS}/")
            assert "${" in url or page.is_file(), url
        elif url.startswith("/d/"):
            name, language = url.removeprefix("/d/twinbell-").partition("?")[0].split("-")
            assert f"{language}/{name}.json" in FILES
        else:
            assert url == "${__data.fields.address}", url


@EACH
def test_every_metric_exists(path: str) -> None:
    """What is asked of Prometheus is in the list of metrics, or made by a rule, or Prometheus' own."""
    known = series_names()
    rules = (ROOT / "deploy/prometheus").rglob("*.yaml")
    known |= {name for file in rules for name in re.findall(r"record:\s*(\S+)", file.read_text(encoding="utf-8"))}
    for panel in panels_of(path):
        for target in panel["targets"]:
            named = re.findall(r"\btwinbell[\w:]*", re.sub(r'"[^"]*"', "", target.get("expr", "")))
            assert set(named) <= known, set(named) - known


@EACH
def test_words_are_those_of_the_glossary(path: str) -> None:
    """No title or heading uses a word that the glossary says to avoid."""
    language = str(Path(path).parent)
    texts = [json.loads(FILES[path])["description"]]
    for panel in panels_of(path):
        texts.append(panel["title"])
        properties = [each for override in panel["fieldConfig"]["overrides"] for each in override["properties"]]
        texts += [each["value"] for each in properties if each["id"] == "displayName"]
    for row in GLOSSARY:
        for avoided in filter(None, row[f"avoid_{language}"].split(";")):
            assert not [text for text in texts if avoided in text], avoided


def test_every_word_of_the_terms_is_used() -> None:
    """A term that no dashboard shows is gone from the list, and none is empty in one language."""
    text = (ROOT / "services/dashboards/terms.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert all(row["en"] and row["ja"] for row in rows)
    code = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "services/dashboards").glob("*.py"))
    for row in rows:
        stem, _, last = row["key"].partition(".")
        is_made = stem in {"column", "choose"} and f'"{last}"' in code
        is_framed = last in {"title", "question"} and stem in DASHBOARDS
        assert row["key"].removesuffix(".note") in code or is_made or is_framed, row["key"]
