"""The partners of one set of customs flows: of each its newest months without gaps, and its newest row."""

import msgspec

from streams.baselines import LARGEST, month_of
from streams.observations import Series
from streams.relations.base import Figure


class Partner(msgspec.Struct, kw_only=True):
    """One flow of the set. `values`: one a month up to `last`, in the flow's unit; None where it is not known."""

    series: Series
    last: int = 0  # month_of the newest row
    values: list[float | None] = []
    figure: Figure | None = None


def take(partners: dict[str, Partner], series: Series, figure: Figure, months: int) -> None:
    """Put one row into the newest `months` of its partner; one that is no newer than the newest was judged before."""
    partner = partners.get(series.series_id)
    if partner is None:
        partner = partners[series.series_id] = Partner(series=series)
    month, values, value = month_of(figure.occurred_at), partner.values, figure.value
    if values and month <= partner.last:
        return
    if values and month > partner.last + 1:
        values.extend([None] * min(month - partner.last - 1, months))
    values.append(value if value is not None and 0.0 <= value < LARGEST else None)
    if len(values) > months:
        del values[:-months]
    partner.last, partner.figure = month, figure
