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
        (Polarity.IMPOSE, "", "Companies seeking to export tungsten must apply for a licence, it was announced."),
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


@pytest.mark.parametrize(
    ("polarity", "title", "text"),
    [
        (
            Polarity.NONE,
            "Jakarta denies bauxite ore export ban has been brought forward",
            "The ban will take effect in June next year as planned, the coordinating minister said.",
        ),
        (Polarity.NONE, "", "The ban on exports of raw manganese will start on 1 January 2029 as scheduled."),
        (Polarity.NONE, "", "Talk that the ban on exports of tin ore has been imposed is not correct, officials said."),
        (Polarity.NONE, "", "The government may review the ban on exports of lithium concentrate."),
        (Polarity.TIGHTEN, "Jakarta brings forward nickel ore export ban", "It will take effect two years earlier."),
        (Polarity.TIGHTEN, "", "Hanoi has been denying export licences for tungsten to Japanese buyers."),
    ],
)
def test_what_stays_as_planned_is_no_change(polarity: Polarity, title: str, text: str) -> None:
    """A denial, and a day that stays, go neither way; a day that comes nearer, and denied papers, tighten."""
    reading = read(title, text)
    assert reading.is_relevant
    assert reading.polarity is polarity


@pytest.mark.parametrize(
    ("polarity", "title", "text"),
    [
        (
            Polarity.TIGHTEN,
            "Delhi revises chrome ore export duty",
            "The export duty on chrome ore will be changed from the specific rate of Rs 3,000 per ton to 30% of its "
            "value. The revision means that the duty is raised by about 60%.",
        ),
        (
            Polarity.TIGHTEN,
            "",
            "The export duty on chrome ore will be changed to 30% by value, an increase, it was announced.",
        ),
        (Polarity.RELAX, "", "The export duty on nickel is set at 3% in place of 10%, the government said."),
        (Polarity.IMPOSE, "", "An export duty of 10% on bauxite is set from July. Prices of alumina may increase."),
    ],
)
def test_a_rate_of_another_kind_goes_the_way_that_the_text_says(polarity: Polarity, title: str, text: str) -> None:
    """So much a ton and a share of the value cannot be compared; the words beside them can."""
    assert read(title, text).polarity is polarity


@pytest.mark.parametrize(
    ("polarity", "text"),
    [
        (
            Polarity.EXTEND,
            "Astana has extended its ban on the export of scrap and waste of non-ferrous metals for another six "
            "months. Under the order, a ban is imposed on exports of scrap, including copper and aluminium.",
        ),
        (
            Polarity.IMPOSE,
            "Astana has banned the export of scrap and waste of non-ferrous metals for six months. Under the order, "
            "a ban is imposed on exports of scrap, including copper and aluminium.",
        ),
        (Polarity.TIGHTEN, "The ban on exports of copper scrap is extended to aluminium scrap, the ministry said."),
        (
            Polarity.TIGHTEN,
            "Firms will need a licence to export erbium, the ministry said, widening controls of April.",
        ),
    ],
)
def test_what_is_done_is_said_before_the_goods_are_named(polarity: Polarity, text: str) -> None:
    """The first sentence says that it is extended, a later one of which goods; an act that takes in more tightens."""
    assert read("", text).polarity is polarity


@pytest.mark.parametrize(
    ("minerals", "text"),
    [
        (
            ("gallium",),
            "China has suspended a ban on exports of gallium until 27 November 2027. On Friday, it suspended export "
            "controls announced on Oct 9, including those on certain rare earths.",
        ),
        (
            ("tungsten",),
            "The ministry imposed export controls on tungsten. The move follows similar controls on gallium, germanium "
            "and antimony.",
        ),
        (("chromium",), "The cabinet set an export tax on chrome ore, which is used with iron and manganese in steel."),
        (("bauxite",), "Guinea set an export levy on bauxite, from which alumina, aluminium and gallium are made."),
        (("gallium",), "China banned exports of gallium, after Washington restricted exports of tools with germanium."),
        (("lithium",), "China bans exports of technology for lithium manganese iron phosphate cathodes."),
    ],
)
def test_minerals_of_another_act_and_of_what_is_made_are_out(minerals: tuple[str, ...], text: str) -> None:
    """Another day's act, an older one, what a mineral is used with, and the elements of one compound."""
    assert read("", text).minerals == minerals


@pytest.mark.parametrize(
    ("minerals", "text"),
    [
        (
            ("copper", "nickel"),
            "The government banned exports of nickel ore. It also banned exports of copper concentrate.",
        ),
        (
            ("antimony", "molybdenum", "rare_earths", "tin", "tungsten"),
            "The quota for rare earth exports was cut by 11%. Prices of neodymium are surging. As for other metals, "
            "the quota was raised by 10% for tungsten and by 5% for antimony. Tin was reduced by 14%. "
            "Molybdenum was left unchanged.",
        ),
    ],
)
def test_minerals_of_the_same_act_are_in(minerals: tuple[str, ...], text: str) -> None:
    """What a later sentence adds, and other goods of one quota."""
    assert read("", text).minerals == minerals


@pytest.mark.parametrize(
    ("effective", "end", "text"),
    [
        (
            "2026-04-28",
            "2026-07-28",
            "HARARE, May 4, 2026 - The suspension of exports of cobalt is extended for three months from its entry "
            "into force. This decision enters into force on the date of its signature. Done at Harare, 28 April 2026.",
        ),
        (
            "2026-04-15",
            "",
            "On 15 April 2026, the ministry issued a notice restricting exports of indium, which took effect "
            "immediately upon publication.",
        ),
        ("2026-05-04", "", "A notice restricting exports of indium took effect immediately upon publication."),
    ],
)
def test_what_begins_at_once_begins_on_the_day_of_the_act(effective: str, end: str, text: str) -> None:
    """With its signature on the day when it was signed; else on the day that the sentence names before."""
    reading = read("", text)
    assert (reading.effective_on, reading.end_on) == (effective, end)


@pytest.mark.parametrize(
    ("relevant", "text"),
    [
        (False, "Europe reduces its dependence on China, which in April imposed export controls on seven rare earths."),
        (False, '"We will not follow neighbours who banned exports of copper concentrates," the minister said.'),
        (False, "The carmaker said export licences for rare earth magnets had been granted to its suppliers."),
        (True, "China has granted export licences for rare earth magnets to suppliers of carmakers."),
    ],
)
def test_a_firm_and_a_neighbour_are_not_the_state_that_acts(relevant: bool, text: str) -> None:
    """What a firm says that it got, and what others have done before."""
    assert read("", text).is_relevant is relevant


@pytest.mark.parametrize(
    "text",
    [
        "The energy ministry may let smelters export copper concentrate again.",
        "The spokesperson answered questions on the announcement on export controls on rare earths.",
    ],
)
def test_a_guess_and_an_answer_go_neither_way(text: str) -> None:
    """They are told of an act and change nothing."""
    reading = read("", text)
    assert reading.is_relevant
    assert reading.polarity is Polarity.NONE


@pytest.mark.parametrize(
    ("relevant", "text"),
    [
        (False, "The ministers will discuss how to respond to China's export controls on rare earths."),
        (False, "Brokers explain how to apply for a licence to export gallium."),
        (False, "The group's chief executive said the duty on exports of nickel should be abolished."),
        (True, "The finance minister said the duty on exports of nickel will be abolished."),
        (True, "Under the decree exports of lithium need the approval of the nuclear commission."),
    ],
)
def test_answers_advice_and_heads_of_firms(relevant: bool, text: str) -> None:
    """How others answer an act, how to get a paper, what the head of a firm thinks, are none; a decree is one."""
    assert read("", text).is_relevant is relevant


@pytest.mark.parametrize(
    ("relevant", "text"),
    [
        (True, "Malaysia keeps ban on raw rare earth exports despite US minerals deal"),
        (True, "Indonesia bans exports of nickel ore after a WTO complaint."),
        (True, "China lifts its ban on gallium exports after a trade deal with the US."),
        (False, "The WTO panel ruled against Indonesia's ban on exports of nickel ore after a complaint by the EU."),
        (False, "US and Japan sign minerals deal after China bans exports of rare earths"),
        (False, "The US imposed anti-dumping duties on graphite after China restricted exports of it."),
    ],
)
def test_what_an_act_is_done_in_spite_of_is_its_background(relevant: bool, text: str) -> None:
    """A deal, a ruling or a remedy behind the act hides it no more; before it they are the news."""
    assert read("", text).is_relevant is relevant
