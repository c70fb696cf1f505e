"""Thresholds are data: one file, checked in full, with messages that name the field and say what to do."""

import re

import pytest

from streams.detectors import CALENDAR_DETECTORS, DETECTORS, NOTICE_DETECTORS
from streams.errors import BadThresholds
from streams.observations import Cadence, Family, Measure, Series
from streams.thresholds import Thresholds, load, packaged, packaged_bytes

SHIPPED = packaged_bytes().decode("utf-8")
CODES = [detector.code for detector in (*DETECTORS, *NOTICE_DETECTORS, *CALENDAR_DETECTORS)]


def flow(mineral: str, series_id: str = "s", route: str = "") -> Series:
    """A customs flow of one mineral."""
    return Series(
        series_id=series_id,
        feed="made",
        family=Family.CUSTOMS,
        group=mineral,
        measure=Measure.QUANTITY,
        unit="kg",
        cadence=Cadence.MONTHLY,
        minerals=(mineral,),
        route=route,
    )


def changed(pattern: str, replacement: str, text: str = SHIPPED) -> Thresholds:
    """The shipped file with one place changed, loaded."""
    new, count = re.subn(pattern, replacement, text, count=1, flags=re.MULTILINE | re.DOTALL)
    assert count == 1, f"{pattern} is not in the shipped file"
    return load(new.encode("utf-8"), "mine.toml")


def test_the_shipped_file_holds_for_every_registered_detector() -> None:
    """Each detector finds parameters of its own type."""
    thresholds = packaged()
    for detector in (*DETECTORS, *NOTICE_DETECTORS, *CALENDAR_DETECTORS):
        assert type(thresholds.parameters(detector.code, None)) is detector.Parameters


def test_the_digest_is_that_of_the_bytes() -> None:
    """A changed comment is another file: what stands in an alert can be compared with a file by anybody."""
    assert packaged().digest != load((SHIPPED + "# a word\n").encode()).digest
    assert len(packaged().digest) == 64


@pytest.mark.parametrize(
    ("pattern", "replacement", "words"),
    [
        (r"^\[detectors\.P1\.daily\]", "[detectors.P1.hourly]", ["mine.toml", "detectors.P1", "hourly"]),
        (r"^jump_limit = [^\n]*", "jump_limt = 0.7", ["mine.toml", "detectors.P1", "jump_limt"]),
        (r"^\[detectors\.V2\]", "[detectors.V9]", ["mine.toml", "V9", "V2"]),
        (r"^follow_limit = [^\n]*", "", ["mine.toml", "detectors.P1", "follow_limit"]),
        (r"clear = 0\.\d+", "clear = 1.2", ["mine.toml", "clear", "raise"]),
        (r"^sample = \d+", "sample = 60", ["mine.toml", "sample", "warm_up", "60"]),
        (r"^warm_up = 120", "warm_up = 50", ["mine.toml", "warm_up", "horizons"]),
        (r"^horizons = \[1, 5, 20, 60\]", "horizons = [1, 5, 20]", ["mine.toml", "horizons", "strides"]),
        (r"^paired_new_year = [^\n]*", "paired_new_year = 3", ["mine.toml", "paired_new_year", "array"]),
        (r"^hold_score = [^\n]*", "hold_score = 2.0", ["mine.toml", "hold_score"]),
        (r"^raise_probability = [^\n]*", "raise_probability = 0.9", ["mine.toml", "V2", "raise_probability"]),
        (r"^\[assess\]", "[assess]\nunheard_of = 1", ["mine.toml", "unheard_of"]),
        (r"\Z", "\n[impact.unheard_of]\nx = 1\n", ["mine.toml", "unheard_of"]),
        (r"\Z", "\nthis is not TOML", ["mine.toml", "line"]),
    ],
)
def test_what_cannot_hold_is_refused_by_name(pattern: str, replacement: str, words: list[str]) -> None:
    """The message names the file, the section or field, and the relation."""
    with pytest.raises(BadThresholds) as refused:
        changed(pattern, replacement)
    for word in words:
        assert word in str(refused.value)


def test_bytes_that_are_no_text_are_refused() -> None:
    """A binary file is named as what it is: not a thresholds file."""
    with pytest.raises(BadThresholds, match=r"mine\.toml"):
        load(b"\xff\xfe\x00", "mine.toml")


def test_every_detector_needs_its_section() -> None:
    """A file that forgets a detector would switch it off in silence."""
    start = SHIPPED.index("[detectors.V2]")
    end = SHIPPED.index("[detectors.L1")
    with pytest.raises(BadThresholds, match=r"detectors\.V2.*missing"):
        load((SHIPPED[:start] + SHIPPED[end:]).encode())


OVERRIDE = """
[[overrides]]
detector = "V1"
mineral = "tungsten"
values.raise_z = 9.0

[[overrides]]
detector = "V1"
series = "one flow"
values.hold.calm_rows = 5

[[overrides]]
detector = "L1"
route = "chokepoint9"
values.daily.smallest = 99.0
"""


def test_overrides_by_mineral_series_and_route() -> None:
    """An override changes what it names and nothing else, tables inside tables too; the last that fits wins."""
    thresholds = load((SHIPPED + OVERRIDE).encode())
    usual = thresholds.parameters("V1", None)
    assert thresholds.parameters("V1", flow("copper")) == usual
    tungsten = thresholds.parameters("V1", flow("tungsten"))
    assert (tungsten.raise_z, tungsten.hold, tungsten.windows) == (9.0, usual.hold, usual.windows)
    single = thresholds.parameters("V1", flow("tungsten", "one flow"))
    assert (single.raise_z, single.hold.calm_rows, single.hold.clear) == (usual.raise_z, 5, usual.hold.clear)
    assert thresholds.parameters("V2", flow("tungsten")) == thresholds.parameters("V2", None)
    assert thresholds.parameters("L1", flow("x", route="chokepoint9")).daily.smallest == 99.0
    assert thresholds.parameters("L1", flow("x", route="chokepoint1")) == thresholds.parameters("L1", None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('detector = "V1"\nvalues.raise_z = 9.0', ["number", "mineral, series or route"]),
        ('detector = "V8"\nmineral = "tin"\nvalues.raise_z = 9.0', ["number", "V8"]),
        ('detector = "V1"\nmineral = "tin"\nvalues.raise_zz = 9.0', ["number", "raise_zz"]),
        ('detector = "V1"\nmineral = "tin"\nvalues.hold.clear = 2.0', ["number", "clear"]),
    ],
)
def test_an_override_is_checked_like_the_rest(text: str, words: list[str]) -> None:
    """Refused by its number in the file, with the same messages."""
    with pytest.raises(BadThresholds) as refused:
        load((SHIPPED + "\n[[overrides]]\n" + text).encode())
    for word in words:
        assert word in str(refused.value)


def test_every_value_of_the_shipped_file_says_why() -> None:
    """A threshold without a reason is a superstition: each value, or the table it stands in, is explained."""
    section = ""
    explained = False
    for number, line in enumerate(SHIPPED.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            section = stripped
            explained = "#" in stripped  # one reason for a table whose values are alike
            continue
        if stripped.startswith("#"):
            explained = True
            continue
        if not stripped:
            explained = False
            continue
        if "=" in stripped and section.startswith(("[detectors", "[assess", "[impact")):
            assert explained or "#" in stripped, f"line {number} of thresholds.toml has no reason: {stripped}"
