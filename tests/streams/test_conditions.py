"""Conditions: which acts are in force, whom they hit and since when, the same in every order of arrival."""

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.conditions import ACTS_KEPT, in_force, is_act, kept
from streams.notices.readings import ActKind, Polarity
from streams.observations import Family
from streams.signals import Act, Certainty, Hazard, Phase, Signal, signal_id_of


def at(day: str) -> int:
    """The last second of a day."""
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) + 86_399


def act(
    published: str,
    polarity: Polarity = Polarity.IMPOSE,
    effective: str = "",
    end: str = "",
    kind: ActKind = ActKind.EXPORT_LICENSING,
    **names: object,
) -> Signal:
    """An act of China on gallium."""
    given_names: dict[str, object] = {"targets": ("ALL",), "minerals": ("gallium",), "claims": Certainty.OBSERVED}
    chosen = given_names | names
    number = f"{published} {polarity} {kind} {chosen['minerals']} {chosen['targets']}"
    return Signal(
        signal_id=signal_id_of("C1", number, Phase.RAISED, at(published)),
        detector="C1",
        hazard=Hazard.RESTRICTION,
        group="gallium",
        subject="notices:CHN:gallium",
        family=Family.NOTICES,
        phase=Phase.RAISED,
        occurred_at=at(published) - 86_399,
        known_at=at(published),
        score=1.0,
        claims=chosen["claims"],  # type: ignore[arg-type]
        minerals=chosen["minerals"],  # type: ignore[arg-type]
        origin="CHN",
        act=Act(
            document_id=number,
            issuer="MOFCOM",
            number=number,
            title="",
            language="zh",
            address="",
            kind=kind,
            polarity=polarity,
            published_on=published,
            effective_on=effective,
            end_on=end,
            targets=chosen["targets"],  # type: ignore[arg-type]
        ),
    )


def standing(acts: list[Signal], day: str, against: str = "") -> list[tuple[str, str, str]]:
    """What is in force on a day: instrument, since, until."""
    return [(c.kind.value, c.since, c.until) for c in in_force(acts, "CHN", at(day), against)]


LICENCE = act("2023-07-03", effective="2023-08-01")


def test_an_act_is_in_force_from_the_day_of_its_effect_and_for_years() -> None:
    """Not before, and not faded ten years later."""
    assert standing([LICENCE], "2023-07-31") == []
    assert standing([LICENCE], "2023-08-01") == [("export_licensing", "2023-08-01", "")]
    assert standing([LICENCE], "2033-08-01") == [("export_licensing", "2023-08-01", "")]
    assert in_force([LICENCE], "MMR", at("2024-01-01")) == ()
    (found,) = in_force([LICENCE], "CHN", at("2023-09-30"))
    assert (found.days_at(at("2023-09-30")), found.act, found.minerals) == (60, LICENCE.act, ("gallium",))


def test_what_was_not_yet_known_is_not_in_force() -> None:
    """An act of last week that is published today was not known yesterday."""
    late = act("2023-09-10", effective="2023-09-01")
    assert standing([late], "2023-09-09") == []
    assert standing([late], "2023-09-10") == [("export_licensing", "2023-09-01", "")]


def test_a_suspension_pauses_and_what_it_paused_comes_back() -> None:
    """Suspended until a day: gone, and in force anew after it; suspended without an end: gone."""
    paused = act("2024-11-10", Polarity.SUSPEND, end="2026-11-10")
    acts = [LICENCE, paused]
    assert standing(acts, "2024-11-09") == [("export_licensing", "2023-08-01", "")]
    assert standing(acts, "2026-11-10") == []
    assert standing(acts, "2026-11-11") == [("export_licensing", "2026-11-10", "")]
    assert standing([LICENCE, act("2024-11-10", Polarity.SUSPEND)], "2030-01-01") == []


def test_a_relief_ends_its_own_instrument() -> None:
    """The end of the quota leaves the licence; a relief that names no instrument ends all."""
    quota = act("2023-07-04", kind=ActKind.EXPORT_QUOTA)
    end_of_quota = act("2024-01-01", Polarity.RELAX, kind=ActKind.EXPORT_QUOTA)
    assert standing([LICENCE, quota, end_of_quota], "2024-02-01") == [("export_licensing", "2023-08-01", "")]
    end_of_all = act("2024-01-01", Polarity.RELAX, kind=ActKind.OTHER)
    assert standing([LICENCE, quota, end_of_all], "2024-02-01") == []


def test_a_relief_for_one_country_leaves_the_others() -> None:
    """Suspended for the United States: still in force against Japan, and as a condition of the group."""
    paused = act("2024-11-10", Polarity.SUSPEND, end="2026-11-10", targets=("USA",))
    acts = [LICENCE, paused]
    assert standing(acts, "2025-01-01", "USA") == []
    assert standing(acts, "2025-01-01", "JPN") == [("export_licensing", "2023-08-01", "")]
    assert standing(acts, "2025-01-01") == [("export_licensing", "2023-08-01", "")]


def test_an_act_against_one_country_hits_that_one() -> None:
    """A ban for the United States is none for Japan."""
    ban = act("2024-12-03", kind=ActKind.EXPORT_BAN, targets=("USA",))
    assert standing([ban], "2025-01-01", "USA") == [("export_ban", "2024-12-03", "")]
    assert standing([ban], "2025-01-01", "JPN") == []
    assert standing([ban], "2025-01-01") == [("export_ban", "2024-12-03", "")]


def test_an_end_is_kept_and_a_renewal_moves_it() -> None:
    """A quota for a year is over with the year; its renewal lasts, since when it began."""
    first = act("2023-01-01", end="2023-12-31", kind=ActKind.EXPORT_QUOTA)
    renewed = act("2023-12-20", Polarity.EXTEND, effective="2024-01-01", end="2024-12-31", kind=ActKind.EXPORT_QUOTA)
    assert standing([first], "2024-01-01") == []
    assert standing([first, renewed], "2024-06-01") == [("export_quota", "2023-01-01", "2024-12-31")]
    assert standing([first, renewed], "2025-01-01") == []


def test_one_more_page_is_no_further_act_and_a_tightening_is() -> None:
    """A page of the press weeks later changes nothing; an official act with a later day begins anew."""
    page = act("2023-10-01", claims=Certainty.LIKELY)
    assert standing([LICENCE, page], "2023-11-01") == [("export_licensing", "2023-08-01", "")]
    tighter = act("2024-08-15", Polarity.TIGHTEN, effective="2024-09-15")
    assert standing([LICENCE, tighter], "2024-10-01") == [("export_licensing", "2024-09-15", "")]


def test_a_relief_for_one_mineral_leaves_the_others_of_the_group() -> None:
    """Two rare earths are controlled, one is freed."""
    both = act("2023-07-03", minerals=("dysprosium", "terbium"))
    freed = act("2024-01-01", Polarity.RELAX, minerals=("terbium",))
    (found,) = in_force([both, freed], "CHN", at("2024-02-01"))
    assert found.minerals == ("dysprosium",)


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, True),
        ({"claims": Certainty.LIKELY}, True),
        ({"claims": Certainty.POSSIBLE}, False),
        ({"polarity": Polarity.NONE}, False),
    ],
)
def test_plans_and_what_is_only_possible_are_no_condition(changes: dict[str, object], counts: bool) -> None:
    """An act done, by an office or as the press reports it."""
    assert is_act(act("2023-07-03", **changes)) is counts  # type: ignore[arg-type]


@given(seed=st.integers(0, 2**32))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_the_order_of_arrival_changes_nothing(seed: int) -> None:
    """Any set of acts, however shuffled, gives the same conditions; so does what is kept of too many."""
    rng = random.Random(seed)
    acts = [
        act(
            f"20{rng.randrange(10, 30)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}",
            rng.choice([p for p in Polarity if p is not Polarity.NONE]),
            kind=rng.choice([ActKind.EXPORT_BAN, ActKind.EXPORT_QUOTA, ActKind.OTHER]),
            end=rng.choice(["", "2025-01-01", "2031-01-01"]),
            targets=rng.choice([("ALL",), ("USA",), ("JPN",)]),
            minerals=rng.choice([(), ("gallium",), ("germanium",)]),
        )
        for _ in range(12)
    ]
    shuffled = rng.sample(acts, len(acts))
    for against in ("", "USA", "JPN"):
        assert in_force(acts, "CHN", at("2030-01-01"), against) == in_force(shuffled, "CHN", at("2030-01-01"), against)
    many = [act(f"{1900 + n // 12}-{n % 12 + 1:02d}-01") for n in range(ACTS_KEPT + 30)]
    assert kept(rng.sample(many, len(many))) == kept([*kept(many[:100]), *many[100:]])
    assert len(kept(many)) == ACTS_KEPT
