"""Quix Streams as its documentation writes a stateful step: BOOTSTRAP GROUP INPUT OUTPUT STATE_DIRECTORY."""

import sys

from quixstreams import Application, State

ALPHA, KEEP, WARM_UP, LIMIT = 0.05, 0.95, 30, 36.0


def judge(row: dict, state: State) -> str:
    """The signal that a row gives, or nothing."""
    value = row["value"]
    seen, mean, variance = state.get("folded", (0, value, 0.0))
    off = value - mean
    square = off * off
    is_far = square > LIMIT * variance and seen >= WARM_UP
    state.set("folded", (seen + 1, mean + ALPHA * off, KEEP * (variance + ALPHA * square)))
    return f"{row['series_id']},{row['occurred_at']}" if is_far else ""


def main(bootstrap: str, group: str, source: str, target: str, directory: str) -> None:
    """Until killed."""
    app = Application(
        broker_address=bootstrap,
        consumer_group=group,
        auto_offset_reset="earliest",
        state_dir=directory,
        loglevel="WARNING",
    )
    rows = app.topic(source, value_deserializer="json", key_deserializer="str")
    signals = app.topic(target, value_serializer="str", key_serializer="str")
    frame = app.dataframe(rows).apply(judge, stateful=True)
    frame = frame[frame.apply(bool)]
    frame.to_topic(signals)
    app.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
