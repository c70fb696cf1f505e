"""Message → receipt, once, by the channel of its name: whatever a channel breaks with is a failed attempt."""

from collections.abc import Callable, Mapping

from alerts.channels.base import Channel, Message, Receipt
from alerts.errors import PermanentFailure, SendFailure, TemporaryFailure
from alerts.reasons import Reason


def attempt(channels: Mapping[str, Channel], name: str, compose: Callable[[], Message]) -> Receipt:
    """What the channel took. Raises SendFailure and nothing else: a defect is seen by its name and tried again."""
    channel = channels.get(name)
    if channel is None:
        raise PermanentFailure(Reason.UNKNOWN_CHANNEL, f"{name} is not set up in this process")
    try:
        return channel.send(compose())
    except SendFailure:
        raise
    except Exception as defect:
        raise TemporaryFailure(Reason.PROVIDER_ERROR, type(defect).__name__) from defect
