"""deploy/kubernetes names only what there is, and every pod is probed, bounded and without rights."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from prometheus_client import CollectorRegistry

from services.endpoint import Endpoint, Health
from tests.deployed import CONFIGURATION, DEPLOY, METRICS_PORT, Document, configuration_of, documents, option, parsed

FOLDER = DEPLOY / "kubernetes"
TOML = FOLDER / "twinbell.toml"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
KUSTOMIZATION = documents(FOLDER / "kustomization.yaml")[0]
ALL: list[Document] = [each for name in KUSTOMIZATION["resources"] for each in documents(FOLDER / name)]
WORKLOADS = {each["metadata"]["name"]: each for each in ALL if each["kind"] in {"Deployment", "StatefulSet", "Job"}}
PROCESSES = ("feed", "detect", "dispatch")
EACH = pytest.mark.parametrize("name", sorted(WORKLOADS))


def of_kind(kind: str) -> list[Document]:
    """All documents of a kind."""
    return [each for each in ALL if each["kind"] == kind]


def pod(name: str) -> Document:
    """The pod's own part of a workload."""
    found: Document = WORKLOADS[name]["spec"]["template"]["spec"]
    return found


def containers(name: str) -> Iterator[Document]:
    """All containers of a workload."""
    yield from pod(name).get("initContainers", [])
    yield from pod(name)["containers"]


def labels(name: str) -> dict[str, str]:
    """The labels of a workload's pods."""
    found: dict[str, str] = WORKLOADS[name]["spec"]["template"]["metadata"]["labels"]
    return found


def test_every_file_is_a_resource() -> None:
    """No manifest is left out, none is named that is not there, and the configuration is the file beside them."""
    files = {path.name for path in FOLDER.glob("*.yaml")} - {"kustomization.yaml"}
    assert files == set(KUSTOMIZATION["resources"])
    assert [each["files"] for each in KUSTOMIZATION["configMapGenerator"]] == [[TOML.name]]
    assert set(WORKLOADS) == {*PROCESSES, "prepare"}


@EACH
def test_no_pod_has_rights(name: str) -> None:
    """Not root, a read-only file system, no capabilities, no token, memory bounded; every mount has its volume."""
    given = pod(name)
    assert given["securityContext"]["runAsNonRoot"] is True
    assert given["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert given["automountServiceAccountToken"] is False
    accounts = [each["metadata"]["name"] for each in of_kind("ServiceAccount")]
    assert given["serviceAccountName"] in accounts
    volumes = {each["name"] for each in given["volumes"]}
    for container in containers(name):
        security = container["securityContext"]
        assert security["readOnlyRootFilesystem"] is True
        assert security["allowPrivilegeEscalation"] is False
        assert security["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}
        assert "memory" in container["resources"]["limits"]
        assert {each["name"] for each in container["volumeMounts"]} == volumes
        assert container["image"] == KUSTOMIZATION["images"][0]["name"]


@EACH
def test_commands_are_those_of_the_command_line(name: str) -> None:
    """The real parser takes each, with the configuration where it is mounted."""
    for container in containers(name):
        words = list(container["args"])
        assert parsed(words, TOML)
        where = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
        assert f"{where['configuration']}/{TOML.name}" == CONFIGURATION
        store = option(words, "--store")
        assert not store or store == configuration_of(TOML).settings.store
        for variable in re.findall(r"\$\((\w+)\)", str(words)):
            assert variable in [each["name"] for each in container["env"]]
    generated = [each["name"] for each in KUSTOMIZATION["configMapGenerator"]]
    assert [each["configMap"]["name"] for each in pod(name)["volumes"] if "configMap" in each] == generated


@pytest.mark.parametrize("name", PROCESSES)
def test_probes_ask_what_the_process_answers(name: str) -> None:
    """Live and ready, on the port that the process serves; the service leads there too."""
    (container,) = pod(name)["containers"]
    assert option(container["args"], "--metrics") == f"0.0.0.0:{METRICS_PORT}"
    assert container["ports"] == [{"name": "metrics", "containerPort": METRICS_PORT}]
    paths = {probe: container[probe]["httpGet"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert {each["port"] for each in paths.values()} == {"metrics"}
    assert [each["path"] for each in paths.values()] == ["/live", "/live", "/ready"]
    (service,) = [each for each in of_kind("Service") if each["metadata"]["name"] == name]
    assert service["spec"]["selector"].items() <= labels(name).items()
    assert service["spec"]["ports"] == [{"name": "metrics", "port": METRICS_PORT, "targetPort": "metrics"}]


def test_the_process_answers_there() -> None:
    """What the probes ask is what services/endpoint.py serves."""
    endpoint = Endpoint("127.0.0.1", 0, CollectorRegistry(), Health(lambda: True, lambda: False))
    try:
        base = f"http://127.0.0.1:{endpoint.port}"
        assert httpx.get(f"{base}/live", trust_env=False).status_code == 200
        assert httpx.get(f"{base}/ready", trust_env=False).status_code == 503
    finally:
        endpoint.close()


def test_budgets_and_selectors_choose_pods() -> None:
    """Every process has a budget, and every selector of a workload is of its own pods."""
    chosen = {
        each["metadata"]["name"]: each["spec"]["selector"]["matchLabels"] for each in of_kind("PodDisruptionBudget")
    }
    assert set(chosen) == set(PROCESSES)
    for name, wanted in chosen.items():
        assert wanted.items() <= labels(name).items()
        assert WORKLOADS[name]["spec"]["selector"]["matchLabels"].items() <= labels(name).items()
    assert WORKLOADS["detect"]["spec"]["serviceName"] == "detect"


def test_what_the_configuration_reaches_is_let_out() -> None:
    """Nothing goes by default; the broker's and the database's ports, and no others to them, are open to all pods."""
    policies: dict[str, Any] = {each["metadata"]["name"]: each["spec"] for each in of_kind("NetworkPolicy")}
    assert policies["nothing-else"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    configuration = configuration_of(TOML)
    broker = int(configuration.broker.bootstrap.rpartition(":")[2])
    store = sa.make_url(configuration.settings.store).port or 5432
    open_to_all = policies["broker-and-record"]["egress"][1]["ports"]
    assert {each["port"] for each in open_to_all} == {broker, store}
    assert policies["metrics"]["ingress"][0]["ports"] == [{"protocol": "TCP", "port": METRICS_PORT}]
    for name in WORKLOADS:
        assert policies["broker-and-record"]["podSelector"]["matchLabels"].items() <= labels(name).items()
    (named,) = policies["sources-and-channels"]["podSelector"]["matchExpressions"]
    assert set(named["values"]) <= {labels(name)[named["key"]] for name in WORKLOADS}


def test_secrets_are_those_that_the_readme_makes() -> None:
    """Each file below /run/secrets/twinbell is a key of the one secret, and the README says how it is made."""
    used = set(re.findall(r"/run/secrets/twinbell/([\w.]+)", TOML.read_text(encoding="utf-8")))
    made = set(re.findall(r"--from-file=([\w.]+)=", README))
    assert used == made == {"store", "broker", "ca.pem"}
    for name in WORKLOADS:
        (secret,) = [each["secret"]["secretName"] for each in pod(name)["volumes"] if "secret" in each]
        assert secret == "twinbell"
    assert "create secret generic twinbell" in README
