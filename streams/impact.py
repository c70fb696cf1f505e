"""What is at stake for each participant: reference figures → severity, with the arithmetic kept in its parts.

The rule is the paragraph on severity of the design of detection: net import reliance × share of supply at stake × loss
fraction × (1 − what can be substituted), against days of cover; lifted one step where one country holds most of the
stage. Which figures were known is the business of `streams.figures`.
"""

from typing import NamedTuple

import msgspec

from streams.assessments import Alternative, Figure, Impact, Severity
from streams.figures import NO_FIGURE, Figures
from streams.notices.readings import ActKind
from streams.reasons import Reason
from streams.reference import Reference
from streams.signals import Hazard

_STEPS = (Severity.MINOR, Severity.MODERATE, Severity.SEVERE, Severity.EXTREME)
RANK = (Severity.MINOR, Severity.UNKNOWN, *_STEPS[1:])
"""How heavily severities weigh beside each other: what is unknown may be as bad as what rings; it outweighs minor."""


class LossParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Table [impact.loss]: the fraction of what is at stake that an act takes away within the horizon, by its kind."""

    export_ban: float
    export_quota: float
    export_licensing: float
    export_tax: float
    entity_listing: float
    technology_control: float
    suspension: float
    other: float
    none: float

    def of(self, kind: ActKind) -> float:
        """The fraction for one kind of act."""
        return float(getattr(self, kind.value))


class ImpactParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Section [impact] of thresholds.toml: what an act takes away, and from where on a loss is how severe."""

    loss: LossParameters
    substitutable: float  # fraction that can be substituted within the horizon
    fall_lasts_days: float  # how long a fall that customs show is taken to last
    horizon_days: float
    extreme: float  # cut points: fraction of a horizon's supply that is gone
    severe: float
    moderate: float
    single_point_share_percent: float  # one country above this share of a stage lifts the severity one step

    def check(self) -> None:
        """Raise ValueError naming the fields whose relation cannot hold."""
        if not 0 < self.moderate < self.severe < self.extreme <= 1:
            raise ValueError("impact.moderate, impact.severe and impact.extreme must rise, above 0 and up to 1")
        fractions = [*map(self.loss.of, ActKind), self.substitutable]
        if not all(0 <= fraction <= 1 for fraction in fractions):
            raise ValueError("impact.loss and impact.substitutable must lie in [0, 1]")
        if not 0 < self.single_point_share_percent <= 100 or not self.horizon_days > 0:
            raise ValueError("impact.single_point_share_percent must lie in (0, 100], impact.horizon_days above 0")
        if not 0 < self.fall_lasts_days <= self.horizon_days:
            raise ValueError("impact.fall_lasts_days must lie in (0, impact.horizon_days]")


class Outage(NamedTuple):
    """A mine, plant or port that is taken to stand still: what it ships, and for how many days."""

    place_id: str
    minerals: tuple[str, ...]
    days: float


ALL = "ALL"


class Cause(NamedTuple):
    """One act, or one flow that fell, and whom it hits: alpha-3 codes, or ("ALL",)."""

    targets: tuple[str, ...]
    act: ActKind = ActKind.NONE
    fall: float = 0.0  # fraction of the expected flow that customs show missing; 1.0 for a stop

    def loss(self, parameters: ImpactParameters) -> float | None:
        """The fraction of what is at stake that is gone within the horizon; None where there is no act and no fall."""
        if self.act is not ActKind.NONE:
            return parameters.loss.of(self.act)
        return self.fall * min(1.0, parameters.fall_lasts_days / parameters.horizon_days) if self.fall else None


_NO_CAUSE = Cause((ALL,))


class ImpactQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """What happened, as far as it bears on the loss; `at` is a known_at, in seconds."""

    hazard: Hazard
    group: str
    minerals: tuple[str, ...] = ()
    origin: str = ""
    route: str = ""
    causes: tuple[Cause, ...] = ()
    outages: tuple[Outage, ...] = ()  # of places that a hazard struck
    at: int


def impacts(
    question: ImpactQuestion, reference: Reference, parameters: ImpactParameters, participants: tuple[str, ...]
) -> tuple[Impact, ...]:
    """What is at stake for each participant, in the order of `participants`.

    The worst member of the group speaks, and of what happened what weighs most for that side: an act against one side
    and another against all are not one act against all.
    """
    figures = Figures(reference, question.at)
    minerals = _minerals(question, reference)
    found = []
    for participant in participants:
        side = _Side(participant, participants, figures, parameters)
        each = [
            _impact(question, mineral, cause, side) for mineral in minerals for cause in question.causes or (_NO_CAUSE,)
        ]
        found.append(max(each, key=_weight, default=_nothing(participant)))
    return tuple(found)


def alternatives(group: str, origin: str, at: int, reference: Reference) -> tuple[Alternative, ...]:
    """The largest other producers at the stage where `origin` weighs most, newest figures first known at `at`.

    Where no other producer of that stage is published, those of another stage; at most five, largest first.
    """
    figures = Figures(reference, at)
    head = (group,) if group in reference.minerals else reference.members(group)
    best: tuple[float, tuple[Alternative, ...]] = (-1.0, ())
    for mineral in head if origin else ():
        for stage in figures.stages(mineral):
            others = figures.others(mineral, stage, origin)
            share = figures.world_share_at(mineral, stage, origin).value
            if others and share is not None and share > best[0]:
                best = (share, tuple(Alternative(country=f.country, share=f) for f in others))
    return best[1]


class _Side(NamedTuple):
    """For whom an impact is worked out, and with what."""

    participant: str
    participants: tuple[str, ...]
    figures: Figures
    parameters: ImpactParameters


def _impact(question: ImpactQuestion, mineral: str, cause: Cause, side: _Side) -> Impact:
    participant, figures, parameters = side.participant, side.figures, side.parameters
    reliance = figures.reliance(mineral, participant)
    world = figures.world_share(mineral, question.origin)
    own = figures.import_share(mineral, participant, question.origin)
    cover, target = figures.cover(mineral, participant), figures.cover_target(mineral, participant)
    partner, through = _through(question, mineral, cause, side)
    everybody = ALL in cause.targets
    targeted = everybody or participant in cause.targets
    share = through if not targeted else world if everybody else own
    loss = cause.loss(parameters)
    whole = world  # what would have to hold most of the stage to be a single point of failure
    outage, struck = _struck(question, mineral, figures)
    if outage is not None:
        share = whole = struck
        loss = min(1.0, outage.days / parameters.horizon_days)
    single_point = targeted and not whole.bound and (whole.value or 0.0) > parameters.single_point_share_percent
    at_stake, reason = _at_stake(question, reliance, share, loss, parameters)
    most = _most(reliance, share, loss, parameters)
    is_share_known = share.value is not None and ">" not in share.bound
    is_small = reason is Reason.RELIANCE_UNKNOWN and is_share_known and not single_point and most < parameters.moderate
    uncovered = None
    if at_stake is not None:
        days = cover.value if cover.value is not None else 0.0
        uncovered = at_stake * max(0.0, 1.0 - days / parameters.horizon_days)
    severity = _severity(uncovered, single_point, parameters)
    if severity is Severity.MINOR and ">" in reliance.bound + share.bound and most >= parameters.moderate:
        severity = Severity.UNKNOWN  # minor by a lower bound alone is no claim
    return Impact(
        participant=participant,
        severity=Severity.MINOR if is_small else severity,
        mineral=mineral,
        reliance=reliance,
        world_share=world,
        own_share=own,
        loss_fraction=loss,
        substitutable=parameters.substitutable if at_stake is not None else None,
        at_stake=at_stake,
        cover=cover,
        cover_target=target,
        through_partner=through,
        partner=partner,
        single_point=single_point and bool(uncovered),
        targeted=targeted,
        place=outage.place_id if outage is not None else "",
        place_share=struck,
        days_out=outage.days if outage is not None else None,
        missing=cause.fall if outage is None and cause.fall else None,
        missing_days=parameters.fall_lasts_days if outage is None and cause.fall else None,
        uncovered=uncovered,
        reason=Reason.SMALL_WHATEVER_RELIANCE if is_small else reason,
    )


def _struck(question: ImpactQuestion, mineral: str, figures: Figures) -> tuple[Outage | None, Figure]:
    """Of the places that a hazard struck, the one whose share times its days is the most; they are not added up.

    Country totals, which bound the places of one country, would be counted once for each of them.
    """
    own = [outage for outage in question.outages if mineral in outage.minerals]
    shares = [(outage, figures.place_share(outage.place_id, mineral)) for outage in own]
    return max(shares, key=_weight_of_outage, default=(None, NO_FIGURE))


def _weight_of_outage(pair: tuple[Outage, Figure]) -> tuple[float, float]:
    outage, share = pair
    return (share.value or 0.0) * outage.days, outage.days


def _at_stake(
    question: ImpactQuestion, reliance: Figure, share: Figure, loss: float | None, parameters: ImpactParameters
) -> tuple[float | None, Reason]:
    """The product of the parts, and whether a bound makes it one; None with the part that is missing."""
    if question.hazard in (Hazard.MARKET, Hazard.DUMPING, Hazard.NONE):
        return None, Reason.NOT_A_SUPPLY_LOSS
    if loss is None:
        return None, Reason.LOSS_UNKNOWN
    if reliance.value is None:
        return None, Reason.RELIANCE_UNKNOWN
    if share.value is None:
        return None, Reason.SHARE_UNKNOWN
    bounds = "".join(sorted({reliance.bound, share.bound}))
    reason = {"": Reason.COMPUTED, ">": Reason.AT_LEAST, "<": Reason.NO_MORE_THAN}.get(bounds, Reason.ROUGHLY)
    return _product(reliance.value, share.value, loss, parameters), reason


def _most(reliance: Figure, share: Figure, loss: float | None, parameters: ImpactParameters) -> float:
    """The most that can be at stake: what is unknown, or known from below only, is no more than all of it."""
    percents = [100.0 if figure.value is None or ">" in figure.bound else figure.value for figure in (reliance, share)]
    return _product(percents[0], percents[1], 1.0 if loss is None else loss, parameters)


def _product(reliance: float, share: float, loss: float, parameters: ImpactParameters) -> float:
    """The fraction that is lost, of two figures in percent and the fraction that an act takes away."""
    return reliance / 100 * share / 100 * loss * (1 - parameters.substitutable)


def _severity(uncovered: float | None, single_point: bool, parameters: ImpactParameters) -> Severity:
    if uncovered is None:
        return Severity.UNKNOWN
    step = sum(uncovered >= cut for cut in (parameters.moderate, parameters.severe, parameters.extreme))
    lifted = step + (1 if single_point and uncovered > 0 else 0)
    return _STEPS[min(lifted, len(_STEPS) - 1)]


def _through(question: ImpactQuestion, mineral: str, cause: Cause, side: _Side) -> tuple[str, Figure]:
    """The largest share that comes by way of a country that is hit, or of another participant."""
    hit = [t for t in cause.targets if t not in (ALL, side.participant, question.origin)]
    ways = hit or [p for p in side.participants if p not in (side.participant, question.origin)]
    known = [(way, side.figures.import_share(mineral, side.participant, way)) for way in ways]
    published = [(way, figure) for way, figure in known if figure.value is not None]
    return max(published, key=lambda pair: pair[1].value or 0.0, default=("", NO_FIGURE))


def _minerals(question: ImpactQuestion, reference: Reference) -> tuple[str, ...]:
    """The minerals named; else the one that the group is called after; else all of its members."""
    named = tuple(m for m in question.minerals if m in reference.minerals)
    if named:
        return named
    return (question.group,) if question.group in reference.minerals else reference.members(question.group)


def _weight(impact: Impact) -> tuple[int, float, int, float]:
    """The worst weighs most: severity, what is at stake, then the figures that are the mineral's own, reliance."""
    own = sum(figure.mineral == impact.mineral for figure in (impact.reliance, impact.world_share, impact.own_share))
    return RANK.index(impact.severity), impact.uncovered or 0.0, own, impact.reliance.value or 0.0


def _nothing(participant: str) -> Impact:
    """A pure route: there is no mineral whose figures could be set against each other."""
    return Impact(
        participant=participant,
        severity=Severity.UNKNOWN,
        mineral="",
        reliance=NO_FIGURE,
        world_share=NO_FIGURE,
        own_share=NO_FIGURE,
        loss_fraction=None,
        substitutable=None,
        at_stake=None,
        cover=NO_FIGURE,
        cover_target=NO_FIGURE,
        through_partner=NO_FIGURE,
        reason=Reason.NO_MINERAL,
    )
