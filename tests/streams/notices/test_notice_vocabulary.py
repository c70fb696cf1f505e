"""The vocabulary is reference data: sourced, of known classes, about known minerals."""

import csv
import io

import pytest

from streams.errors import BadReference
from streams.notices.languages import LANGUAGES
from streams.notices.vocabulary import COLUMNS, Concept, Term, load, packaged
from streams.reference import packaged as reference

HEAD = ",".join(COLUMNS) + "\n"
VOCABULARY = packaged()


def test_every_mineral_is_one_of_the_reference_data() -> None:
    """A name leads to minerals that exist there, or says that it means minerals in general."""
    known = set(reference().minerals)
    for term in VOCABULARY.terms:
        if term.concept in (Concept.NAME, Concept.FORM):
            assert set(term.value.split(";")) <= known, term
        if term.concept is Concept.UMBRELLA:
            assert term.value in ("", "nuclear"), term


def test_every_language_has_words_for_each_instrument() -> None:
    """A language that can read bans can also read licences, quotas, taxes, and what eases them."""
    needed = {Concept.EXPORT, Concept.BAN, Concept.CONTROL, Concept.LICENCE, Concept.QUOTA, Concept.TAX}
    needed |= {Concept.IMPOSE, Concept.TIGHTEN, Concept.EXTEND, Concept.SUSPEND, Concept.LIFT, Concept.NAME}
    for language in LANGUAGES:
        assert needed <= {term.concept for term in VOCABULARY.of(language.code)}, language.code


def test_states_have_three_letters() -> None:
    """Countries, agencies and official addresses lead to an alpha-3 code, or to the European Union."""
    for term in VOCABULARY.terms:
        if term.concept in (Concept.COUNTRY, Concept.AGENCY, Concept.OFFICIAL):
            assert term.value == "EU" or (len(term.value) == 3 and term.value.isupper()), term


@pytest.mark.parametrize("source", ["", "page-en-001", "mofcom some-file.md", "shared/ledger", "events.csv row 3"])
def test_a_source_that_nobody_can_look_up_is_refused(source: str) -> None:
    """A row must name a publication, a standard or our own compilation; the message names file and row."""
    content = HEAD + f"gallium,en,name,gallium,,{source}\n"
    with pytest.raises(BadReference, match=r"minerals\.csv row 2"):
        load({"minerals.csv": content.encode()})


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (HEAD + "gallium,en,metal,gallium,,standard name\n", "class 'metal'"),
        (HEAD + ",en,name,gallium,,standard name\n", "term and language"),
        ("term,language\ngallium,en\n", "columns"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused(content: str, names: str) -> None:
    """Unknown classes, missing words and other columns are refused by name."""
    with pytest.raises(BadReference, match=names):
        load({"minerals.csv": content.encode()})


def test_other_encodings_are_refused() -> None:
    """A file that is not UTF-8 is refused, not guessed at."""
    with pytest.raises(BadReference, match="UTF-8"):
        load({"minerals.csv": (HEAD + "镓,zh,name,gallium,,standard name\n").encode("gb18030")})


def test_rows_are_kept_as_written() -> None:
    """A row becomes one term with its note and source."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([COLUMNS, ["lead", "en", "name", "lead", "weak: also a verb", "standard name"]])
    (term,) = load({"minerals.csv": out.getvalue().encode()}).terms
    assert term == Term(
        term="lead",
        language="en",
        concept=Concept.NAME,
        value="lead",
        note="weak: also a verb",
        source="standard name",
        file="minerals.csv",
    )
    assert term.weak


def test_open_ended_words_are_long_enough_to_be_found() -> None:
    """A term of one word that ends openly has the four letters under which it is looked up."""
    for term in VOCABULARY.terms:
        if term.term.endswith("*") and " " not in term.term:
            assert len(term.term.rstrip("*")) >= 4, term
