"""Documents that put suppliers on lists: which firm, which way, and what is only background."""

import pytest

from streams import reference
from streams.detectors.c1 import C1
from streams.detectors.c2 import C2, C2Parameters
from streams.notices.documents import Document
from streams.notices.listings import Listings, with_listings
from streams.notices.reader import packaged_reader
from streams.notices.readings import ActKind, Listed, Polarity
from streams.observations import NoticeObservation
from streams.signals import Certainty, Hazard, Phase
from streams.thresholds import packaged

REFERENCE = reference.packaged()
LISTINGS = Listings(REFERENCE)
READ = with_listings(packaged_reader(), REFERENCE)
THRESHOLDS = packaged()
AT = 1_523_000_000


def document(title: str, text: str = "", language: str = "en", issuer: str = "USA") -> Document:
    """One document of a state's office, or of the press where `issuer` is empty."""
    return Document(
        document_id="made:1", language=language, title=title, text=text, published_on="2018-04-06", issuer=issuer
    )


@pytest.mark.parametrize(
    ("title", "text", "language", "expected"),
    [
        ("Treasury designates oligarchs and companies", "OFAC today adds UC RUSAL to the SDN List.", "en", "impose"),
        ("Additions to the Entity List", "Added are (1) EN+ Group PLC; (2) United Company RUSAL.", "en", "impose"),
        ("OFAC delists Rusal", "It has removed UC Rusal from the Specially Designated Nationals List.", "en", "relax"),
        ("US lifts sanctions on Rusal", "", "en", "relax"),
        ("US sanctions Rusal", "", "en", "impose"),
        ("美国将俄铝列入实体清单", "", "zh", "impose"),
        ("美国解除对俄铝的制裁", "", "zh", "relax"),
        ("米財務省、ルサールを制裁対象に指定", "", "ja", "impose"),
        ("米財務省、ルサールへの制裁を解除", "", "ja", "relax"),
    ],
)  # fmt: skip
def test_a_firm_that_is_listed_is_found_with_the_way(title: str, text: str, language: str, expected: str) -> None:
    """By every name that it goes by, in three languages, with the span that names it; added or taken off."""
    made = document(title, text, language)
    listed, spans = LISTINGS.read(made, official=True)
    assert Listed("rusal", Polarity(expected)) in listed
    for span in spans:
        assert getattr(made, span.part)[span.start : span.end] == span.text


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Rusal reports record output", "Prices rose. Analysts expect more."),
        ("Additions to the Entity List", "Fourteen entities are added under the destination of China."),
        ("Carousals added to the Entity List", ""),
    ],
)
def test_without_a_list_or_without_the_firm_there_is_nothing(title: str, text: str) -> None:
    """A firm in the news, a list of strangers, and a name inside another word."""
    assert LISTINGS.read(document(title, text), official=True) == ((), ())


def test_background_far_down_on_a_page_of_the_press_is_not_counted() -> None:
    """An official annex is read to its end, a page of the press only where it says what it is about."""
    text = (
        "Aluminium rose on Monday. Traders were calm. Stocks fell. Output grew. Rusal was added to the SDN list then."
    )
    assert LISTINGS.read(document("Metals wrap", text), official=False) == ((), ())
    assert LISTINGS.read(document("Metals wrap", text), official=True)[0] == (Listed("rusal", Polarity.IMPOSE),)


def observed(made: Document) -> NoticeObservation:
    """The document as a feed gives it."""
    return NoticeObservation(
        document_id=made.document_id,
        feed="made",
        issuer="OFAC",
        number="1",
        language=made.language,
        title=made.title,
        address="",
        occurred_at=AT,
        known_at=AT + 3_600,
        evidence="ab" * 32,
        row=2,
        reading=READ(made),
    )


def test_the_supply_of_the_firms_country_is_what_may_fail() -> None:
    """The United States list a Russian supplier: a restriction of aluminium from Russia, observed, by its name."""
    notice = observed(document("OFAC adds UC RUSAL to the SDN List"))
    assert (notice.reading.is_relevant, notice.reading.matters) == (False, True)
    parameters = THRESHOLDS.parameters("C2", None)
    (found,) = C2(REFERENCE).observe(notice, "aluminium", parameters)
    assert (found.hazard, found.origin, found.minerals, found.claims) == (
        Hazard.RESTRICTION,
        "RUS",
        ("aluminium",),
        Certainty.OBSERVED,
    )
    assert found.act is not None
    assert (found.act.kind, found.act.actor, found.act.entity) == (ActKind.ENTITY_LISTING, "USA", "rusal")
    assert C2(REFERENCE).observe(notice, "gallium", parameters) == []
    assert C1(REFERENCE).observe(notice, "aluminium", THRESHOLDS.parameters("C1", None)) == []


def test_a_page_of_the_press_is_likely_and_a_removal_clears() -> None:
    """The same words without an office behind them; and what takes the firm off the list ends what put it there."""
    parameters = THRESHOLDS.parameters("C2", None)
    pages = [document("US sanctions Rusal", issuer=""), document("US lifts sanctions on Rusal", issuer="")]
    first, second = (C2(REFERENCE).observe(observed(page), "aluminium", parameters)[0] for page in pages)
    assert (first.claims, first.phase, second.phase) == (Certainty.LIKELY, Phase.RAISED, Phase.CLEARED)
    assert first.subject == second.subject


def test_thresholds_that_cannot_hold_are_refused() -> None:
    """The message names the field."""
    for changes, named in (({"listed": 0.9, "unclear": 0.5}, "listed"), ({"listed": 1.0, "unclear": 1.0}, "unclear")):
        with pytest.raises(ValueError, match=named):
            C2Parameters(**changes).check()
