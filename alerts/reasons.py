"""Every decision of this room names one of these; the same word goes to log, metric label, message and test."""

from enum import StrEnum


class Reason(StrEnum):
    """Why something was rung, planned, held back, sent, failed or refused."""

    # planning
    RING = "ring"
    ESCALATED = "escalated"
    REPEATED = "repeated"
    ANSWERED = "answered"
    UPDATED_IN_PLACE = "updated_in_place"
    RENEWED = "renewed"  # nothing is new, and the message before would lapse
    PARTNER_MOVED = "partner_moved"
    PARTNER_UNREACHED = "partner_unreached"
    LADDER_EXHAUSTED = "ladder_exhausted"
    ACKNOWLEDGEMENT_LAPSED = "acknowledgement_lapsed"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    SOURCE_REVISED = "source_revised"  # a source has revised the figures on which an alert rested, wholly or in part
    MERGED = "merged"
    REOPENED_BY_LEVEL = "reopened_by_level"
    # suppression: visible, never gone
    GROUPED = "grouped"
    GROUP_WAIT = "group_wait"
    GROUP_INTERVAL = "group_interval"
    CLEARED_BEFORE_GROUP_WAIT = "cleared_before_group_wait"
    INHIBITED = "inhibited"
    THROTTLED = "throttled"
    QUIET_HOURS = "quiet_hours"
    NOT_ROUTED = "not_routed"
    NO_ADDRESS = "no_address"
    # refusals
    UNKNOWN_ALERT = "unknown_alert"
    UNKNOWN_PERSON = "unknown_person"
    NOT_ALLOWED = "not_allowed"
    INVALID_TRANSITION = "invalid_transition"
    ALREADY_DONE = "already_done"
    NEEDS_BOTH = "needs_both"
    NOTE_REQUIRED = "note_required"
    EXERCISE_NOT_ACTUAL = "exercise_not_actual"
    # sending
    ACCEPTED = "accepted"
    RATE_LIMITED = "rate_limited"
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    PROVIDER_ERROR = "provider_error"
    BAD_REQUEST = "bad_request"
    BAD_CREDENTIALS = "bad_credentials"
    UNKNOWN_RECIPIENT = "unknown_recipient"
    MESSAGE_TOO_LARGE = "message_too_large"
    TLS_REQUIRED = "tls_required"
    DISK_FULL = "disk_full"
    TOO_MANY_ATTEMPTS = "too_many_attempts"
    INTERRUPTED = "interrupted"  # found sending after a crash: sent again
    NOT_COMPOSED = "not_composed"  # the message could not be written: a defect of ours, tried again
    NOT_DRAWN = "not_drawn"  # the message left without its picture, and says so
    UNKNOWN_CHANNEL = "unknown_channel"  # the policy names a channel that this process does not have
