"""Tests of impact: the arithmetic of severity, the choice of figures, and what is unknown."""

import datetime
from importlib.resources import files

import msgspec
import pytest

from streams import thresholds
from streams.assessments import Impact, Severity
from streams.impact import Cause, ImpactParameters, ImpactQuestion, alternatives, impacts
from streams.notices.readings import ActKind
from streams.reasons import Reason
from streams.reference import Reference, load, packaged
from streams.reference.tables import TABLES
from streams.signals import Hazard

BOTH = ("USA", "JPN")
PARAMETERS = thresholds.packaged().impact
SOURCE = "publisher,publication,published,address,confidence"


@pytest.fixture(scope="module")
def reference() -> Reference:
    """The reference data that ships."""
    return packaged()


def at(day: str) -> int:
    """Noon of an ISO day, in seconds."""
    return int(datetime.datetime.fromisoformat(f"{day}T12:00+00:00").timestamp())


def question(group: str, origin: str, day: str, kind: ActKind, *targets: str) -> ImpactQuestion:
    """A question about an act."""
    return ImpactQuestion(
        hazard=Hazard.RESTRICTION,
        group=group,
        origin=origin,
        causes=(Cause(targets or ("ALL",), act=kind),),
        at=at(day),
    )


def ask(asked: ImpactQuestion, reference: Reference, parameters: ImpactParameters = PARAMETERS) -> dict[str, Impact]:
    """The impacts by participant."""
    return {impact.participant: impact for impact in impacts(asked, reference, parameters, BOTH)}


@pytest.mark.parametrize("mineral", ["gallium", "germanium"])
def test_the_licences_of_july_2023_are_severe_for_both(reference: Reference, mineral: str) -> None:
    """A licence is no loss, but from one country that makes nearly all of it: severe after the single-point step."""
    found = ask(question(mineral, "CHN", "2023-07-03", ActKind.EXPORT_LICENSING), reference)
    assert {i.severity for i in found.values()} == {Severity.SEVERE}
    assert all(i.single_point for i in found.values())


def test_at_stake_is_the_product_of_the_parts_that_are_shown(reference: Reference) -> None:
    """Reliance × world share × loss × (1 − substitutable), of which days of cover bridge a part of the year."""
    usa = ask(question("gallium", "CHN", "2023-07-03", ActKind.EXPORT_LICENSING), reference)["USA"]
    assert (usa.reliance.value, usa.world_share.value, usa.loss_fraction, usa.substitutable) == (100.0, 98.4, 0.15, 0.0)
    assert usa.at_stake == pytest.approx(1.0 * 0.984 * 0.15)
    assert usa.cover.value == 65.0
    assert usa.uncovered == pytest.approx(0.984 * 0.15 * (1 - 65 / 365))
    assert usa.reason is Reason.COMPUTED


def test_no_published_cover_is_said_and_the_target_is_a_target(reference: Reference) -> None:
    """Japan's stocks are undisclosed: no cover, no reduction, and the target stands by itself."""
    japan = ask(question("gallium", "CHN", "2023-07-03", ActKind.EXPORT_LICENSING), reference)["JPN"]
    assert japan.cover.value is None
    assert japan.uncovered == japan.at_stake
    assert (japan.cover_target.value, japan.cover_target.unit) == (42.0, "days")


def test_a_bound_counts_as_the_bound_and_keeps_its_sign(reference: Reference) -> None:
    """More than half is computed as half, and said to be at least that."""
    japan = ask(question("gallium", "CHN", "2023-07-03", ActKind.EXPORT_LICENSING), reference)["JPN"]
    assert (japan.reliance.value, japan.reliance.bound) == (50.0, ">")
    assert japan.at_stake == pytest.approx(0.5 * 0.984 * 0.15)
    assert japan.reason is Reason.AT_LEAST


def test_what_is_minor_by_a_lower_bound_alone_is_unknown(reference: Reference) -> None:
    """Half of 59 % of a licence's 15 % is minor; "more than half" of it may be more, and an act on it has to ring."""
    usa = ask(question("germanium", "CHN", "2026-06-01", ActKind.EXPORT_LICENSING), reference)["USA"]
    assert (usa.reliance.value, usa.reliance.bound, usa.world_share.value) == (50.0, ">", 59.2)
    assert usa.at_stake == pytest.approx(0.5 * 0.592 * 0.15)
    assert (usa.severity, usa.reason) == (Severity.UNKNOWN, Reason.AT_LEAST)
    planted = ask(question("germanium", "CHN", "2026-06-01", ActKind.TECHNOLOGY_CONTROL), reference)["USA"]
    assert planted.severity is Severity.MINOR, "minor even if all of it were imported"


def test_an_act_against_all_puts_the_world_share_at_stake_and_shows_the_own_share(reference: Reference) -> None:
    """Both shares are there, whichever counts."""
    usa = ask(question("gallium", "CHN", "2023-07-03", ActKind.EXPORT_LICENSING), reference)["USA"]
    assert (usa.world_share.value, usa.own_share.value) == (98.4, 18.0)
    assert (usa.partner, usa.through_partner.value) == ("JPN", 22.0)


def test_an_act_against_one_puts_its_own_import_share_at_stake(reference: Reference) -> None:
    """The other side has at stake what reaches it by way of the one that is hit."""
    found = ask(question("gallium", "CHN", "2024-12-03", ActKind.EXPORT_BAN, "USA"), reference)
    assert found["USA"].at_stake == pytest.approx(1.0 * 0.18 * 1.0)
    assert found["USA"].targeted
    assert not found["JPN"].targeted
    assert not found["JPN"].single_point
    assert found["JPN"].partner == "USA"
    assert (found["JPN"].reliance.bound, found["JPN"].through_partner.bound) == (">", "<")
    assert found["JPN"].reason is Reason.ROUGHLY
    against_japan = ask(question("gallium", "CHN", "2024-12-03", ActKind.EXPORT_BAN, "JPN"), reference)
    assert against_japan["USA"].at_stake == pytest.approx(1.0 * 0.22 * 1.0)


def test_a_stop_that_customs_show_is_a_quarter_of_a_year(reference: Reference) -> None:
    """Whatever the act says: where nothing leaves, a quarter is lost, until the next figures say more."""
    licence = question("graphite", "CHN", "2024-02-20", ActKind.EXPORT_LICENSING)
    stopped = msgspec.structs.replace(licence, causes=(*licence.causes, Cause(("ALL",), fall=1.0)))
    assert ask(licence, reference)["USA"].severity is Severity.SEVERE
    assert ask(stopped, reference)["USA"].severity is Severity.EXTREME
    usa = ask(stopped, reference)["USA"]
    assert usa.loss_fraction == pytest.approx(90 / 365)
    assert (usa.missing, usa.missing_days) == (1.0, 90.0)
    assert ask(licence, reference)["USA"].missing is None


def test_an_act_against_one_and_another_against_all_are_not_one_against_all(reference: Reference) -> None:
    """A ban on exports to the United States leaves Japan with the licences that hold for everybody."""
    licence = question("gallium", "CHN", "2024-12-03", ActKind.EXPORT_LICENSING)
    both = msgspec.structs.replace(licence, causes=(*licence.causes, Cause(("USA",), act=ActKind.EXPORT_BAN)))
    found = ask(both, reference)
    assert found["JPN"].loss_fraction == 0.15
    assert found["JPN"].at_stake == ask(licence, reference)["JPN"].at_stake
    assert found["USA"].loss_fraction == 1.0
    assert found["USA"].at_stake == pytest.approx(0.18)


def test_a_flow_to_one_that_stops_is_no_stop_at_the_source(reference: Reference) -> None:
    """Nothing more arrives in one country while the world lost four fifths: each part is held against its own share."""
    asked = question("graphite", "CHN", "2024-02-20", ActKind.EXPORT_LICENSING)
    asked = msgspec.structs.replace(asked, minerals=("graphite_natural",))
    falls = (Cause(("ALL",), fall=0.79), Cause(("KOR",), fall=1.0), Cause(("USA",), fall=1.0))
    usa = ask(msgspec.structs.replace(asked, causes=(*asked.causes, *falls)), reference)["USA"]
    assert usa.missing == 0.79
    assert usa.at_stake == pytest.approx((usa.world_share.value or 0) / 100 * 0.79 * 90 / 365)
    assert usa.severity is Severity.SEVERE


def test_one_country_above_the_share_lifts_severity_one_step(reference: Reference) -> None:
    """The step is taken above the single-point share only."""
    asked = question("nickel", "IDN", "2020-01-01", ActKind.EXPORT_BAN)
    assert not ask(asked, reference)["USA"].single_point
    lower = msgspec.structs.replace(PARAMETERS, single_point_share_percent=50.0)
    assert ask(asked, reference)["USA"].severity is Severity.SEVERE
    assert ask(asked, reference, lower)["USA"].severity is Severity.EXTREME


def test_a_relief_takes_nothing_away(reference: Reference) -> None:
    """A suspension alone is minor, single point or not."""
    found = ask(question("gallium", "CHN", "2023-07-03", ActKind.SUSPENSION), reference)
    assert {i.severity for i in found.values()} == {Severity.MINOR}


def test_a_figure_that_was_not_known_then_says_so(reference: Reference) -> None:
    """A figure about a later year, or published in one, is marked; an older one is not, and is preferred."""
    usa = ask(question("germanium", "CHN", "2023-07-03", ActKind.EXPORT_LICENSING), reference)["USA"]
    assert (usa.world_share.value, usa.world_share.year) == (83.0, "2020")
    assert not usa.world_share.younger_than_event
    assert usa.reliance.year == "2025"
    assert usa.reliance.younger_than_event
    later = ask(question("germanium", "CHN", "2024-12-03", ActKind.EXPORT_BAN), reference)["USA"]
    assert (later.world_share.value, later.world_share.year) == (59.2, "2023")


def test_an_unconfirmed_row_is_used_only_where_nothing_else_is(reference: Reference) -> None:
    """The 94 percent of an incomplete count (C) never beats a confirmed figure; alone it is used, and marked C."""
    germanium = ask(question("germanium", "CHN", "2026-01-05", ActKind.EXPORT_BAN), reference)["USA"]
    assert germanium.world_share.value == 59.2
    antimony = ask(question("antimony", "CHN", "2024-08-15", ActKind.EXPORT_LICENSING), reference)["USA"]
    assert antimony.world_share.source is not None
    assert antimony.world_share.source.confidence == "C"


def test_a_single_rare_earth_speaks_through_its_group(reference: Reference) -> None:
    """Where a member has no figure the group's is taken, and the figure says whose it is."""
    asked = question("rare_earths", "CHN", "2025-04-04", ActKind.EXPORT_LICENSING)
    neodymium = ask(msgspec.structs.replace(asked, minerals=("neodymium",)), reference)["USA"]
    assert neodymium.mineral == "neodymium"
    assert neodymium.world_share.mineral == "ndpr"
    assert neodymium.reliance.mineral == "rare_earths"
    holmium = ask(msgspec.structs.replace(asked, minerals=("holmium",)), reference)["JPN"]
    assert holmium.world_share.mineral == "dysprosium"


def test_the_worst_member_speaks_for_the_act(reference: Reference) -> None:
    """An act that names seven members is as severe as the member that is hit hardest, and names it."""
    asked = question("rare_earths", "CHN", "2025-04-04", ActKind.EXPORT_LICENSING)
    named = msgspec.structs.replace(asked, minerals=("scandium", "terbium", "yttrium"))
    assert ask(named, reference)["USA"].mineral == "terbium"


@pytest.mark.parametrize(
    ("hazard", "group", "origin", "kinds", "reason"),
    [
        (Hazard.MARKET, "nickel", "RUS", (), Reason.NOT_A_SUPPLY_LOSS),
        (Hazard.LOGISTICS, "chokepoint1", "", (), Reason.NO_MINERAL),
        (Hazard.RESTRICTION, "gallium", "CHN", (), Reason.LOSS_UNKNOWN),
        (Hazard.RESTRICTION, "gallium", "", (ActKind.EXPORT_BAN,), Reason.SHARE_UNKNOWN),
        (Hazard.RESTRICTION, "hafnium", "FRA", (ActKind.EXPORT_BAN,), Reason.RELIANCE_UNKNOWN),
    ],
)
def test_what_cannot_be_computed_is_unknown_with_its_reason(
    reference: Reference, hazard: Hazard, group: str, origin: str, kinds: tuple[ActKind, ...], reason: Reason
) -> None:
    """A route, a price, and a missing part give Unknown, never zero."""
    causes = tuple(Cause(("ALL",), act=kind) for kind in kinds)
    asked = ImpactQuestion(hazard=hazard, group=group, origin=origin, causes=causes, at=at("2023-07-03"))
    usa = ask(asked, reference)["USA"]
    assert (usa.severity, usa.at_stake, usa.uncovered, usa.reason) == (Severity.UNKNOWN, None, None, reason)
    assert not usa.single_point


@pytest.mark.parametrize(
    ("origin", "kind", "severity", "reason"),
    [
        ("IDN", ActKind.EXPORT_LICENSING, Severity.MINOR, Reason.SMALL_WHATEVER_RELIANCE),
        ("IDN", ActKind.EXPORT_BAN, Severity.UNKNOWN, Reason.RELIANCE_UNKNOWN),
        ("CHN", ActKind.EXPORT_LICENSING, Severity.UNKNOWN, Reason.RELIANCE_UNKNOWN),
    ],
)
def test_unknown_reliance_is_minor_only_where_all_of_it_would_be(
    reference: Reference, origin: str, kind: ActKind, severity: Severity, reason: Reason
) -> None:
    """Nobody publishes Japan's reliance on tin: licences on a sixth of the world are minor even if all is imported."""
    japan = ask(question("tin", origin, "2025-06-01", kind), reference)["JPN"]
    assert (japan.severity, japan.at_stake, japan.reason) == (severity, None, reason)


def test_an_unknown_share_may_be_any_share(reference: Reference) -> None:
    """Hafnium of a country whose share nobody publishes: nothing bounds it."""
    usa = ask(question("hafnium", "KAZ", "2025-06-01", ActKind.EXPORT_LICENSING), reference)["USA"]
    assert (usa.severity, usa.world_share.value) == (Severity.UNKNOWN, None)


def test_a_net_exporter_has_nothing_at_stake(reference: Reference) -> None:
    """E is a figure, not an unknown: nothing is at stake, and the figure says why."""
    usa = ask(question("beryllium", "KAZ", "2024-01-05", ActKind.EXPORT_BAN), reference)["USA"]
    assert (usa.reliance.value, usa.reliance.what) == (0.0, "net_exporter")


def test_a_third_participant_is_reference_rows_alone(reference: Reference) -> None:
    """Its own reliance rows in an overlay give it an impact; without them its severity is unknown."""
    asked = question("gallium", "CHN", "2024-01-05", ActKind.EXPORT_BAN)
    assert impacts(asked, reference, PARAMETERS, ("KOR",))[0].severity is Severity.UNKNOWN
    folder = files("streams.reference").joinpath("data")
    shipped = {name: folder.joinpath(name).read_bytes() for name in TABLES}
    row = "gallium,KOR,2023,,95,Korea International Trade Association,Yearbook 2023,2023,https://www.kita.net/,B"
    header = f"mineral_id,participant_iso3,year,form,net_import_reliance_percent,{SOURCE}"
    with_korea = load(shipped, [{"reliance.csv": f"{header}\n{row}".encode()}])
    assert impacts(asked, with_korea, PARAMETERS, ("KOR",))[0].severity is Severity.EXTREME


def test_alternatives_are_the_other_producers_of_the_stage(reference: Reference) -> None:
    """Largest first, of one source and year, without the origin; none for a pure route."""
    found = alternatives("nickel", "IDN", at("2025-06-01"), reference)
    assert [a.country for a in found[:2]] == ["PHL", "RUS"]
    assert {(a.share.stage, a.share.year) for a in found} == {("mine", "2024")}
    assert len(found) <= 5
    assert alternatives("chokepoint1", "", at("2021-03-24"), reference) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        msgspec.structs.replace(PARAMETERS, moderate=0.3),
        msgspec.structs.replace(PARAMETERS, loss=msgspec.structs.replace(PARAMETERS.loss, export_ban=1.5)),
        msgspec.structs.replace(PARAMETERS, single_point_share_percent=0.0),
        msgspec.structs.replace(PARAMETERS, horizon_days=0.0),
    ],
)
def test_thresholds_whose_relations_cannot_hold_are_refused(wrong: ImpactParameters) -> None:
    """Cut points rise and fractions lie between nothing and all."""
    with pytest.raises(ValueError, match=r"impact\."):
        wrong.check()


def test_the_question_can_be_a_key(reference: Reference) -> None:
    """Two equal questions are one: an assessor may remember the answer."""
    first = question("gallium", "CHN", "2023-07-03", ActKind.EXPORT_LICENSING)
    assert hash(first) == hash(msgspec.structs.replace(first))
    assert impacts(first, reference, PARAMETERS, BOTH) == impacts(first, reference, PARAMETERS, BOTH)
