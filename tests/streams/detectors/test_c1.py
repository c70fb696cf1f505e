"""C1: what an act that was read says of a supply group."""

import msgspec
import pytest

from streams.detectors.c1 import C1, C1Parameters
from streams.notices.readings import ActKind, Polarity, Reading, Span
from streams.observations import NoticeObservation
from streams.signals import Certainty, Hazard, Phase, Signal

DETECTOR = C1()
PARAMETERS = C1Parameters(
    dated=1.5,
    acts=dict.fromkeys(ActKind, 1.0) | {ActKind.EXPORT_BAN: 2.0, ActKind.EXPORT_LICENSING: 1.5},
    renewed=0.5,
    planned=0.4,
)
PUBLISHED_AT = 1_688_342_400  # 2023-07-03


def notice(**changes: object) -> NoticeObservation:
    """An official act on gallium and germanium, with `changes` of its reading."""
    reading = Reading(
        is_relevant=True,
        act_kind=ActKind.EXPORT_LICENSING,
        polarity=Polarity.IMPOSE,
        minerals=("gallium", "germanium"),
        actor="CHN",
        targets=("ALL",),
        hs=("81129290",),
        published_on="2023-07-03",
        effective_on="2023-08-01",
        official=True,
        spans=(Span("polarity", "title", 0, 9, "implement"), Span("act_kind", "title", 0, 9, "implement")),
    )
    return NoticeObservation(
        document_id="MOFCOM:2023-23",
        feed="made",
        issuer="MOFCOM",
        number="2023-23",
        language="en",
        title="An act",
        address="https://example.org/act",
        occurred_at=PUBLISHED_AT,
        known_at=PUBLISHED_AT + 86_340,
        evidence="ab" * 32,
        row=7,
        reading=msgspec.structs.replace(reading, **changes),
    )


def signal(group: str = "gallium", **changes: object) -> Signal:
    """The one signal of a notice."""
    (found,) = DETECTOR.observe(notice(**changes), group, PARAMETERS)
    return found


def test_an_act_raises_with_its_evidence() -> None:
    """An official act is observed; it names the minerals of the group, the state, the act and the stored row."""
    found = signal()
    assert found.phase is Phase.RAISED
    assert found.claims is Certainty.OBSERVED
    assert found.hazard is Hazard.RESTRICTION
    assert found.minerals == ("gallium",)
    assert found.origin == "CHN"
    assert found.score == 1.5 * 1.5
    assert found.act is not None
    assert found.act.effective_on == "2023-08-01"
    assert found.act.quotes == ("implement",)
    (evidence,) = found.evidence
    assert (evidence.sha256, evidence.row, evidence.known_at) == ("ab" * 32, 7, PUBLISHED_AT + 86_340)


def test_each_group_has_its_own_signal() -> None:
    """One document on two groups gives two signals with ids of their own, and the same ids every time."""
    ids = {signal("gallium").signal_id, signal("germanium").signal_id}
    assert len(ids) == 2
    assert ids == {signal("gallium").signal_id, signal("germanium").signal_id}
    assert signal("germanium").minerals == ("germanium",)


@pytest.mark.parametrize(
    ("polarity", "phase", "claims", "raises"),
    [
        (Polarity.IMPOSE, Phase.RAISED, Certainty.OBSERVED, True),
        (Polarity.TIGHTEN, Phase.RAISED, Certainty.OBSERVED, True),
        (Polarity.EXTEND, Phase.CONTINUING, Certainty.OBSERVED, False),
        (Polarity.SUSPEND, Phase.CLEARED, Certainty.OBSERVED, True),
        (Polarity.RELAX, Phase.CLEARED, Certainty.OBSERVED, True),
        (Polarity.NONE, Phase.RAISED, Certainty.POSSIBLE, False),
    ],
)
def test_polarity_decides_the_phase(polarity: Polarity, phase: Phase, claims: Certainty, raises: bool) -> None:
    """What restricts raises, what eases clears, a renewal and a plan stay below the raise threshold."""
    found = signal(polarity=polarity)
    assert (found.phase, found.claims) == (phase, claims)
    assert (found.score >= 1.0) is raises


def test_easing_clears_what_the_same_state_raised() -> None:
    """The subject of an act and of the act that eases it are the same; another state's is not."""
    assert signal(polarity=Polarity.SUSPEND).subject == signal().subject
    assert signal(polarity=Polarity.SUSPEND, actor="COD").subject != signal().subject


def test_a_page_of_the_press_is_likely() -> None:
    """Without an official address the same words claim less."""
    assert signal(official=False).claims is Certainty.LIKELY


def test_an_act_with_its_day_weighs_more_than_an_intention() -> None:
    """The day of effect makes a plan an act: enough to be heard anew."""
    assert signal().score == signal(effective_on="").score * PARAMETERS.dated
    with pytest.raises(ValueError, match="dated"):
        msgspec.structs.replace(PARAMETERS, dated=0.5).check()


def test_what_is_not_relevant_says_nothing() -> None:
    """A look-alike gives no signal."""
    assert DETECTOR.observe(notice(is_relevant=False), "gallium", PARAMETERS) == []


def test_a_mineral_that_the_reference_does_not_know_stays_with_the_group_asked() -> None:
    """A mineral that somebody has added is not lost."""
    assert signal(minerals=("gallium", "unobtainium")).minerals == ("gallium", "unobtainium")


@pytest.mark.parametrize("name", ["renewed", "planned"])
def test_thresholds_that_cannot_hold_are_refused(name: str) -> None:
    """A renewal or a plan that raises by itself, or an instrument without a score, is refused by name."""
    with pytest.raises(ValueError, match=name):
        msgspec.structs.replace(PARAMETERS, **{name: 1.0}).check()
    with pytest.raises(ValueError, match="export_ban"):
        msgspec.structs.replace(PARAMETERS, acts={ActKind.OTHER: 1.0}).check()
    PARAMETERS.check()
