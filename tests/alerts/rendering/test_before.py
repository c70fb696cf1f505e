"""How often the rule behind an alert rang before, and how often truly, told beside it in both languages."""

from msgspec.structs import replace

from alerts.rendering.before import before
from alerts.rendering.voice import Voice
from alerts.track_record import Rate, TrackRecord
from tests.alerts.rendering.scenes import AT, fall, restriction
from tests.alerts.rendering.test_messages import numbers
from tests.golden.scene import THRESHOLDS, Story, surroundings

RECORD = TrackRecord(
    thresholds=THRESHOLDS,
    since="2008-01-01",
    until="2024-03-31",
    scored=True,
    rates=(
        Rate(detector="V1", group="graphite", rings=3, true=2, false=1),
        Rate(detector="V1", group="tin", rings=1, true=0, false=1),
        Rate(detector="P1", group="graphite", rings=9, true=1, false=8),
    ),
)
STATE = Story(restriction(fall())).state


def said(record: TrackRecord | None, language: str = "en") -> list[str]:
    """The lines in one language."""
    around = surroundings()
    voice = Voice(around.wording.catalogues[language], around.reference, around.directory, ("UTC",), AT)
    return before(voice, STATE, record)


def test_counts_of_the_rule_and_of_the_detector_are_told_in_both_languages() -> None:
    """This detector on this group, then on all groups; no other detector's rings are counted in."""
    (english,), (japanese,) = said(RECORD), said(RECORD, "ja")
    assert english == (
        "V1 (customs figures) on graphite, Jan 1, 2008 to Mar 31, 2024: 3 rings, 2 for a real event, 1 for nothing; "
        "on everything: 4 rings, 2 for a real event, 2 for nothing"
    )
    assert numbers(english) == numbers(japanese)
    assert "発報3回（うち実際の事象2回、誤報1回）" in japanese


def test_what_was_not_judged_and_what_never_rang_is_said_so() -> None:
    """Without a ledger nobody knows which rings were true; a rule that never rang rang never, which is known."""
    assert "3 rings, which of them were real was not judged" in said(replace(RECORD, scored=False))[0]
    elsewhere = replace(RECORD, rates=RECORD.rates[1:])
    assert "Mar 31, 2024: 0 rings; on everything: 1 ring, 0 for a real event, 1 for nothing" in said(elsewhere)[0]


def test_other_thresholds_or_none_are_unknown() -> None:
    """What another thresholds file did tells nothing of this alert."""
    unknown = ["unknown: these thresholds have stood no backtest here"]
    assert said(None) == unknown
    assert said(replace(RECORD, thresholds="0" * 64)) == unknown
    assert said(None, "ja") == ["不明：このしきい値による過去検証の記録なし"]
