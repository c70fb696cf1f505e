"""Promise: PortWatch is read through its traps: renamed columns, cut answers, errors and nothing with status 200."""

from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from services.clock import iso_day
from services.errors import SourceFailed
from services.feeds.files import FileFeed
from services.feeds.manifest import read_manifest
from services.reasons import Reason
from tests.fakes.sources.portwatch import PortWatchPlayer
from tests.fakes.web import always, reply
from tests.feeding import NOW, REFERENCE, archive_in_memory, read_title, runs_of
from tests.live import LiveRig, rig_of

KIT = Path(__file__).parents[4] / "benchmarks" / "shared_data.toml"
SUEZ = "count:chokepoint1:total"
DAY = 86_400


def played(rig: LiveRig) -> PortWatchPlayer:
    """The player of the rig."""
    assert isinstance(rig.player, PortWatchPlayer)
    return rig.player


def suez(rig: LiveRig, cursor: str = "") -> dict[str, float | None]:
    """Transits of Suez by day, as a reading brings them."""
    run = runs_of(rig.feed.poll(cursor))[SUEZ]
    return dict(zip(map(iso_day, run.occurred_at), run.values, strict=True))


@pytest.mark.parametrize("day_name", ["date", "date_", "date_v2"])
@pytest.mark.parametrize("as_number", [False, True])
def test_the_day_is_found_by_its_alias_as_text_and_as_number(day_name: str, as_number: bool) -> None:
    """The column flapped between two names, its type between text and number: the layer says what it is today."""
    rig = rig_of("portwatch")
    played(rig).day_name, played(rig).as_number = day_name, as_number
    assert suez(rig) == {"2026-09-10": 70.0, "2026-09-11": 70.0}
    assert all(f"{day_name} >= DATE '" in q["where"] for q in played(rig).queries if "Daily" in q["service"])


def test_an_answer_that_is_cut_is_followed_by_its_last_objectid() -> None:
    """However few rows an answer holds, all of them come, each once, by ObjectId and never by offset."""
    rig = rig_of("portwatch")
    played(rig).state, played(rig).page = "more", 2
    poll = rig.feed.poll("")
    assert runs_of(poll)[SUEZ].values
    counts = [len(run.values) for batch in poll.batches for run in batch.runs if run.series.series_id.endswith(SUEZ)]
    assert sum(counts) == 3
    assert all(
        "resultOffset" not in q and q.get("orderByFields", "ObjectId") == "ObjectId" for q in played(rig).queries
    )


def test_nothing_after_a_cut_answer_is_unknown() -> None:
    """A page says that more follows, and nothing does: the window is not taken for read, and comes whole later."""
    rig = rig_of("portwatch")
    played(rig).state, played(rig).page = "more", 2
    whole = rig.web.rule

    def starved(request: httpx.Request) -> httpx.Response:
        where = request.url.params.get("where", "")
        is_later = " > " in where and not where.endswith("> -1")
        return reply(b'{"features": []}') if is_later else whole(request)

    rig.web.rule = starved
    with pytest.raises(SourceFailed) as failed:
        rig.feed.poll("")
    assert failed.value.reason is Reason.ERROR_IN_ANSWER
    rig.web.rule = whole
    rig.time.at_ms += DAY * 1_000  # its breaker has closed
    runs = [run for batch in rig.feed.poll("").batches for run in batch.runs]
    assert sum(len(run.values) for run in runs if run.series.series_id.endswith(SUEZ)) == 3


def test_an_error_with_status_200_is_a_failure() -> None:
    """`{"error": …}` is asked again after growing waits, then said; nothing of the provider's text is."""
    rig = rig_of("portwatch")
    rig.web.rule = always(b'{"error": {"code": 400, "message": "secret"}}')
    with pytest.raises(SourceFailed) as failed:
        rig.feed.poll("")
    assert (failed.value.reason, failed.value.detail) == (Reason.ERROR_IN_ANSWER, "status 200, and in it an error 400")
    waits = [b - a for a, b in zip(rig.web.asked_at, rig.web.asked_at[1:], strict=False)]
    assert waits == [30, 60, 120, 240]


def test_nothing_with_status_200_is_unknown_and_the_mark_stays() -> None:
    """An empty list under load is asked for again alone; then it is a note, never zero, and the days are read later."""
    rig = rig_of("portwatch")
    first = rig.feed.poll("")
    rig.player.state = "empty"
    rig.now = NOW + DAY
    poll = rig.feed.poll(first.cursor)
    assert (poll.batches, poll.dead_letters, poll.cursor) == ((), (), first.cursor)
    assert "no rows: unknown, not zero" in poll.notes[0]
    rig.player.state = "more"
    rig.time.wait(DAY)
    assert suez(rig, poll.cursor)["2026-09-12"] == 70.0


def test_a_revision_of_a_day_is_kept_beside_the_first_value() -> None:
    """The newest three weeks are read each time: another count for a day is a vintage, known when it was read."""
    rig = rig_of("portwatch")
    with archive_in_memory() as (archive, database):
        with database.begin() as connection:
            first = rig.feed.poll("")
            archive.keep(connection, first)
        played(rig).transits["2026-09-10", "chokepoint1"] = 35.0
        rig.now = NOW + DAY
        with database.begin() as connection:
            fresh = archive.keep(connection, rig.feed.poll(first.cursor))
        assert [run.values for batch in fresh for run in batch.runs if run.series.series_id.endswith(SUEZ)] == [[35.0]]
        series = f"portwatch/chokepoints:{SUEZ}"
        assert archive.as_known_at(series, NOW).values == [70.0, 70.0]
        assert archive.as_known_at(series, NOW + DAY).values == [35.0, 70.0]


def test_ports_are_those_of_the_reference_data_whatever_the_spelling_of_their_codes() -> None:
    """`CN TXG` and `CNTXG` are one port; Yangshan is known without asking; young rows are provisional."""
    poll = rig_of("portwatch").feed.poll("")
    runs = runs_of(poll)
    assert {run.series.route for run in runs.values() if run.series.family == "port_calls"} == {"CNTXG", "CNSHA"}
    assert runs["count:CNTXG:total"].values == [70.0, 70.0]
    assert all(runs[SUEZ].provisional)


def test_days_are_known_eight_days_later_and_never_after_they_were_read() -> None:
    """As in the kit: eight days after, or when read if that was earlier."""
    run = runs_of(rig_of("portwatch").feed.poll(""))[SUEZ]
    assert [iso_day(at) for at in run.known_at] == ["2026-09-18", "2026-09-19"]


def test_what_was_imported_and_what_is_polled_is_one_series(tmp_path: Path) -> None:
    """A history by the kit's manifest, then the source: its days are duplicates, and only what is new is applied."""
    heads = "n_total,n_container,n_dry_bulk,n_general_cargo,n_roro,n_tanker,n_cargo,capacity,capacity_container,"
    heads += "capacity_dry_bulk,capacity_general_cargo,capacity_roro,capacity_tanker"
    lines = [f"date,portid,{heads}"]
    lines += [f"2026/09/{d} 00:00:00+00,chokepoint1,70,10,10,10,10,10,10,5000000,1,1,1,1,1" for d in ("09", "10", "11")]
    (tmp_path / "shipments").mkdir()
    file = tmp_path / "shipments" / "portwatch_daily_chokepoints.csv"
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    imported = FileFeed(read_manifest(KIT.read_bytes()), tmp_path, REFERENCE, lambda: NOW, read_title).poll("")
    rig = rig_of("portwatch")
    played(rig).state, played(rig).straits = "more", ("chokepoint1",)
    with archive_in_memory() as (archive, database), database.begin() as connection:
        archive.keep(connection, imported)
        fresh = archive.keep(connection, rig.feed.poll(""))
    days = {iso_day(at) for b in fresh for run in b.runs if run.series.route == "chokepoint1" for at in run.occurred_at}
    assert days == {"2026-09-12"}


def test_days_that_are_not_published_yet_are_no_trouble() -> None:
    """A window of the last days alone has no rows until the next release: asked once, and the mark moves on."""
    rig = rig_of("portwatch", since="2026-08-21")
    played(rig).days = tuple(f"2026-09-{day:02d}" for day in range(1, 13))
    poll = rig.feed.poll("")
    assert ('"reached":"2026-09-21"' in poll.cursor, poll.notes, rig.client.standing.failures) == (True, (), 0)


def test_a_full_answer_is_followed_though_it_does_not_say_that_it_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand rows are a cut answer whatever its flag: the next page begins after the last ObjectId."""
    rig = rig_of("portwatch")
    played(rig).straits = ("chokepoint1",) * 80
    played(rig).days = tuple(f"2026-09-{day:02d}" for day in range(1, 21))
    listed = PortWatchPlayer._listed
    monkeypatch.setattr(PortWatchPlayer, "_listed", lambda self, rows, is_cut: listed(self, rows, False))
    rig.feed.poll("")
    after = [int(q["where"].rpartition("> ")[2]) for q in played(rig).queries if "Chokepoints" in q["service"]]
    assert (len(after), after[0], after[-1] > 1_000) == (2, -1, True)


@pytest.mark.parametrize("page", [2, 1_000])
def test_days_come_in_order_though_objectids_do_not(page: int) -> None:
    """ObjectId order is not the order of days: every day comes, and each run is in order of days."""
    rig = rig_of("portwatch")
    played(rig).days, played(rig).page = ("2026-09-12", "2026-09-10", "2026-09-11"), page
    found = [run for b in rig.feed.poll("").batches for run in b.runs if run.series.series_id.endswith(SUEZ)]
    assert all(run.occurred_at == sorted(run.occurred_at) for run in found)
    days = sorted(iso_day(at) for run in found for at in run.occurred_at)
    assert days == ["2026-09-10", "2026-09-11", "2026-09-12"]


def test_an_answer_that_stalls_is_asked_for_again_and_what_came_before_it_is_kept() -> None:
    """Under load a query stalls: it is waited for with growing pauses; the straits stay, the window is read again."""
    rig = rig_of("portwatch")
    plain = rig.web.rule

    def stalls(request: httpx.Request) -> httpx.Response:
        if "Daily_Ports_Data/FeatureServer/0/query" in request.url.path:
            raise httpx.ReadTimeout("stalls", request=request)
        return plain(request)

    rig.web.rule = stalls
    poll = rig.feed.poll("")
    assert {run.series.family for run in runs_of(poll).values()} == {"chokepoint_transits"}
    assert any("timed_out" in note for note in poll.notes)
    assert '"reached":""' in poll.cursor or "reached" not in poll.cursor
    assert [b - a for a, b in pairwise(rig.web.asked_at[-5:])] == [30, 60, 120, 240]
    rig.web.rule = plain
    rig.time.wait(3_600)
    assert "count:CNTXG:total" in runs_of(rig.feed.poll(poll.cursor))


def test_without_the_ports_the_straits_are_read() -> None:
    """A service that was renamed, as that of the ports once was, is said; the other one is read all the same."""
    rig = rig_of("portwatch")
    plain = rig.web.rule
    rig.web.rule = lambda request: reply(status=404) if "Daily_Ports_Data" in request.url.path else plain(request)
    poll = rig.feed.poll("")
    assert runs_of(poll)[SUEZ].values == [70.0, 70.0]
    assert any("HTTP 404" in note for note in poll.notes)
