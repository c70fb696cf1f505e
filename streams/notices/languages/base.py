"""The seam for a language: what the rules must know of how its sentences are built; its words are in the vocabulary.

A new language is one file with one `Language`, one line in `streams/notices/languages/__init__.py`, and rows in the
vocabulary. The rules themselves (`acts`, `polarity`, `minerals`, `dates`, `targets`, `relevance`) know no language.
"""

import re
from collections.abc import Mapping

import msgspec

from streams.notices.vocabulary import Concept

MARK = "mark"  # the value of a token that a pattern of the language tells, with its negation
NOTHING = "nothing"  # the value of words that set a rate or an amount to zero: a tax ends, a quota is a ban
DEADLINE = "deadline"  # the value of verbs that give more time for what a control asks for
FIGURES = "figures"  # the value of a verb that goes the way of the figures beside it: "adjusted from 5% to 10%"


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """How many characters apart two words may stand and still belong together; minerals between them do not count."""

    compound: int  # "export ban"
    object: int  # "ban on … exports"
    verb: int  # "halts … exports"
    verb_after: int  # "exports … are halted"
    predicate: int  # "exports … are subject to a licence"
    operator: int  # "lift … ban"
    modifier: int  # "could … ban", "not … lift"


class DateForms(msgspec.Struct, frozen=True, kw_only=True):
    """How days are written, and which words beside a day say what happens on it.

    `day` has the groups y, m and d (y may be missing; m may be a month's name) and may have `relative` (a word for the
    year) and `era`. The other patterns are matched right before (anchored at the end) or right after (anchored at the
    start) a day.
    """

    day: re.Pattern[str]
    months: Mapping[str, int] = {}
    weekdays: Mapping[str, int] = {}  # from 0; the group `weekday` of a day that is named by it alone
    relative_years: Mapping[str, int] = {}
    eras: Mapping[str, int] = {}
    in_force_before: re.Pattern[str]
    in_force_after: re.Pattern[str]
    starts_before: re.Pattern[str]
    starts_after: re.Pattern[str]
    ends_before: re.Pattern[str]
    ends_after: re.Pattern[str]
    range: re.Pattern[str]  # between the first and the last day of a stretch
    on_before: re.Pattern[str] = re.compile(r"(?!)")  # right before the day of what is announced for it
    attributive: re.Pattern[str] = re.compile(r"(?!)")  # right after a day that another act is named by
    named_before: re.Pattern[str] = re.compile(r"(?!)")  # right before such a day: "the measures announced on …"
    comments_before: re.Pattern[str] = re.compile(r"(?!)")  # a day for comments on a draft, which is none of the act
    comments_after: re.Pattern[str] = re.compile(r"(?!)")
    foreseen_before: re.Pattern[str]  # the day on which something was to end, before it was renewed
    foreseen_after: re.Pattern[str]
    following: re.Pattern[str] = re.compile(r"(?!)")  # right before the day after the one named before
    immediate: re.Pattern[str]
    delay: re.Pattern[str]  # so many (n) units after publication; n may be missing for one day
    signature: re.Pattern[str] = re.compile(r"(?!)")  # in what is said to begin: with its signature
    signed_before: re.Pattern[str] = re.compile(r"(?!)")  # right before the day of the signature
    same_day: re.Pattern[str]  # on the day named before
    last_of: re.Pattern[str]  # until the end of a month (m, may be missing) of a year (y or relative)
    length: re.Pattern[str]  # groups n and unit (or n2 and unit2); n may be missing where the unit says it all
    numbers: Mapping[str, int] = {}
    units: Mapping[str, str] = {}  # word → day, week, month, half (of a year) or year


class Destinations(msgspec.Struct, frozen=True, kw_only=True):
    """What stands right before or right after a country against which exports are restricted."""

    before: re.Pattern[str]
    after: re.Pattern[str]
    joined: re.Pattern[str]  # between two countries of one list
    origin: re.Pattern[str]  # right after a country that exports, and is no destination


class Nouns(msgspec.Struct, frozen=True, kw_only=True):
    """How a verb is told that stands as a noun ("the suspension"), and which verb is said of it."""

    form: re.Pattern[str] | None = None  # the noun itself; None where verb and noun look alike
    before: re.Pattern[str] = re.compile(r"(?!)")  # right before what is a verb for all its form
    after: re.Pattern[str] = re.compile("")  # right after the act
    relative: re.Pattern[str] = re.compile(r"(?!)")  # right before the verb of a clause that says what a noun does
    infinitive: re.Pattern[str] = re.compile(r"(?!)")  # right before an instrument that is a verb: "to restrict"
    parting: re.Pattern[str] = re.compile(r"(?!)")  # a word by which two words are not one name
    genitive: re.Pattern[str] = re.compile(r"(?!)")  # between the noun and the instrument that it hangs on
    possessed: re.Pattern[str] = re.compile(r"(?!)")  # between the instrument and a noun that follows it
    object: re.Pattern[str]  # between a verb and the noun that is its object
    subject: re.Pattern[str]  # between the noun and the verb that is said of it


class Mark(msgspec.Struct, frozen=True):
    """A word that only a pattern tells: its group `word`. A text that holds none of `needs` is not searched."""

    concept: Concept
    needs: tuple[str, ...]  # empty where nothing is sure to stand there
    pattern: re.Pattern[str]
    value: str = MARK


class Language(msgspec.Struct, frozen=True, kw_only=True):
    """One language. Patterns are matched on folded text: lower case, one width, single spaces."""

    code: str
    spaced: bool  # whether words stand apart
    operator_follows: bool  # whether a verb follows its object
    home: str  # the state (alpha-3) that acts where a text in this language names none, or empty
    gate: tuple[str, ...]  # a document with none of these (in lower case) holds no export act
    reach: Reach
    clause: re.Pattern[str]  # what separates clauses that do not bear on each other
    dates: DateForms
    destinations: Destinations
    nouns: Nouns
    past: re.Pattern[str]  # the year (group `year`) in which something was done
    marks: tuple[Mark, ...]
    number: re.Pattern[str]  # acts by number: groups numbers and year
    quoted: re.Pattern[str]  # the quoted name of another act
    insertion: re.Pattern[str]  # a stretch between commas that parts no verb from its object: ", until May 1, "
    resumes: re.Pattern[str]  # right before a verb that takes up what was named before: "…, has been"
    aftermath: re.Pattern[str]  # right after an act: what else happened once it had come
    goods_too: re.Pattern[str]  # right before the word for technology, where goods are meant as well
    alloy: re.Pattern[str]  # what follows a row of metals that are one alloy, named for its first
    controlled: re.Pattern[str] = re.compile(r"(?!)")  # what says that the goods are controlled already
    elsewhen: re.Pattern[str] = re.compile(r"(?!)")  # what begins a sentence on another act, of another day
    others: re.Pattern[str] = re.compile(r"(?!)")  # what begins a sentence on other goods of the same act
    revised: re.Pattern[str] = re.compile(r"(?!)")  # what says that a rate changes, and not which way
    again: re.Pattern[str] = re.compile(r"(?!)")  # an instrument that was named before
    taken_up: re.Pattern[str] = re.compile(r"(?!)")  # right after a verb: what stands for an instrument named before
    prolonged: re.Pattern[str] = re.compile("")  # what says that an act which remains does so for longer
    open_list: re.Pattern[str]  # what says that a list of minerals goes on elsewhere
    list_cue: re.Pattern[str]  # what begins the sentence that goes on with the list
    figures: re.Pattern[str]  # how much was exported
    percent_down: re.Pattern[str]  # a figure given with its fall
    percent_up: re.Pattern[str]
    from_to: re.Pattern[str] = re.compile(r"(?!)")  # a figure that moves: groups old and new, old2 and new2 …
    yearly: re.Pattern[str]  # what says that something is done every year
