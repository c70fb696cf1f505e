"""Between a provider's HTTP answer and the seam: which status is which failure."""

import math

from alerts.errors import PermanentFailure, SendFailure, TemporaryFailure
from alerts.reasons import Reason

TEMPORARY = {408: Reason.TIMED_OUT, 425: Reason.PROVIDER_ERROR, 429: Reason.RATE_LIMITED}
PERMANENT = {
    401: Reason.BAD_CREDENTIALS,
    402: Reason.BAD_CREDENTIALS,
    403: Reason.BAD_CREDENTIALS,
    407: Reason.BAD_CREDENTIALS,
    404: Reason.UNKNOWN_RECIPIENT,
    410: Reason.UNKNOWN_RECIPIENT,
    413: Reason.MESSAGE_TOO_LARGE,
}


def failure_of(status: int, retry_after: str | None = None) -> SendFailure:
    """The failure that an HTTP status other than success means. The detail holds the status and nothing else of it."""
    detail = f"HTTP {status}"
    if status >= 500:
        return TemporaryFailure(Reason.PROVIDER_ERROR, detail, seconds(retry_after))
    if status in TEMPORARY:
        return TemporaryFailure(TEMPORARY[status], detail, seconds(retry_after))
    return PermanentFailure(PERMANENT.get(status, Reason.BAD_REQUEST), detail)


def seconds(retry_after: str | None) -> float | None:
    """Seconds of a Retry-After header (RFC 9110 section 10.2.3); None where it holds a date or nothing usable."""
    try:
        value = float(retry_after or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None
