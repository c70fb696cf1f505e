"""Signals made for the tests of patterns: falls of a flow, price gaps, acts and comparisons of destinations."""

from datetime import UTC, datetime

import msgspec

from streams.notices.readings import ActKind, Polarity
from streams.observations import SECONDS_A_DAY, Family
from streams.signals import (
    Act,
    Certainty,
    Comparison,
    Direction,
    Evidence,
    Hazard,
    Phase,
    Signal,
    revision_id_of,
    signal_id_of,
)

FLOW = "customs:CHN:JPN:250410"
GAP = "gap:home:world"


def at(day: str) -> int:
    """The first second of a day."""
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


def evidence(subject: str, occurred_at: int, known_at: int) -> Evidence:
    """One stored row."""
    return Evidence(sha256="ab" * 32, row=1, subject=subject, occurred_at=occurred_at, known_at=known_at, value=1.0)


def said(
    detector: str, subject: str, occurred: str, known: str, phase: Phase = Phase.RAISED, **names: object
) -> Signal:
    """What one detector says of China's graphite."""
    made = Signal(
        signal_id=signal_id_of(detector, subject, phase, at(occurred)),
        detector=detector,
        hazard=Hazard.RESTRICTION,
        group="graphite",
        subject=subject,
        family=Family.CUSTOMS,
        phase=phase,
        occurred_at=at(occurred),
        known_at=at(known),
        score=0.0 if phase is Phase.CLEARED else 1.5,
        claims=Certainty.LIKELY,
        minerals=("graphite_natural",),
        origin="CHN",
        evidence=(evidence(subject, at(occurred), at(known)),),
    )
    return msgspec.structs.replace(made, **names)


def fall(month: str, phase: Phase = Phase.RAISED, destination: str = "JPN", **names: object) -> Signal:
    """The flow to one country fell in a month, which becomes known fifty days after its end."""
    known = datetime.fromtimestamp(at(f"{month}-01") + 80 * SECONDS_A_DAY, UTC).date().isoformat()
    given: dict[str, object] = {"destination": destination, "observed": 10.0, "expected": 100.0, "unit": "t"}
    down = Direction.DOWN if phase is not Phase.CLEARED else Direction.NONE
    subject = FLOW.replace("JPN", destination)
    return said("V1", subject, f"{month}-01", known, phase, **({"direction": down} | given | names))


def gap(day: str, phase: Phase = Phase.RAISED, **names: object) -> Signal:
    """The price abroad stands above that at home."""
    given: dict[str, object] = {"family": Family.PRICES, "direction": Direction.DOWN}
    return said("P3", GAP, day, day, phase, **(given | names))


def act(day: str, polarity: Polarity = Polarity.IMPOSE, effective: str = "", end: str = "", **names: object) -> Signal:
    """China requires licences for graphite, or eases that."""
    targets = names.pop("targets", ("ALL",))
    document = Act(
        document_id=f"MOFCOM {day} {polarity} {targets}",
        issuer="MOFCOM",
        number=day,
        title="",
        language="zh",
        address="",
        actor="CHN",
        kind=ActKind.EXPORT_LICENSING,
        polarity=polarity,
        published_on=day,
        effective_on=effective,
        end_on=end,
        targets=targets,  # type: ignore[arg-type]
    )
    given: dict[str, object] = {"family": Family.NOTICES, "claims": Certainty.OBSERVED, "act": document}
    made = said("C1", "notices:CHN:graphite", day, day, **(given | names))
    return msgspec.structs.replace(
        made, signal_id=signal_id_of("C1", document.document_id, Phase.RAISED, made.occurred_at)
    )


def revised(taken: Signal, known: str) -> Signal:
    """The source takes back the figure behind a signal."""
    withdraws = (taken.signal_id,)
    made = said("X2", taken.subject, known, known, Phase.REVISED, withdraws=withdraws, score=0.0)
    return msgspec.structs.replace(
        made, signal_id=revision_id_of(taken.subject, taken.hazard, made.known_at, withdraws)
    )


def comparison(month: str, value: float = 0.2, p_value: float | None = 0.01, **names: object) -> Comparison:
    """What of its usual the flow to Japan is, over what those to the others are of theirs."""
    occurred_at = at(f"{month}-01")
    known_at = occurred_at + 80 * SECONDS_A_DAY
    placebos = None if p_value is None else 199
    made = Comparison(
        subject=f"selectivity:{FLOW}",
        flow=FLOW,
        origin="CHN",
        destination="JPN",
        hs="250410",
        minerals=("graphite_natural",),
        occurred_at=occurred_at,
        known_at=known_at,
        value=value,
        ratio=value,
        p_value=p_value,
        rank=None if p_value is None else round(p_value * 200),
        placebos=placebos,
        others=7,
        evidence=tuple(evidence(f"flow {n}", occurred_at, known_at) for n in range(8)),
    )
    return msgspec.structs.replace(made, **names)
