"""Which verb of a sentence governs: names of acts, ends that move, rates, what merely stands."""

import pytest

from streams.notices.documents import Document
from streams.notices.reader import packaged_reader
from streams.notices.readings import Polarity, Reading

READER = packaged_reader()


def read(title: str, text: str = "") -> Reading:
    """The reading of one English document of May 2026."""
    return READER.read(Document(document_id="x", language="en", title=title, text=text, published_on="2026-05-04"))


@pytest.mark.parametrize(
    ("polarity", "text"),
    [
        (
            Polarity.SUSPEND,
            "Notice No. 9 of 2031 (Notice on Tightening Export Controls on Tellurium), under which no export licence "
            "is issued, is suspended until 4 May 2027.",
        ),
        (Polarity.RELAX, "The decree tightening export controls on bismuth has been repealed."),
        (Polarity.EXTEND, 'The government extends the decree "on imposing a ban on exports of tin ore" to 2028.'),
        (Polarity.SUSPEND, "Decision to suspend the announcement on strengthening export controls on indium."),
        (Polarity.TIGHTEN, "The ministry issued a notice on strengthening export controls on indium."),
        (Polarity.SUSPEND, '"We are suspending the ban on zinc exports," said the minister who extended it.'),
    ],
)
def test_the_verb_in_the_name_of_an_act_yields_to_one_outside(polarity: Polarity, text: str) -> None:
    """A name is no clause; where no verb turns what it names, its own verb counts."""
    assert read("", text).polarity is polarity


@pytest.mark.parametrize(
    ("polarity", "text"),
    [
        (Polarity.EXTEND, "The ministry put off the end of the ban on exports of chrome ore."),
        (Polarity.EXTEND, "The end of the ban on exports of chrome ore has been put off."),
        (Polarity.SUSPEND, "The ministry put off the ban on exports of chrome ore."),
    ],
)
def test_a_verb_takes_the_noun_beside_it_first(polarity: Polarity, text: str) -> None:
    """What is put off is the end, not the ban, in either voice."""
    assert read("", text).polarity is polarity


@pytest.mark.parametrize(
    ("polarity", "text"),
    [
        (Polarity.EXTEND, "The ministry moved the expiry date of the ban on exports of tin ore to 1 June 2027."),
        (Polarity.EXTEND, "The end date of the ban on exports of tin ore is pushed back to 1 June 2027."),
        (Polarity.SUSPEND, "The start of the ban on exports of tin ore is moved to 1 June 2027."),
        (Polarity.SUSPEND, "The licence requirement for exports of tellurium will not take effect until June 2027."),
        (Polarity.SUSPEND, "The export controls on tellurium shall not be applied for one year."),
        (Polarity.SUSPEND, "The agency has paused enforcement of the export controls on tellurium."),
    ],
)
def test_what_moves_is_the_end_the_start_or_the_force_of_an_act(polarity: Polarity, text: str) -> None:
    """An end that is later extends; a start that is later, or no force for a time, holds off."""
    assert read("", text).polarity is polarity


@pytest.mark.parametrize(
    ("polarity", "text"),
    [
        (Polarity.TIGHTEN, "The duty on exports of zinc concentrate was lifted from 5 to 12 percent."),
        (Polarity.TIGHTEN, "Lima lifts its export tax on silver by 2 percentage points."),
        (Polarity.RELAX, "Lima lifts its export tax on silver."),
        (Polarity.RELAX, "Lima lifts its ban on exports of silver."),
        (Polarity.IMPOSE, "A duty of 12 percent will be charged on exports of zinc ore."),
    ],
)
def test_a_rate_that_is_lifted_rises(polarity: Polarity, text: str) -> None:
    """To lift is to raise where a figure says to what; else it is to end."""
    assert read("", text).polarity is polarity


@pytest.mark.parametrize(
    ("polarity", "text"),
    [
        (Polarity.NONE, "The ban on exports of zinc ore remains in force, a deputy minister said."),
        (Polarity.NONE, "Hanoi keeps its ban on exports of zinc ore."),
        (Polarity.EXTEND, "The ban on exports of zinc ore remains in force until 30 June 2027."),
        (Polarity.EXTEND, "Hanoi keeps its ban on exports of zinc ore for another year."),
        (Polarity.EXTEND, "The ban on zinc exports, which was due to lapse in May, stays in force through 2027."),
        (Polarity.NONE, "The suspension of the ban on exports of zinc ore will be reviewed in June."),
    ],
)
def test_what_merely_stands_goes_neither_way(polarity: Polarity, text: str) -> None:
    """An act that remains is a state; one that remains until a day, or for longer, goes on."""
    reading = read("", text)
    assert reading.is_relevant
    assert reading.polarity is polarity


@pytest.mark.parametrize(
    ("polarity", "text"),
    [
        (Polarity.SUSPEND, "Entry into force of the export licence requirement for graphite has been postponed."),
        (Polarity.TIGHTEN, "Hanoi has been refusing to issue export licences for tungsten to Japanese buyers."),
        (Polarity.SUSPEND, "Until 30 June 2027 bauxite may still be exported despite the ban."),
    ],
)
def test_words_that_hold_the_word_for_exports(polarity: Polarity, text: str) -> None:
    """A term of several words leaves the exports in it to be seen; refused papers tighten; leave beside a ban eases."""
    assert read("", text).polarity is polarity


def test_titanium_slag_is_a_concentrate() -> None:
    """Slag and ore of titanium are feed, not metal."""
    assert read("Hanoi cuts export duty on titanium slag").minerals == ("titanium_concentrates",)


@pytest.mark.parametrize(
    ("polarity", "title", "text"),
    [
        (
            Polarity.SUSPEND,
            "",
            "A rule of 1 September 2025 imposed licence requirements on exports of tellurium. "
            "The agency is staying those requirements until 30 June 2027.",
        ),
        (
            Polarity.TIGHTEN,
            "Lima lifts export tax on silver ore",
            "The export tax was raised from 3 percent to 9 percent.",
        ),
        (Polarity.RELAX, "Lima lifts export tax on silver ore", "The tax had been in force since 2019."),
        (Polarity.EXTEND, "Ban on exports of tin and silver ore: cabinet renews it", ""),
    ],
)
def test_an_act_that_is_named_again(polarity: Polarity, title: str, text: str) -> None:
    """A later sentence, or the other half of a title, turns the act that was named before."""
    assert read(title, text).polarity is polarity


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "Press conference of the trade ministry, excerpt",
            "Q: Firms wait for their papers. A: Hanoi examines export licence applications for tungsten under the law.",
        ),
        ("Ministry of Commerce answers exporters' questions on graphite licences", "The control covers pure powder."),
        (
            "Bauxite exports: what firms ask",
            "Question: Which grades? Answer: The export control on bauxite has grades.",
        ),
    ],
)
def test_answers_on_how_a_control_is_applied_go_neither_way(title: str, text: str) -> None:
    """An office that is asked about its control tells how it is applied."""
    reading = read(title, text)
    assert reading.is_relevant
    assert reading.polarity is Polarity.NONE


def test_exports_that_come_to_an_end_are_stopped() -> None:
    """What comes to an end is trade, not a control."""
    assert read("", "Exports of raw chrome ore come to an end on 1 June 2027.").polarity is Polarity.IMPOSE
    assert read("", "The ban on exports of raw chrome ore comes to an end on 1 June 2027.").polarity is Polarity.RELAX


def test_conditions_of_exporters_for_years_to_come_renew() -> None:
    """Who may export in given years is set anew for each."""
    assert read("Hanoi sets conditions for tungsten exporters for 2027-2028").polarity is Polarity.EXTEND


@pytest.mark.parametrize(
    "text",
    [
        "Lima abandons a plan to ban exports of tin ore.",
        "Rangoon reconsiders its ban on exports of tin ore.",
        "The premier suggests restricting exports of tin ore.",
        "Lima to decide next month on the suspension of tin ore exports.",
        "Lima is to draft rules to restrict exports of tin ore.",
        "Lima may retaliate with export curbs on tin ore.",
        "A spokesman told a briefing that the export controls on indium are lawful.",
    ],
)
def test_what_is_yet_to_be_done_or_given_up_before_goes_neither_way(text: str) -> None:
    """Plans, ideas and what is told of a control are news, and no act."""
    reading = read("", text)
    assert reading.is_relevant
    assert reading.polarity is Polarity.NONE


@pytest.mark.parametrize(
    ("polarity", "text"),
    [
        (Polarity.SUSPEND, "Lima lifts its ban on exports of tin ore until 30 June 2027."),
        (Polarity.RELAX, "Lima lifts its ban on exports of tin ore, in place until now, from 30 June 2026."),
        (Polarity.TIGHTEN, "Lima extends its ban on exports of tin ore to concentrates."),
        (Polarity.EXTEND, "Lima extends its ban on exports of tin ore to June 2027."),
        (Polarity.RELAX, "Lima sets its export duty on tin at zero."),
        (Polarity.IMPOSE, "Exports of raw tin ore end on 1 January 2029."),
    ],
)
def test_until_when_to_what_and_how_much(polarity: Polarity, text: str) -> None:
    """What follows the verb decides: a day, more goods, a rate."""
    assert read("", text).polarity is polarity


@pytest.mark.parametrize(
    ("polarity", "text"),
    [
        (Polarity.SUSPEND, "The ban on exports of tin, indium and silver to the United States has been suspended."),
        (
            Polarity.SUSPEND,
            "It is decided to suspend, with immediate effect and until 4 May 2027, the application of the following "
            "decisions imposing export controls on tin and indium.",
        ),
        (Polarity.RELAX, "The court of appeal has quashed the ban on exports of tin ore."),
        (Polarity.TIGHTEN, "Lima will not renew the waiver under which tin ore may be exported."),
        (Polarity.IMPOSE, "Firms which export tin ore have to hold an export licence from 1 June 2026."),
        (Polarity.EXTEND, "The prohibition of the export of tin ore goes on for two years."),
        (Polarity.NONE, "The prohibition on exporting tin ore has not changed."),
        (Polarity.SUSPEND, "Miners may go on exporting tin ore until 31 May 2027, as the cabinet put its ban on hold."),
        (Polarity.TIGHTEN, "Buyers need a licence to export tin, in a broadening of April's controls."),
    ],
)
def test_how_gazettes_and_agencies_say_it(polarity: Polarity, text: str) -> None:
    """Long subjects, insertions, leave under a waiver, duties to hold a paper."""
    assert read("", text).polarity is polarity


def test_the_new_last_day_stands_beside_the_old_one() -> None:
    """The day on which a duty was to lapse is not the one on which it ends."""
    reading = read(
        "", "The duty on exports of tin stays up to and including 4 May 2028. It was set to lapse on 4 May 2027."
    )
    assert (reading.polarity, reading.end_on) == (Polarity.EXTEND, "2028-05-04")


def test_what_a_firm_asks_for_is_no_act() -> None:
    """A firm that calls on a state wishes."""
    assert not read("", "The company called on Hanoi to ease its export controls on tin.").is_relevant


@pytest.mark.parametrize(
    ("polarity", "text"),
    [
        (Polarity.NONE, "The ban on exports of tin ore will not be lifted, the premier said."),
        (Polarity.IMPOSE, "Tin ore shall not be exported from 1 June 2026."),
        (Polarity.TIGHTEN, "The ban on exports of tin ore now also applies to slag."),
        (Polarity.TIGHTEN, "Hanoi included two more indium products in its export control list."),
        (Polarity.EXTEND, "The temporary export controls on tin were made permanent."),
        (Polarity.NONE, "The senate rejected the proposed ban on exports of tin ore."),
        (Polarity.SUSPEND, "Lima froze the order that halted exports of tin ore."),
    ],
)
def test_whether_a_verb_is_denied_and_what_it_adds(polarity: Polarity, text: str) -> None:
    """What will not be lifted stands, what applies to more grows, an order that halts is what is frozen."""
    reading = read("", text)
    assert reading.is_relevant
    assert reading.polarity is polarity


@pytest.mark.parametrize(
    "text", ["Traders weigh the export duty on tin.", "A study says bans on exports of tin ore seldom bring smelters."]
)
def test_markets_and_studies_do_not_act(text: str) -> None:
    """What traders think over and studies find is no act."""
    assert not read("", text).is_relevant


def test_of_what_is_carried_over_the_later_day_is_its_end() -> None:
    """The day until which an act is carried over, not the one on which it was to end."""
    text = "The ban on exports of tin, which ends on 4 May 2027, is to be carried over to 4 May 2028."
    assert read("", text).end_on == "2028-05-04"


@pytest.mark.parametrize(
    ("polarity", "text"),
    [
        (Polarity.EXTEND, "Lima postpones end of tin export ban."),
        (Polarity.TIGHTEN, "The export duty on tin is to rise from 3 to 9 percent on 1 June."),
        (Polarity.RELAX, "The export tax on tin goes down to 3 per cent from June."),
        (Polarity.RELAX, "The ceiling on exports of tin is enlarged by 500 tonnes."),
        (Polarity.TIGHTEN, "The general licence G5, which allowed exports of tin to allies, is revoked."),
        (Polarity.IMPOSE, "Hanoi said it would restrict exports of indium and tellurium from 4 June."),
        (Polarity.IMPOSE, "Lima prohibits the outflow of raw tin."),
        (Polarity.NONE, "Lima drafts a decree to tax tin ore exports."),
    ],
)
def test_rates_ceilings_and_general_licences(polarity: Polarity, text: str) -> None:
    """Which way a rate, a ceiling or a licence for all is moved."""
    reading = read("", text)
    assert reading.is_relevant
    assert reading.polarity is polarity


@pytest.mark.parametrize(
    ("polarity", "text"),
    [
        (Polarity.TIGHTEN, "Lima tightens rules on tin exports."),
        (Polarity.RELAX, "Lima eases regulations governing tin ore exports."),
        (Polarity.TIGHTEN, "The ministry tightens export regulation for tin."),
    ],
)
def test_rules_on_exports_are_a_control(polarity: Polarity, text: str) -> None:
    """Where they are tightened or eased."""
    assert read("", text).polarity is polarity


def test_the_day_by_which_an_act_is_named_is_not_that_of_its_suspension() -> None:
    """The measures of a day are suspended on another."""
    reading = read("", "Lima will suspend the export controls on tin announced on April 9 until 4 May 2027.")
    assert (reading.polarity, reading.effective_on, reading.end_on) == (Polarity.SUSPEND, "", "2027-05-04")


def test_what_begins_as_the_act_ends_comes_after_it() -> None:
    """The day of a quota that follows a ban is not the first of the ban."""
    text = "Lima extends its suspension of tin exports until 15 October 2026. From 16 October they are under quotas."
    reading = read("Lima's tin export ban updated", text)
    assert (reading.polarity, reading.effective_on, reading.end_on) == (Polarity.EXTEND, "", "2026-10-15")
