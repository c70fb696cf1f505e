"""A source's revision → the words of a message: what was taken back, and why the message comes."""

from alerts.coordination import REVISED
from alerts.deliveries import Delivery, Purpose
from alerts.reasons import Reason
from alerts.rendering.voice import Voice
from alerts.states import AlertState


def errand(state: AlertState, delivery: Delivery) -> str:
    """Why a message comes, as its headline has it: `revised`, `withdrawn`, `renewed`, else its purpose."""
    if delivery.purpose is Purpose.CLOSE and state.cancelled_reason == Reason.SOURCE_REVISED:
        return "withdrawn"
    if delivery.renews:
        return "renewed"
    if delivery.purpose is Purpose.UPDATE and delivery.occasion.startswith(REVISED):
        return "revised"
    return delivery.purpose.value


def revision(voice: Voice, state: AlertState) -> str:
    """That the source has revised its figures, since when that is known and what counts no longer; else empty."""
    assessment = state.assessment
    if not assessment.revised_at:
        return ""
    day = voice.utc_day(assessment.revised_at)
    if not assessment.withdrawn:
        return voice.say("sure.revised_only", day=day)
    return voice.count("sure.revised", len(assessment.withdrawn), day=day)
