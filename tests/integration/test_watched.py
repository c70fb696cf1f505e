"""The distributed harness watched: the canary through Kafka and the workers."""

from services.settings import Configuration
from tests.integration.deployments import Deployment, Deployments
from tests.services.test_canary import PERSON

_SIDES = "[participants.policy.advisory]"


def _with_canary(deployment: Deployment) -> Configuration:
    deployment.configure("[canary]", 'every = "1m"')
    usa = PERSON.format(low="usa", agency="doe", language="en", side="USA")
    jpn = PERSON.format(low="jpn", agency="meti", language="ja", side="JPN")
    first, second, third = deployment.file.read_text(encoding="utf-8").split(_SIDES)
    text = f"{first}{usa}\n{_SIDES}{second}{jpn}\n{_SIDES}{third}"
    deployment.file.write_text(text.replace('outbox = ""', 'outbox = "outbox"'), encoding="utf-8")
    return deployment.configuration


def test_the_canary_flies_through_all_three_processes(deployments: Deployments) -> None:
    """Feed, Kafka, detection, dispatch, outbox: it lands on both sides, and no alert, row or signal is of it."""
    made = deployments.make()
    configuration = _with_canary(made)
    for name in ("dispatch", "detect-1", "feed"):
        made.start(name)
    outbox = configuration.path("outbox")

    def landed() -> bool:
        return {path.relative_to(outbox).parts[:2] for path in outbox.rglob("*.*")} == {
            (side, channel) for side in ("USA", "JPN") for channel in ("email", "slack")
        }

    made.until(landed, "the canary lands by both channels of both sides")
    made.until(lambda: made.metric("twinbell_canary_arrived_timestamp_seconds", "dispatch") > 0, "it is counted")
    assert made.metric("twinbell_signals_total", "detect-1") == 0
    assert made.signal_ids() == []
    assert made.rows() == 0
    assert made.outcome().alerts == {}
