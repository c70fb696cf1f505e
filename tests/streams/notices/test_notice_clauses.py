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
