"""What only looks like an act: pleas, clauses about older acts, other goods, firms; and acts that look like them."""

import pytest

from streams.notices.documents import Document
from streams.notices.reader import packaged_reader
from streams.notices.readings import Polarity, Reading

READER = packaged_reader()


def read(title: str, text: str = "") -> Reading:
    """The reading of one English document of May 2026."""
    return READER.read(Document(document_id="x", language="en", title=title, text=text, published_on="2026-05-04"))


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "Chrome producers ask government to delay export levy",
            "Producers have asked the government to put off a planned export levy on chrome ore. The association wants "
            "the levy deferred, according to a submission to the Treasury.",
        ),
        ("", "The Federation of Mineral Industries has sought removal of the export duty on low-grade bauxite."),
        ("", '"We are appealing for a further deferment of the export tax on platinum," the chamber said.'),
        ("", "The foreign ministry demanded the withdrawal of the ban on exports of gallium."),
    ],
)
def test_what_others_ask_of_a_state_is_no_act(title: str, text: str) -> None:
    """An industry, or another state, asks for it; nothing is decided."""
    assert not read(title, text).is_relevant


@pytest.mark.parametrize(
    ("polarity", "title", "text"),
    [
        (
            Polarity.SUSPEND,
            "Government agrees to chrome producers' request to delay export levy",
            "The Cabinet agreed to put off the export levy on chrome ore until 1 June 2028.",
        ),
        (Polarity.IMPOSE, "", "China will require foreign firms to seek a licence before exporting tungsten."),
    ],
)
def test_a_request_that_is_granted_and_a_licence_that_is_sought(polarity: Polarity, title: str, text: str) -> None:
    """A state that agrees acts; a firm that must seek a licence asks for no change of the rules."""
    assert read(title, text).polarity is polarity


@pytest.mark.parametrize(
    "text",
    [
        "The agency awarded a contract for antimony ingots, a metal that China has banned from export to the US.",
        "The plant could supply half of the demand for gallium, a metal on which China has placed export controls.",
        "Malaysia, which has banned the export of raw rare earths, wants to attract investors with technology.",
        "When China announced export controls on germanium, makers of lenses had stocks for some months.",
        "The foundry does not expect any direct impact from China's restrictions on exports of gallium.",
        "The producer would build a plant to meet the government's 2027 ban on exports of lithium concentrate.",
        "The decision of China to restrict exports of graphite shows the need for mines at home, the firm's head said.",
    ],
)
def test_a_clause_that_tells_of_an_older_act_is_background(text: str) -> None:
    """Whether a metal is known by it, something else is measured by it, or it is put first as an occasion."""
    assert not read("", text).is_relevant


@pytest.mark.parametrize(
    ("polarity", "text"),
    [
        (Polarity.IMPOSE, "The ministry issued Notice 9, which bans exports of gallium ingots, on Friday."),
        (
            Polarity.TIGHTEN,
            "Malaysia, which banned exports of raw rare earths in 2024, extends the ban to concentrates.",
        ),
        (Polarity.RELAX, "China, the largest producer of tungsten, lifted its ban on exports of tungsten powder."),
    ],
)
def test_a_clause_that_says_what_a_notice_does_is_news(polarity: Polarity, text: str) -> None:
    """What a notice says in a clause of its own is the act; and so is what follows an older one."""
    assert read("", text).polarity is polarity


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "Ukraine bans exports of gas of domestic origin",
            "The Cabinet banned the export of natural gas. On June 10 it had set zero quotas for manganese ore.",
        ),
        (
            "Tanzania lifts ban on exports of grain",
            "Tanzania lifted a ban on exports of maize. The country had banned exports of copper concentrates in 2017.",
        ),
    ],
)
def test_other_goods_are_no_minerals_though_a_later_sentence_names_some(title: str, text: str) -> None:
    """The sentence that says the act names its goods."""
    assert not read(title, text).is_relevant


def test_goods_beside_minerals_are_both_meant() -> None:
    """Timber and scrap in one order: the order is about scrap as well."""
    reading = read(
        "Ukraine bans exports of timber and scrap metal",
        "The Cabinet banned the export of timber and scrap. This covers scrap of copper.",
    )
    assert reading.is_relevant
    assert reading.minerals == ("copper",)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "Cobalt exports yet to resume",
            "No cobalt has left since the export ban was replaced by quotas in October, three traders said.",
        ),
        ("Opinion: Export bans are no industrial policy", "Governments have banned exports of raw minerals for years."),
        ("Five things to know about the nickel ore export ban", "The ban on exports of nickel ore was set in 2020."),
        ("Rare earth exports stop as fighting intensifies", "Shipments of rare earths stopped, traders said."),
        ("Export restrictions on critical minerals rise fivefold", "They have grown more than fivefold since 2009."),
        ("Customs find antimony", "Customs officers seized antimony misdeclared for export without a licence."),
    ],
)
def test_what_no_state_has_done(title: str, text: str) -> None:
    """Figures, views, wars and finds at a border."""
    assert not read(title, text).is_relevant
