"""Promise: natural events come once, as the source rates them, with the groups of what lies near them."""

import itertools

import msgspec
import pytest

from services.clock import iso_time
from streams.observations import HazardObservation
from tests.fakes.sources.gdacs import GdacsPlayer, event
from tests.fakes.web import always, reply
from tests.feeding import NOW, archive_in_memory
from tests.live import LiveRig, rig_of


def played(rig: LiveRig) -> GdacsPlayer:
    """The player of the rig."""
    assert isinstance(rig.player, GdacsPlayer)
    return rig.player


def hazards(rig: LiveRig, cursor: str = "") -> dict[str, HazardObservation]:
    """The events that a reading brings, by id."""
    return {h.event_id: h for batch in rig.feed.poll(cursor).batches for h in batch.hazards}


def test_an_event_keeps_the_scales_of_its_source() -> None:
    """Level, score and severity as GDACS gives them; times are UTC; the link is a text or an object."""
    rig = rig_of("gdacs")
    rig.player.state = "more"
    found = hazards(rig)
    first, second = found["gdacs:EQ:1"], found["gdacs:EQ:2"]
    assert (first.alert_level, first.alert_score, first.severity, first.severity_unit) == ("Orange", 2.0, 6.8, "M")
    assert (iso_time(first.occurred_at), first.countries, first.is_current) == ("2026-09-18T04:00:00Z", ("CHN",), True)
    assert (first.address, second.address) == ("https://www.gdacs.org/report.aspx?eventid=1", "https://gdacs.org/2")
    assert (second.severity, second.severity_unit) == (None, "")


def test_points_count_and_polygons_of_the_same_event_do_not() -> None:
    """An event that is repeated as areas is one event, wherever in the list its point stands."""
    rig = rig_of("gdacs")
    area = event(1)
    area["geometry"] = {"type": "Polygon", "coordinates": [[[1, 2], [3, 4], [5, 6]]]}
    played(rig).events = [area, event(1), event(1), area]
    poll = rig.feed.poll("")
    assert poll.dead_letters == ()
    assert {h.event_id for batch in poll.batches for h in batch.hazards} == {"gdacs:EQ:1"}
    assert {batch.group for batch in poll.batches} >= {"rare_earths"}
    assert all(len(batch.hazards) == 1 for batch in poll.batches)


def test_far_from_everything_concerns_nobody_and_is_no_silence() -> None:
    """An event in the open ocean reaches no group; the source is heard all the same."""
    rig = rig_of("gdacs")
    played(rig).events = [event(9, at=[-123.4, -48.9])]
    poll = rig.feed.poll("")
    assert (poll.batches, poll.not_relevant) == ((), 1)
    assert poll.content_at is not None


def test_404_means_that_nothing_happened() -> None:
    """Some forms answer so; serious and lesser events are asked for apart."""
    rig = rig_of("gdacs")
    rig.player.state = "empty"
    poll = rig.feed.poll("")
    assert (poll.batches, poll.dead_letters, poll.read) == ((), (), 0)
    assert {q["alertlevel"] for q in played(rig).queries} == {"Orange;Red", "Green"}


def test_a_level_that_rises_is_another_observation_of_the_event() -> None:
    """Told again in other words it is known from then on, for the same groups; the first stays."""
    rig = rig_of("gdacs")
    with archive_in_memory() as (archive, database):
        with database.begin() as connection:
            first = rig.feed.poll("")
            archive.keep(connection, first)
        played(rig).events = [event(1, alertlevel="Red", datemodified="2026-09-21T15:00:00")]
        rig.now = NOW + 3_600
        with database.begin() as connection:
            fresh = archive.keep(connection, rig.feed.poll(first.cursor))
        levels = {(h.alert_level, iso_time(h.known_at)) for batch in fresh for h in batch.hazards}
        assert levels == {("Red", "2026-09-21T15:00:00Z")}


def test_a_full_answer_is_said() -> None:
    """How many one answer holds is not known for certain: a hundred events may have left some out."""
    rig = rig_of("gdacs", since="2026-09-15")
    played(rig).events = [event(n) for n in range(100)]
    assert any("may be more events" in note for note in rig.feed.poll("").notes)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"type": "FeatureCollection", "features": []}'])
def test_nothing_in_any_form_is_no_trouble(body: bytes) -> None:
    """A 204, a bare list or a collection of nothing, in place of the 404 of some forms."""
    rig = rig_of("gdacs")
    rig.web.rule = always(body, 204 if not body else 200)
    poll = rig.feed.poll("")
    assert (poll.batches, poll.dead_letters, poll.notes, poll.read) == ((), (), (), 0)


def test_a_service_that_ignores_the_level_tells_each_event_once() -> None:
    """The case of its parameters was seen both ways: if it takes none of ours, all events come twice and count once."""
    rig = rig_of("gdacs")
    told = [event(1), event(2, alertlevel="Green")]
    bodies = itertools.cycle([told, told[::-1]])
    rig.web.rule = lambda request: reply(msgspec.json.encode({"features": next(bodies)}))
    poll = rig.feed.poll("")
    assert poll.dead_letters == ()
    for batch in poll.batches:
        assert sorted(h.event_id for h in batch.hazards) == ["gdacs:EQ:1", "gdacs:EQ:2"]


def test_an_event_is_known_by_its_kind_and_number() -> None:
    """Numbers begin anew in each kind; whether it goes on is a word or a truth value, countries may be a list."""
    rig = rig_of("gdacs")
    listed = [{"iso2": "MN", "iso3": "MNG", "countryname": "Mongolia"}]
    storm = event(1, eventtype="TC", iscurrent=False, affectedcountries=listed)
    played(rig).events = [event(1), storm]
    found = hazards(rig)
    assert {name: h.is_current for name, h in found.items()} == {"gdacs:EQ:1": True, "gdacs:TC:1": False}
    assert (found["gdacs:EQ:1"].countries, found["gdacs:TC:1"].countries) == (("CHN",), ("CHN", "MNG"))
