"""Words → **reading**: the curated terms that the reader's rules are written over, as reference data with sources.

Files (CSV, UTF-8, columns term, language, class, value, note, source):

- ``minerals.csv``: class `name` or `form` (ore, compound, product) with the mineral id as value; `umbrella` for words
  that mean minerals in general.
- ``acts.csv``: what is done to exports and what only looks like it; the class is a member of `Concept`.
- ``places.csv``: class `country` or `agency` with the state's ISO 3166-1 alpha-3 code as value.
- ``hosts.csv``: class `official` (the state as value) or `press`: whose address it is.
- ``characters.csv``: class `traditional`, one traditional Chinese character and its simplified form.

In a term ``*`` stands for any further letters and ``…`` for a short gap. A note that begins with ``weak`` marks a metal
that needs another one beside it, or a state that is only a destination; one that begins with ``capitals`` marks a word
that counts only in capitals.
"""

import csv
import io
import re
from collections.abc import Mapping
from enum import StrEnum
from importlib import resources

import msgspec

from streams.errors import BadReference

FILES = ("minerals.csv", "acts.csv", "places.csv", "hosts.csv", "characters.csv")
COLUMNS = ["term", "language", "class", "value", "note", "source"]
_UNSOURCED = re.compile(r"^(?:page|mofcom|shared|research)\b|\.(?:md|csv|jsonl)\b|^/", re.IGNORECASE)


class Concept(StrEnum):
    """What a word can mean to the rules."""

    # what the act is about
    NAME = "name"
    FORM = "form"
    UMBRELLA = "umbrella"
    GOODS = "goods"  # what is no mineral
    # which way goods move
    EXPORT = "export"
    IMPORT = "import"
    INERT = "inert"  # a fixed name that holds one of the other words and means nothing by itself
    # instruments
    BAN = "ban"
    CONTROL = "control"
    LICENCE = "licence"
    PERMISSION = "permission"
    QUOTA = "quota"
    TAX = "tax"
    LIST = "list"
    LISTING = "listing"
    TECHNOLOGY = "technology"
    DUAL_USE = "dual_use"
    REFERENCE = "reference"  # another act, by its number
    SPEAKER = "speaker"  # whoever speaks for an office, and where
    AUTHORITY = "authority"  # an office or a body of rules that deals with exports alone
    # what is done to an instrument
    IMPOSE = "impose"
    REQUIRE = "require"
    GRANT = "grant"  # a licence is granted, a ban is issued
    TIGHTEN = "tighten"
    EXTEND = "extend"
    SUSPEND = "suspend"
    STOP = "stop"
    LIFT = "lift"
    ALLOW = "allow"
    CUT = "cut"
    RAISE = "raise"
    GRACE = "grace"
    # how it is said
    HEDGE = "hedge"  # a plan, a bill, a threat of the state itself
    DRAFT = "draft"  # a bill or a text out for comment, wherever the sentence says so
    OPINION = "opinion"  # what others ask for or fear
    NOT = "not"
    RECITAL = "recital"  # "after", "amid": what follows is background
    ONGOING = "ongoing"  # a verb form that tells of a state, not of news
    EARLIER = "earlier"  # "already", "last year": what stands beside it is an older act
    BACKGROUND = "background"
    EXCEPT = "except"
    # what only looks like an act
    STATISTICS = "statistics"
    PRICE = "price"
    DISPUTE = "dispute"
    REMEDY = "remedy"
    PAPERWORK = "paperwork"
    PRODUCTION = "production"
    COMPANY = "company"  # the verb of one firm that gets a licence
    TREATY = "treaty"
    ACCIDENT = "accident"  # what stops exports without a state
    # who
    FIRM = "firm"  # one firm, by name or as "the company"
    COUNTRY = "country"
    AGENCY = "agency"
    OFFICIAL = "official"
    PRESS = "press"
    TRADITIONAL = "traditional"


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the vocabulary."""

    term: str
    language: str
    concept: Concept
    value: str = ""
    note: str = ""
    source: str = ""
    file: str = ""

    @property
    def weak(self) -> bool:
        """Whether the word is a mineral only beside another one or exports, or a state only as a destination."""
        return self.note.startswith("weak")

    @property
    def capitals(self) -> bool:
        """Whether the word counts only where it is written in capitals."""
        return self.note.startswith("capitals")


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """All terms, in the order of the files."""

    terms: tuple[Term, ...]

    def of(self, language: str) -> tuple[Term, ...]:
        """The terms of one language; those of language ``*`` belong to all."""
        return tuple(term for term in self.terms if term.language in (language, "*"))


def load(files: Mapping[str, bytes]) -> Vocabulary:
    """The vocabulary in `files`, by file name. Raises BadReference that names file, row and what to do."""
    terms: list[Term] = []
    for name, content in files.items():
        try:
            rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        except UnicodeDecodeError as error:
            raise BadReference(f"{name}: not UTF-8 ({error}); save the file as UTF-8") from error
        if rows.fieldnames != COLUMNS:
            raise BadReference(f"{name}: the columns are {rows.fieldnames}, and must be {COLUMNS}")
        terms.extend(_term(name, number, row) for number, row in enumerate(rows, 2))
    return Vocabulary(terms=tuple(terms))


def packaged() -> Vocabulary:
    """The vocabulary that ships with the package."""
    folder = resources.files("streams.notices").joinpath("vocabulary")
    return load({name: folder.joinpath(name).read_bytes() for name in FILES})


def _term(name: str, number: int, row: Mapping[str, str | None]) -> Term:
    term, language, concept, source = (row[column] or "" for column in ("term", "language", "class", "source"))
    where = f"{name} row {number}"
    if not term or not language:
        raise BadReference(f"{where}: term and language must be given")
    if not source or _UNSOURCED.search(source):
        raise BadReference(
            f"{where}: {source!r} is no source that a reader can look up; name a publication or standard"
        )
    if concept not in Concept.__members__.values():
        raise BadReference(f"{where}: class {concept!r} is none of {', '.join(Concept)}")
    return Term(
        term=term,
        language=language,
        concept=Concept(concept),
        value=row["value"] or "",
        note=row["note"] or "",
        source=source,
        file=name,
    )
