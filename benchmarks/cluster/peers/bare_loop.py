"""A bare loop of confluent-kafka with its state in a dictionary: BOOTSTRAP GROUP INPUT OUTPUT (one|batches).

Fast, and no engine: a rebalance or a crash loses the state. It shows what the client library alone allows.
"""

import json
import sys

import confluent_kafka
import msgspec

ALPHA, KEEP, WARM_UP, LIMIT = 0.05, 0.95, 30, 36.0


class Series(msgspec.Struct):
    """What of a series is needed."""

    series_id: str


class Run(msgspec.Struct):
    """What of a run is needed."""

    series: Series
    occurred_at: list[int]
    values: list[float]


class Batch(msgspec.Struct):
    """One record of ours."""

    runs: list[Run]


def main(bootstrap: str, group: str, source: str, target: str, layout: str) -> None:
    """Until killed."""
    common = {"bootstrap.servers": bootstrap}
    reading = {**common, "group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": True}
    consumer = confluent_kafka.Consumer(reading)
    producer = confluent_kafka.Producer({**common, "linger.ms": 5})
    consumer.subscribe([source])
    decode = msgspec.msgpack.Decoder(Batch).decode
    states: dict[str, tuple[int, float, float]] = {}
    while True:
        producer.poll(0)
        for message in consumer.consume(500, 0.05):
            if message.error():
                raise confluent_kafka.KafkaException(message.error())
            if layout == "one":
                row = json.loads(message.value())
                columns = [(row["series_id"], [row["occurred_at"]], [row["value"]])]
            else:
                columns = [(r.series.series_id, r.occurred_at, r.values) for r in decode(message.value()).runs]
            for name, days, values in columns:
                states[name], far = folded(states.get(name) or (0, values[0], 0.0), values)
                for at in far:
                    producer.produce(target, f"{name},{days[at]}")


def folded(state: tuple[int, float, float], values: list[float]) -> tuple[tuple[int, float, float], list[int]]:
    """The state after these values, and the places of those that are far off."""
    seen, mean, variance = state
    far, silent = [], WARM_UP - seen
    for at, value in enumerate(values):
        off = value - mean
        square = off * off
        if square > LIMIT * variance and at >= silent:
            far.append(at)
        mean += ALPHA * off
        variance = KEEP * (variance + ALPHA * square)
    return (seen + len(values), mean, variance), far


if __name__ == "__main__":
    main(*sys.argv[1:])
