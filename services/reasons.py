"""Every decision about a source names one of these; the same word goes to log, metric label, command and test."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a source could not be read."""

    TIMED_OUT = "timed_out"  # nothing came for too long, or not everything within the time allowed
    UNREACHABLE = "unreachable"  # no connection, or it broke off
    THROTTLED = "throttled"  # 429
    PROVIDER_ERROR = "provider_error"  # 5xx
    REFUSED = "refused"  # another status that means no
    BAD_CREDENTIALS = "bad_credentials"
    KEY_MISSING = "key_missing"
    NOT_THERE = "not_there"  # 404 or 410
    HOST_NOT_ALLOWED = "host_not_allowed"  # a redirect or link to a host that is not the source's
    TOO_LARGE = "too_large"
    BREAKER_OPEN = "breaker_open"  # it failed so often that it is left alone for a while
    ERROR_IN_ANSWER = "error_in_answer"  # status 200, and the body says that it failed
    UNUSABLE = "unusable"  # an answer came, and nothing of it could be used: its shape changed, or it is half of one
    MOVED = "moved"  # a name or link that is discovered each time is not where it was
