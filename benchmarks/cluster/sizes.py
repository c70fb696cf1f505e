"""How much of everything: the figures, and a smoke test of the same program."""

import msgspec


class Sizes(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes of the parts of the benchmark."""

    runs: int
    series: int  # of the bare job
    rows: int  # of each, back-fill
    in_group: int
    live_rows: int  # of each
    most_rows: int  # that one poll brings of a series
    one_rows: int  # of each, for those who take one a record
    stock_series: int  # for the stock Faust agent
    stock_rows: int
    block: int  # series at a time, one a record
    spikes: int
    state_rows: int  # of each, for the ways of keeping state
    many_series: int  # whose state a killed worker leaves
    probes: int  # of the latency, at most, in one run
    probe_runs: int
    whole_series: int  # of each kind, for the whole detector set


FULL = Sizes(
    runs=5,
    series=2_000,
    rows=2_000,
    in_group=8,
    live_rows=500,
    most_rows=25,
    one_rows=100,
    stock_series=100,
    stock_rows=150,
    block=100,
    spikes=201,
    state_rows=150,
    many_series=100_000,
    probes=24,
    probe_runs=3,
    whole_series=300,
)
QUICK = Sizes(
    runs=1,
    series=80,
    rows=1_200,
    in_group=8,
    live_rows=200,
    most_rows=25,
    one_rows=100,
    stock_series=20,
    stock_rows=60,
    block=20,
    spikes=60,
    state_rows=100,
    many_series=2_000,
    probes=3,
    probe_runs=1,
    whole_series=4,
)
