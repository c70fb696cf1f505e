"""Tests of what the reference data says: names, groups, places and codes."""

import pytest

from streams.reference import Reference, packaged


@pytest.fixture(scope="module")
def reference() -> Reference:
    """The reference data that ships."""
    return packaged()


def test_rare_earths_and_their_magnets_are_one_group(reference: Reference) -> None:
    """The supply group is what a situation is about; every mineral has one with a name in both languages."""
    assert {"neodymium", "ndpr", "dysprosium", "ndfeb_magnets"} <= set(reference.members("rare_earths"))
    assert reference.members("graphite") == ("graphite_natural", "graphite_synthetic")
    assert reference.group_of("terbium") == "rare_earths"
    for mineral in reference.minerals.values():
        assert reference.group_name(mineral.supply_group, "en") != mineral.supply_group
        assert all(mineral.name.get(language) for language in ("en", "ja", "zh"))
        assert all(mineral.use.get(language) for language in ("en", "ja"))


def test_one_word_for_rare_earths_in_japanese(reference: Reference) -> None:
    """The glossary's word is used, never mixed with the other one."""
    assert reference.group_name("rare_earths", "ja") == "レアアース"
    texts = [t for m in reference.minerals.values() for t in (*m.name.values(), *m.use.values())]
    texts += [t for w in reference.wordings.values() for t in w.values()]
    assert not any("希土類" in text for text in texts)


def test_names_in_lists_lead_to_minerals(reference: Reference) -> None:
    """A list of events may say graphite or silicon; unknown names lead to nothing."""
    assert reference.mineral_ids("graphite") == ("graphite_natural", "graphite_synthetic")
    assert reference.mineral_ids("silicon") == ("silicon_metal", "ferrosilicon", "polysilicon")
    assert reference.mineral_ids("rare_earths") == ("rare_earths",)
    assert reference.mineral_ids("gallium") == ("gallium",)
    assert reference.mineral_ids("unobtainium") == ()


@pytest.mark.parametrize(
    ("text", "place_id"),
    [
        ("chokepoint1", "chokepoint1"),
        ("suez canal", "chokepoint1"),
        ("スエズ運河", "chokepoint1"),
        ("Strait of Malacca", "chokepoint5"),
        ("Bab el-Mandeb Strait", "chokepoint4"),
        ("苏伊士运河", "chokepoint1"),
        ("CNSHA", "CNSHA"),
        ("Shanghai", "CNSHA"),
        ("八戸", "JPHHE"),
    ],
)
def test_a_place_is_found_by_id_and_by_name(reference: Reference, text: str, place_id: str) -> None:
    """Names in any language and case lead to the id that series carry."""
    place = reference.place_named(text)
    assert place is not None
    assert place.place_id == place_id


def test_an_unknown_place_is_none(reference: Reference) -> None:
    """A name that nothing is called leads nowhere."""
    assert reference.place_named("the moon") is None
    assert reference.group_name("the moon", "ja") == "the moon"


def test_codes_of_three_revisions_lead_to_the_mineral(reference: Reference) -> None:
    """HS 2022 split headings: the code of each revision leads to the mineral, and not the code of another one."""
    assert "rhenium" in reference.hs_minerals("811292", "2017")
    assert "rhenium" not in reference.hs_minerals("811292", "2022")
    assert reference.hs_minerals("811241", "2022") == ("rhenium",)
    assert reference.hs_minerals("811241", "2017") == ()
    for revision in ("2012", "2017"):
        assert reference.hs_minerals("810600", revision) == ("bismuth",)
        assert reference.hs_minerals("810610", revision) == ()
    assert reference.hs_minerals("810610", "2022") == ("bismuth",)
    for revision in ("2012", "2017", "2022"):
        assert reference.hs_minerals("250410", revision) == ("graphite_natural",)
        assert "gallium" in reference.hs_minerals("811292", revision)


def test_a_pooled_code_names_all_it_may_hold(reference: Reference) -> None:
    """Six digits that pool minerals can prove nothing about one of them."""
    assert set(reference.hs_minerals("811292")) == {"gallium", "germanium", "indium", "niobium", "vanadium"}


def test_only_published_unit_prices_are_floors(reference: Reference) -> None:
    """An upside threshold, a minimum revenue and an announced scheme are told apart from a floor."""
    floors = [f for f in reference.floors if f.kind == "floor"]
    assert {f.mineral_id for f in floors} == {"ndpr"}
    assert {(f.value, f.unit) for f in floors} == {(110.0, "USD/kg")}


def test_a_target_is_no_cover(reference: Reference) -> None:
    """Japan publishes targets only: none of its rows is a cover."""
    rows = [row for rows in reference.stocks.values() for row in rows]
    assert {row.participant_iso3 for row in rows if row.kind == "cover"} == {"USA"}
    assert all(row.days > 0 for row in rows if row.kind in ("cover", "target"))
