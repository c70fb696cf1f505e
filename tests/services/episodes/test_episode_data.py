"""Tests of the recorded episodes: what ships can be read, is attributed, and shows what it says that it shows."""

import re
from collections import defaultdict
from importlib.resources import as_file
from pathlib import Path

import msgspec
import pytest

from services.episodes import Episode, folder_of, shipped
from services.feeds.base import Poll
from services.feeds.files import FileFeed
from services.feeds.manifest import Manifest, read_manifest
from streams.assessments import Level
from streams.engine import Engine, GroupState, Outcome
from streams.notices.reader import packaged_reader
from streams.observations import NoticeObservation, ObservationBatch, Run
from streams.reference import packaged as packaged_reference
from streams.signals import Signal
from streams.thresholds import packaged as packaged_thresholds

LATER = 1_790_000_000  # a time of reading after all episodes
MOST_FIGURES = 1_000
NOTICE = Path(__file__).parents[3] / "NOTICE"
EPISODES = shipped()
QUIET = [e for e in EPISODES if e.id.startswith("quiet-")]


def manifest_of(played: Episode) -> Manifest:
    """The episode's manifest."""
    return read_manifest(folder_of(played).joinpath("manifest.toml").read_bytes(), played.id)


def read(played: Episode) -> Poll:
    """All rows of an episode."""
    with as_file(folder_of(played)) as folder:
        feed = FileFeed(manifest_of(played), folder, packaged_reference(), lambda: LATER, packaged_reader().read)
        return feed.poll("")


def one_row(run: Run, at: int) -> Run:
    """The row of a run at a place, as a run."""
    return msgspec.structs.replace(
        run,
        occurred_at=[run.occurred_at[at]],
        known_at=[run.known_at[at]],
        values=[run.values[at]],
        rows=[run.rows[at]],
        provisional=[run.provisional[at]],
        context={name: [column[at]] for name, column in run.context.items()},
    )


def play(played: Episode) -> list[tuple[int, Outcome]]:
    """What each instant at which something became known gave, in order of known_at and group."""
    runs: dict[tuple[int, str], list[Run]] = defaultdict(list)
    notices: dict[tuple[int, str], list[NoticeObservation]] = defaultdict(list)
    for batch in read(played).batches:
        for notice in batch.notices:
            notices[notice.known_at, batch.group].append(notice)
        for run in batch.runs:
            for at, known_at in enumerate(run.known_at):
                runs[known_at, batch.group].append(one_row(run, at))
    engine = Engine(packaged_thresholds(), packaged_reference(), ("USA", "JPN"))
    states: dict[str, GroupState] = defaultdict(GroupState)
    found = []
    for known_at, group in sorted({*runs, *notices}):
        key = (known_at, group)
        batch = ObservationBatch(group=group, feed=played.id, runs=runs[key], notices=notices[key])
        found.append((known_at, engine.apply(states[group], batch)))
    return found


def signals_in_play(played: Episode) -> list[Signal]:
    """The signals whose evidence became known while the episode is played."""
    outcomes = play(played)
    return [s for at, out in outcomes for s in out.signals if played.starts_at <= at <= played.ends_at]


@pytest.mark.parametrize("played", EPISODES, ids=lambda e: e.id)
def test_every_row_is_read_and_the_limit_of_figures_holds(played: Episode) -> None:
    """No dead letter, no missing file, at most a thousand figures, and at least one becomes known in play."""
    poll = read(played)
    assert not poll.dead_letters
    assert not poll.notes
    assert not poll.not_relevant
    figures = [(run, at) for b in poll.batches for run in b.runs for at in run.known_at]
    assert len(figures) <= MOST_FIGURES
    known = [at for _, at in figures] + [n.known_at for b in poll.batches for n in b.notices]
    assert any(played.starts_at <= at <= played.ends_at for at in known)
    assert max(known) <= played.ends_at


@pytest.mark.parametrize("played", EPISODES, ids=lambda e: e.id)
def test_every_episode_is_told_in_both_languages_and_attributed(played: Episode) -> None:
    """Title, summary and attribution are there; nothing comes from an exchange; the notice names the episode."""
    assert all(played.title.get(language) and played.summary.get(language) for language in ("en", "ja"))
    assert played.attribution
    assert played.id in NOTICE.read_text(encoding="utf-8")
    for entry in manifest_of(played).files:
        assert entry.publisher
        assert entry.publication
        said = f"{entry.publisher} {entry.publication} {entry.market}"
        assert not re.search(r"\b(LME|SHFE|GFEX|INE|exchange)\b", said, re.IGNORECASE)


@pytest.mark.parametrize("played", EPISODES, ids=lambda e: e.id)
def test_every_notice_has_its_official_number_and_an_address(played: Episode) -> None:
    """An act can be looked up, and its text says that it is a summary."""
    for batch in read(played).batches:
        for notice in batch.notices:
            assert notice.number
            assert notice.issuer
            assert notice.address.startswith("http")
    file = folder_of(played).joinpath("notices.jsonl")
    if file.is_file():
        assert all('"text": "Summary. ' in line for line in file.read_text(encoding="utf-8").splitlines())


def test_a_price_a_shipment_and_a_notice_detector_fire() -> None:
    """Together the episodes show every family of evidence at work while they are played."""
    fired = {signal.detector for played in EPISODES for signal in signals_in_play(played)}
    assert {"P1", "V1", "L1", "C1"} <= fired


@pytest.mark.parametrize("played", QUIET, ids=lambda e: e.id)
def test_a_quiet_episode_rings_nobody(played: Episode) -> None:
    """What the press called empty and the counts did not, gives no signal."""
    assert not signals_in_play(played)


def test_suez_is_seen_as_soon_as_its_counts_are_known() -> None:
    """The canal closes on 23 March 2021; eight days after, the fall is seen and the level is watch."""
    (played,) = (e for e in EPISODES if e.id == "suez-2021")
    first = min(signals_in_play(played), key=lambda s: s.known_at)
    assert (first.detector, first.route) == ("L1", "chokepoint1")
    assert first.known_at <= played.starts_at + 14 * 86_400
    levels = {a.level for at, out in play(played) if at >= played.starts_at for a in out.assessments}
    assert Level.WATCH in levels


def test_the_licences_of_july_2023_are_a_warning_at_once() -> None:
    """An official act on gallium and one on germanium: observed, severe, warning, on the day of the act."""
    (played,) = (e for e in EPISODES if e.id == "gallium-germanium-2023")
    first = [a for at, out in play(played) if at == played.starts_at + 4 * 86_400 - 60 for a in out.assessments]
    assert {(a.situation.group, a.level) for a in first} == {("gallium", Level.WARNING), ("germanium", Level.WARNING)}


def test_zero_exports_in_august_2023_join_the_act_as_a_second_family() -> None:
    """Customs show zero on 20 September: another family, another ring; the first licences of the 21st ring nobody."""
    (played,) = (e for e in EPISODES if e.id == "gallium-germanium-2023")
    last = [a for _, out in play(played) for a in out.assessments][-2:]
    assert {a.situation.group for a in last} == {"gallium", "germanium"}
    for assessment in last:
        assert {s.detector for s in assessment.signals} >= {"C1", "V1"}
        assert len(assessment.rings) == 2
