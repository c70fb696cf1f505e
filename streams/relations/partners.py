"""The partners of one set of customs flows: of each its newest months without gaps, and its newest row."""

import msgspec

from streams.baselines import is_number, month_of
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
    month, values = month_of(figure.occurred_at), partner.values
    if values and month <= partner.last:
        return
    if values:
        values.extend([None] * min(month - partner.last - 1, months))
    values.append(figure.value if is_number(figure.value) and (figure.value or 0.0) >= 0.0 else None)
    del values[:-months]
    partner.last, partner.figure = month, figure
