"""Every decision of this room names one of these; the same word goes to log, metric label, message and test."""

from enum import StrEnum


class Reason(StrEnum):
    """Why something was taken, dropped, raised or held between a row and an assessment."""

    # an observation
    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"  # the same series, period and value was known already
    REVISED = "revised"  # another value for a period that was known already: what was said of it is judged anew
    LATE = "late"  # a period that came after later ones: put in its place, and judged anew from there
    OUTDATED = "outdated"  # an earlier vintage of a figure whose later one has been applied
    BEYOND_REACH = "beyond_reach"  # older than the rows that detectors keep: kept as a vintage, not judged anew
    NOT_RELEVANT = "not_relevant"  # a document that is no export-control act on a mineral
    VALUE_MISSING = "value_missing"
    VALUE_NOT_A_NUMBER = "value_not_a_number"
    VALUE_OUT_OF_RANGE = "value_out_of_range"
    DATE_UNREADABLE = "date_unreadable"
    DATE_OUT_OF_RANGE = "date_out_of_range"
    ROW_MALFORMED = "row_malformed"
    ROW_TOO_LONG = "row_too_long"
    WRONG_ENCODING = "wrong_encoding"
    FILE_TRUNCATED = "file_truncated"
    FILE_TOO_LARGE = "file_too_large"
    COLUMN_MISSING = "column_missing"
    UNKNOWN_NAME = "unknown_name"
    UNKNOWN_SCHEMA = "unknown_schema"
    # a signal, when its source has revised
    KEPT = "kept"
    WEAKENED = "weakened"
    WITHDRAWN = "withdrawn"
    SAID_ANEW = "said_anew"  # what stands by the revised figures and was not said, or not so strong
    # an assessment
    RAISED = "raised"
    RAISED_LEVEL = "raised_level"
    DWELLING = "dwelling"  # below its level, not yet for long enough
    DATA_UNKNOWN = "data_unknown"  # the series that would show an end is stale: nothing fades
    FADED = "faded"
    RETURNED_TO_NORMAL = "returned_to_normal"
    # an impact
    COMPUTED = "computed"
    NOT_A_SUPPLY_LOSS = "not_a_supply_loss"  # a price or a dumping situation: nothing is said to be lost
    NO_MINERAL = "no_mineral"  # a pure route: no one mineral whose share could be computed
    RELIANCE_UNKNOWN = "reliance_unknown"
    SMALL_WHATEVER_RELIANCE = "small_whatever_reliance"  # reliance unknown, and a full one would still be minor
    SHARE_UNKNOWN = "share_unknown"
    LOSS_UNKNOWN = "loss_unknown"  # no act and no fall from which a loss could be estimated
    NO_MORE_THAN = "no_more_than"  # computed from a bound from above
    AT_LEAST = "at_least"  # computed from a bound from below
    ROUGHLY = "roughly"  # computed from a bound from below and one from above
