"""Sentences → **dates**: when the act takes effect and when it ends, as ISO days.

Only a whole day counts: a month or a year alone is no date. A day without a year takes the year that brings it nearest
to a day shortly after publication. "On publication" is the day of publication where that is known.
"""

import calendar
import re
from collections.abc import Sequence
from datetime import date, timedelta

import msgspec

from streams.notices.acts import Act
from streams.notices.bonds import INSTRUMENTS
from streams.notices.languages.base import DateForms
from streams.notices.lexicon import Token
from streams.notices.numerals import number
from streams.notices.sentences import Sentence
from streams.notices.vocabulary import Concept as C

ANNOUNCED_DAYS = 10  # a page that reports an act is seldom older: what took effect "at once" did so on the day it names
IN_FORCE_DAYS = 45  # an act that began so long before publication is recited, not announced
_PAUSE = re.compile("[,、]")
_FIRST_YEAR, _LAST_YEAR = 1900, 9000
_CENTURY = 100  # a year of two digits is one of this century
_MONTHS = {"month": 1, "half": 6, "year": 12}
_LOOK_BACK = 60  # characters before a day in which its cue may stand
_LOOK_AHEAD = 40
_GOING_ON = 2  # sentences after the act in which its first day may stand without another word for it
_EVE = 6  # days forward to a weekday that is rather the day before publication
_PAST_DAYS = 120  # a day without a year lies at most so far before publication, else it is next year's


class Dated(msgspec.Struct, frozen=True, kw_only=True):
    """One day and where the sentence says it."""

    sentence: Sentence
    start: int
    end: int
    day: date
    in_force: bool = False  # the words beside it say that something takes effect
    starts: bool = False
    ends: bool = False
    on: bool = False  # it is merely "on" that day
    foreseen: bool = False  # it is told as the day on which something was to end: "due to lapse on …"
    attributive: bool = False  # it belongs to the name of another act: "the rules in force since …"


class Days(msgspec.Struct, frozen=True, kw_only=True):
    """The days of a document: its own, every day that it names; `past` are the orders of sentences about the past."""

    published: date | None
    announced: date | None  # the day of announcement that the text names, else that of publication
    named: tuple[Dated, ...]
    past: frozenset[int]


class Dates(msgspec.Struct, frozen=True, kw_only=True):
    """Effective and end day of the act; each may be missing."""

    effective: Dated | None = None
    end: Dated | None = None


def read(primary: Act, acts: Sequence[Act], sentences: Sequence[Sentence], days: Days) -> Dates:
    """The dates of the primary act."""
    marked = days.named
    recently = days.published - timedelta(days=IN_FORCE_DAYS) if days.published else date.min
    told = (act for act in acts if not act.recital and (act.steered or act.order not in days.past))
    speaking = {act.order for act in told} | {primary.order}
    current = [d for d in marked if d.day >= recently and not d.attributive]
    known = [d for d in marked if not (d.attributive and primary.steered)]  # what is steered has a day of its own
    effective = _effective(current, primary, speaking) or _effective(known, primary, speaking)
    if effective is None and days.published is not None and not primary.hedged:  # "will lift the ban on June 1"
        ahead = (d for d in current if d.on and not d.ends and d.sentence.order in speaking and d.day > days.published)
        effective = next(ahead, None)
    end = None if primary.sentence.of(C.DRAFT) else _end(marked, primary, speaking, sentences)  # that of the comments
    if end is not None and effective is not None and end.day <= effective.day:  # one of the two is another act's
        follows = effective.day - end.day == timedelta(days=1) and not _is_ended(primary)  # what comes after the act
        if effective.sentence is not primary.sentence and (end.sentence is primary.sentence or follows):
            effective = None
        else:
            end = None
    if end is not None and days.published is not None and end.day <= days.published and _is_ended(primary):
        end = None  # what it ends was to end then
    foreseen = next((d for d in marked if d.foreseen), None)
    if end is None and not primary.hedged:  # of a plan no end is counted
        begins = effective.day if effective else days.announced
        if foreseen and _renewed(primary, sentences, speaking):
            begins = foreseen.day
        end = _after_length(begins, sentences, speaking, _is_ended(primary)) or foreseen
    return Dates(effective=effective, end=end)


def days_of(sentences: Sequence[Sentence], published_on: str) -> Days:
    """Every day that a document names. "On publication" is the first day of announcement that its text names."""
    published = iso(published_on)
    by_sentence = [mentions(sentence, published) for sentence in sentences]
    every = [dated for named in by_sentence for dated in named]
    if published is None:
        return Days(published=None, announced=None, named=tuple(every), past=frozenset())
    plain = (d.day for d in every if not (d.in_force or d.starts or d.ends))
    announced = next((day for day in plain if _just_before(day, published)), published)
    signed = next((d.day for d in every if _is_signed(d, published)), announced)
    past: list[int] = []
    for sentence, named in zip(sentences, by_sentence, strict=True):
        named.extend(_counted(sentence, named, published, announced, signed))
        named.sort(key=lambda dated: dated.start)
        if _tells_of_the_past(sentence, named, published):
            past.append(sentence.order)
    return Days(
        published=published,
        announced=announced,
        named=tuple(d for named in by_sentence for d in named),
        past=frozenset(past),
    )


def _just_before(day: date, published: date, days: int = ANNOUNCED_DAYS) -> bool:
    return timedelta(0) <= published - day <= timedelta(days)


def _is_signed(dated: Dated, published: date) -> bool:
    """Whether an act was signed on that day."""
    signed = dated.sentence.language.dates.signed_before.search(dated.sentence.text[: dated.start])
    return signed is not None and _just_before(dated.day, published, IN_FORCE_DAYS)


def mentions(sentence: Sentence, published: date | None) -> list[Dated]:
    """The days that a sentence names, and what its words say of each."""
    forms, text = sentence.language.dates, sentence.text
    found: list[Dated] = []
    previous = commented = 0
    for match in forms.day.finditer(text):
        before, after = _around(text, match)
        in_force = bool(forms.in_force_before.search(before) or forms.in_force_after.match(after))
        starts = bool(forms.starts_before.search(before) or forms.starts_after.match(after))
        day = _day(match, sentence, published, in_force or starts or forms.ends_before.search(before) is not None)
        if day is None:
            continue
        if (commented and forms.range.fullmatch(text, commented, match.start())) or _for_comments(forms, before, after):
            commented = match.end()
            continue
        if found and forms.following.search(before):
            day = found[-1].day + timedelta(days=1)
        ranged = bool(previous and found[-1].starts and forms.range.fullmatch(text, previous, match.start()))
        found.append(
            Dated(
                sentence=sentence,
                start=match.start(),
                end=match.end(),
                day=day,
                in_force=in_force,
                starts=starts,
                ends=ranged
                or (not in_force and bool(forms.ends_after.match(after) or forms.ends_before.search(before))),
                on=forms.on_before.search(before) is not None,
                attributive=bool(forms.attributive.match(after) or forms.named_before.search(before)),
                foreseen=bool(forms.foreseen_before.search(before) or forms.foreseen_after.match(after)),
            )
        )
        previous = match.end()
    found.extend(_last_days(sentence, published))
    return found


def _around(text: str, match: re.Match[str]) -> tuple[str, str]:
    """What stands right before a day and right after it."""
    return text[max(0, match.start() - _LOOK_BACK) : match.start()], text[match.end() : match.end() + _LOOK_AHEAD]


def _for_comments(forms: DateForms, before: str, after: str) -> bool:
    """Whether a day is one for comments on a draft: when they are asked for, or due."""
    return bool(forms.comments_before.search(before) or forms.comments_after.match(after))


def _last_days(sentence: Sentence, published: date | None) -> list[Dated]:
    """Last days that are said as the end of a month or of a year."""
    forms, found = sentence.language.dates, []
    for match in forms.last_of.finditer(sentence.text):
        year = _year(match, sentence, published)
        written = _group(match, "m")
        month = forms.months.get(written) or number(written) or 12
        if year and month <= 12 and not _for_comments(forms, *_around(sentence.text, match)):
            last = date(year, month, calendar.monthrange(year, month)[1])
            found.append(Dated(sentence=sentence, start=match.start(), end=match.end(), day=last, ends=True))
    return found


def _counted(sentence: Sentence, named: Sequence[Dated], published: date, announced: date, signed: date) -> list[Dated]:
    """Days that are counted from another: some days after publication, on the same day, or at once.

    "At once" and what is counted start on the day of announcement that the sentence names before, else on `announced`;
    what begins with its signature on the day on which it was `signed`.
    """
    forms, text = sentence.language.dates, sentence.text
    found: list[Dated] = []

    def add(match: re.Match[str], day: date | None) -> None:
        if day is not None and all(match.start() >= d.end or match.end() <= d.start for d in found):
            found.append(
                Dated(sentence=sentence, start=match.start(), end=match.end(), day=day, in_force=True, starts=True)
            )

    def before(match: re.Match[str]) -> list[date]:
        return [d.day for d in named if d.end <= match.start()]

    for match in forms.delay.finditer(text):
        recent = [day for day in before(match) if _just_before(day, published, IN_FORCE_DAYS)]
        count = _count(match, sentence)
        unit = forms.units.get(_group(match, "unit"), "day")
        add(match, _plus(recent[-1] if recent else announced, count, unit) if count else None)
    for match in forms.same_day.finditer(text):
        add(match, (before(match) or [announced])[-1])
    for match in forms.immediate.finditer(text):
        recent = [day for day in before(match) if _just_before(day, published, IN_FORCE_DAYS)]
        since = signed if forms.signature.search(match.group()) else announced
        add(match, recent[-1] if recent else since)
    return found


def _count(match: re.Match[str], sentence: Sentence) -> int:
    """How many units a length says; one where it says none ("half a year", "the day after")."""
    written = _group(match, "n")
    return (sentence.language.dates.numbers.get(written) or number(written)) if written else 1


def _tells_of_the_past(sentence: Sentence, named: Sequence[Dated], published: date) -> bool:
    """Whether every year and day that a sentence names lies well before publication."""
    days = [dated.day for dated in named if dated.starts or dated.in_force]
    recently = published - timedelta(days=IN_FORCE_DAYS)
    if days:
        return max(days) < recently
    years = [int(match["year"]) for match in sentence.language.past.finditer(sentence.text)]
    return bool(years) and max(years) < recently.year


def _effective(marked: Sequence[Dated], primary: Act, speaking: set[int]) -> Dated | None:
    """A day that is said to bring something into force goes before one that merely starts something."""
    own = [d for d in marked if d.sentence.order == primary.order]
    others = [d for d in marked if d.sentence.order in speaking or d.sentence.titled]
    for pool in (own, others, marked):
        for dated in pool:
            if dated.in_force and not dated.ends and not _of_another(dated):
                return dated
    next_to = [d for d in marked if 0 < d.sentence.order - primary.order <= _GOING_ON]
    for pool in (own, others, next_to):
        for dated in pool:
            if dated.starts and not dated.ends and not dated.foreseen and not _of_another(dated):
                return dated
    return None


def _end(marked: Sequence[Dated], primary: Act, speaking: set[int], sentences: Sequence[Sentence]) -> Dated | None:
    """The last day said of the act, in its own sentences, the next, or one that goes on about the instrument.

    The first of them; of something renewed the latest that its sentence says, not the day on which it was to end.
    """
    going_on = (*INSTRUMENTS, C.SUSPEND, C.GRACE, C.EXTEND, C.REFERENCE)
    about = speaking | {primary.order + 1, primary.order + 2} | {s.order for s in sentences if s.of(*going_on)}
    commented = {s.order for s in sentences if s.of(C.DRAFT)}  # what ends there is the time for comments
    ends = [d for d in marked if d.ends and not d.foreseen and d.sentence.order in about - commented]
    if not ends or not _renewed(primary, sentences, speaking):
        return ends[0] if ends else None
    return max((d for d in ends if d.sentence is ends[0].sentence), key=lambda dated: dated.day)


def _renewed(primary: Act, sentences: Sequence[Sentence], speaking: set[int]) -> bool:
    """Whether the sentences of the act say that something is extended."""
    told = [s for s in sentences if s.order in speaking]
    return any(s.of(C.EXTEND) for s in (primary.sentence, *told))


def _of_another(dated: Dated) -> bool:
    """Whether the clause of the day speaks of an older act."""
    sentence, reach = dated.sentence, dated.sentence.language.reach.modifier
    near = (
        t
        for t in sentence.of(C.RECITAL, C.ONGOING, C.EARLIER)
        if not dated.start <= t.start < dated.end
        and abs(t.start - dated.end) <= reach // 2
        and not _PAUSE.search(sentence.text, *_between(t, dated))
    )
    before = (t for t in sentence.of(C.EARLIER) if 0 <= dated.start - t.end <= reach)
    return any(near) or any(before)


def _between(token: Token, dated: Dated) -> tuple[int, int]:
    return (token.end, dated.start) if token.end <= dated.start else (dated.end, token.start)


def _is_ended(act: Act) -> bool:
    """Whether the act ends an instrument, so that the length which its name bears ("six-month halt") is over."""
    return act.operator is not None and act.operator.concept in (C.LIFT, C.ALLOW, C.GRANT)


def _after_length(begins: date | None, sentences: Sequence[Sentence], speaking: set[int], ended: bool) -> Dated | None:
    """The end that a stated length gives, counted from its first day; of what is `ended`, not that of its name."""
    if begins is None:
        return None
    for sentence in sentences:
        if sentence.order not in speaking or not sentence.of(C.SUSPEND, C.STOP, C.GRACE, C.BAN, C.EXTEND):
            continue
        forms = sentence.language.dates
        for match in forms.length.finditer(sentence.text):
            if ended and match["unit"] is None:
                continue
            count = _count(match, sentence)
            unit = forms.units.get(_group(match, "unit"))
            end = _plus(begins, count, unit) if count and unit else None
            if end is not None:
                return Dated(sentence=sentence, start=match.start(), end=match.end(), day=end, ends=True)
    return None


def _plus(day: date, count: int, unit: str) -> date | None:
    try:
        if unit in ("day", "week"):
            return day + timedelta(days=count * (7 if unit == "week" else 1))
        months = day.month - 1 + count * _MONTHS[unit]
        year, month = day.year + months // 12, months % 12 + 1
        return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
    except (ValueError, OverflowError):
        return None


def _group(match: re.Match[str], name: str) -> str:
    """The first group of `name`, `name`2 … `name`5 that took part."""
    groups = match.groupdict()
    return next((value for key in (name, *(f"{name}{n}" for n in range(2, 6))) if (value := groups.get(key))), "")


def _day(match: re.Match[str], sentence: Sentence, published: date | None, ahead: bool) -> date | None:
    forms = sentence.language.dates
    if _group(match, "weekday"):
        return _weekday(forms.weekdays[_group(match, "weekday")], published, ahead)
    month_text, day_text = _group(match, "m"), _group(match, "d")
    month = forms.months.get(month_text) or number(month_text)
    day = forms.numbers.get(day_text) or number(day_text)
    year = _year(match, sentence, published)
    try:
        return date(year, month, day) if year else _nearest(month, day, published)
    except ValueError:
        return None


def _weekday(weekday: int, published: date | None, ahead: bool) -> date | None:
    """The last such day until publication; of what is said to start or to end on it, the one that comes."""
    if published is None:
        return None
    forward = (weekday - published.weekday()) % 7
    return published + timedelta(days=forward if ahead and forward < _EVE else forward and forward - 7)


def _year(match: re.Match[str], sentence: Sentence, published: date | None) -> int:
    """The year that the text gives, by number, era or word; 0 where it gives none."""
    forms = sentence.language.dates
    groups = match.groupdict()
    written = _group(match, "y")
    if written:
        year = number(written)
        return year if year >= _CENTURY else _CENTURY * 20 + year
    era = _group(match, "era")
    if era:
        count = _group(match, "ey")
        return forms.eras[era] + (1 if count == "元" else number(count))
    relative = groups.get("relative") or ""
    if relative in forms.relative_years and published is not None:
        return published.year + forms.relative_years[relative]
    if relative == "同年":
        earlier = re.findall(r"(\d{4})年", sentence.text[: match.start()])
        return int(earlier[-1]) if earlier else 0
    return 0


def _nearest(month: int, day: int, published: date | None) -> date | None:
    """The day of that month that comes next, unless it lies a short way back."""
    if published is None:
        return None
    if not month:  # "from the 12th"
        first = published.replace(day=1)
        firsts = (first, (first - timedelta(days=1)).replace(day=1), (first + timedelta(days=32)).replace(day=1))
        days = [one.replace(day=day) for one in firsts if day <= calendar.monthrange(one.year, one.month)[1]]
        return min(days, key=lambda one: abs(one - published), default=None)
    this_year = date(published.year, month, day)
    if (published - this_year).days > _PAST_DAYS:
        return date(published.year + 1, month, day)
    if (this_year - published).days > 366 - _PAST_DAYS:
        return date(published.year - 1, month, day)
    return this_year


def iso(text: str) -> date | None:
    """The day that an ISO text names, with or without a time, or None; a year without notices is none either."""
    try:
        day = date.fromisoformat(text.strip()[:10].replace("/", "-"))
    except ValueError:
        return None
    return day if _FIRST_YEAR <= day.year < _LAST_YEAR else None
