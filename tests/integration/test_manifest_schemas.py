"""deploy/compose.yaml and deploy/kubernetes are what the published schemas take (`make manifests` brings those)."""

import json
from typing import Any

import pytest

from tests.deployed import DEPLOY, documents

KUBERNETES = "1.33"


def test_compose_is_valid() -> None:
    """By the Compose Specification's own rules; a key that it does not know is refused."""
    compose_spec = pytest.importorskip("compose_spec", reason="make manifests installs it")
    made: dict[str, Any] = documents(DEPLOY / "compose.yaml")[0]  # merge keys are resolved: the checker knows none
    assert set(compose_spec.PyCompose.from_yaml(json.dumps(made)).service_names()) == set(made["services"])
    made["services"]["feed"]["restrat"] = "always"
    with pytest.raises(ValueError, match="restrat"):
        compose_spec.PyCompose.from_yaml(json.dumps(made))


@pytest.mark.parametrize("path", sorted((DEPLOY / "kubernetes").glob("*.yaml")), ids=lambda path: path.stem)
def test_manifests_are_valid(path: Any) -> None:
    """By the schemas of the Kubernetes API; an unknown field is refused."""
    kubernetes_validate = pytest.importorskip("kubernetes_validate", reason="make manifests installs it")
    if path.stem == "kustomization":
        assert documents(path)[0]["kind"] == "Kustomization"
        return
    for each in documents(path):
        kubernetes_validate.validate(each, KUBERNETES, strict=True)
        with pytest.raises(kubernetes_validate.ValidationError):
            kubernetes_validate.validate({**each, "unheard": 1}, KUBERNETES, strict=True)
