"""deploy/compose.yaml names only what there is: commands, files, ports, variables, secrets, networks and volumes."""

import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from services.configuration import shipped_text
from tests.deployed import CONFIGURATION, DEPLOY, METRICS_PORT, ROOT, configuration_of, documents, option, parsed

FILE = DEPLOY / "compose.yaml"
MADE: dict[str, Any] = documents(FILE)[0]
SERVICES: dict[str, dict[str, Any]] = MADE["services"]
OWN = [name for name, each in SERVICES.items() if each["image"].startswith("twinbell:")]
TOML = DEPLOY / "compose" / "twinbell.toml"
EACH = pytest.mark.parametrize("name", sorted(SERVICES))


def mounts(name: str) -> list[tuple[str, str]]:
    """What is mounted where."""
    return [(each.split(":")[0], each.split(":")[1]) for each in SERVICES[name].get("volumes", [])]


def host_and_port(text: str) -> tuple[str, int]:
    """A host and its port."""
    host, _, port = text.rpartition(":")
    return host, int(port)


@EACH
def test_what_is_mounted_is_there(name: str) -> None:
    """A path is a file or folder of the source tree; a name is a volume of the file."""
    for source, _ in mounts(name):
        if source.startswith("."):
            assert (FILE.parent / source).exists(), source
        else:
            assert source in MADE["volumes"]
    assert set(SERVICES[name]["networks"]) <= set(MADE["networks"])
    assert set(SERVICES[name].get("depends_on", {})) <= set(SERVICES)


@EACH
def test_images_are_pinned(name: str) -> None:
    """Every image has a version; ours is built from the Containerfile, the broker's is that of the jars."""
    image, _, version = SERVICES[name]["image"].rpartition(":")
    assert image
    assert version[0].isdigit() or re.fullmatch(r"v\d+\.\d+\.\d+", version)
    if name == "kafka":
        pom = (DEPLOY / "kafka" / "pom.xml").read_text(encoding="utf-8")
        assert f"<version>{version}</version>" in pom
    if name in OWN:
        build = SERVICES[name]["build"]
        assert (FILE.parent / build["context"] / build["dockerfile"]).is_file()


def test_the_containerfile_copies_what_is_there_and_let_through() -> None:
    """Every path that it copies exists and is not held back by .dockerignore; it ends as a user who is not root."""
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = [word for line in re.findall(r"^COPY (?!--)(.*)$", text, re.M) for word in line.split()[:-1]]
    assert copied
    for word in copied:
        assert (ROOT / word).exists(), word
        assert word in let_through, word
    assert re.findall(r"^USER (\S+)$", text, re.M)[-1] == "10001:10001"
    assert f"EXPOSE {METRICS_PORT}" in text
    assert 'ENTRYPOINT ["/opt/twinbell/.venv/bin/twinbell"]' in text


@pytest.mark.parametrize("name", sorted(OWN))
def test_commands_are_those_of_the_command_line(name: str) -> None:
    """The real parser takes each; it serves where it is probed and scraped, as a user without rights."""
    service = SERVICES[name]
    command = list(service["command"])
    assert parsed(command, TOML)
    assert service["user"] == "10001:10001"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    if CONFIGURATION in command:
        assert ("./compose/twinbell.toml", CONFIGURATION) in mounts(name)
    if option(command, "--metrics"):
        assert host_and_port(option(command, "--metrics")) == ("0.0.0.0", METRICS_PORT)
        assert f"http://127.0.0.1:{METRICS_PORT}/ready" in service["healthcheck"]["test"][-1]
        assert service["healthcheck"]["test"][1] == "/opt/twinbell/.venv/bin/python"
    store = option(command, "--store")
    assert not store or store == configuration_of(TOML).settings.store


def test_the_configuration_fits() -> None:
    """It is the shipped one with this broker and database, which are services here; its files are mounted."""
    configuration = configuration_of(TOML)
    broker, port = host_and_port(configuration.broker.bootstrap)
    assert f"CLIENTS://{broker}:{port}" == SERVICES["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]
    store = sa.make_url(configuration.settings.store)
    database = SERVICES[str(store.host)]["environment"]
    assert (store.username, store.database) == (database["POSTGRES_USER"], database["POSTGRES_DB"])
    assert store.query["password_file"] == database["POSTGRES_PASSWORD_FILE"]
    written = set(TOML.read_text(encoding="utf-8").splitlines())
    changed = [line for line in shipped_text().splitlines() if line not in written]
    assert [line.split(" ")[0] for line in changed] == ["outbox", "file"]
    for name in ("feed", "detect", "dispatch"):
        assert store.query["password_file"].removeprefix("/run/secrets/") in SERVICES[name]["secrets"]
        assert "/var/lib/twinbell" in [where for _, where in mounts(name)], "outbox and log are kept"


@EACH
def test_secrets_are_declared_and_explained(name: str) -> None:
    """Whatever reads /run/secrets/NAME is given it; the README says how each is made, and git never sees one."""
    given = set(SERVICES[name].get("secrets", []))
    used = set(re.findall(r"/run/secrets/(\w+)", str({**SERVICES[name], "build": ""})))
    assert used <= given
    how = (DEPLOY / "compose" / "README.md").read_text(encoding="utf-8")
    for secret in given:
        assert MADE["secrets"][secret]["file"] == f"./compose/secrets/{secret}"
        assert secret in how
    assert (DEPLOY / "compose" / "secrets" / ".gitignore").read_text().startswith("*")


def test_prometheus_scrapes_every_process_and_nothing_else() -> None:
    """Each target is a service that serves there; the rules are mounted where the file looks for them."""
    made = documents(DEPLOY / "compose" / "prometheus.yaml")[0]
    targets = {
        target for job in made["scrape_configs"] for group in job["static_configs"] for target in group["targets"]
    }
    serving = {f"{name}:{METRICS_PORT}" for name in OWN if option(SERVICES[name]["command"], "--metrics")}
    assert targets == serving
    assert made["rule_files"] == [where for source, where in mounts("prometheus") if source.endswith("rules.yaml")]
    managers = made["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"]
    assert [host_and_port(each)[0] for each in managers] == ["alertmanager"]
    assert {"prometheus", "alertmanager"} <= set(SERVICES)


def test_alerts_about_twinbell_reach_its_dispatcher() -> None:
    """The shipped routes with the dispatcher's address, and one token for both ends."""
    settings = configuration_of(TOML).settings
    (path,) = [DEPLOY / source for source, _ in mounts("alertmanager") if source.endswith("alertmanager.yaml")]
    shipped = (DEPLOY / "alertmanager" / "alertmanager.yaml").read_text(encoding="utf-8")
    assert path.read_text(encoding="utf-8") == shipped.replace(
        f"127.0.0.1:{METRICS_PORT}/alertmanager", f"dispatch:{METRICS_PORT}/alertmanager"
    ).replace("/etc/twinbell/alertmanager-token", settings.alertmanager.token_file)
    token = settings.alertmanager.token_file.removeprefix("/run/secrets/")
    assert token in SERVICES["dispatch"]["secrets"]
    assert token in SERVICES["alertmanager"]["secrets"]


def test_grafana_finds_what_its_files_name() -> None:
    """Variables, secrets and folders of the provisioning files are given to the container, runbooks are served."""
    service = SERVICES["grafana"]
    where = {target: source for source, target in mounts("grafana")}
    texts = [path.read_text(encoding="utf-8") for path in (DEPLOY / "grafana" / "provisioning").rglob("*.yaml")]
    for variable in {each for text in texts for each in re.findall(r"\$\{(\w+)\}", text)}:
        assert variable in service["environment"], variable
    for secret in {each for text in texts for each in re.findall(r"__file\{/run/secrets/(\w+)\}", text)}:
        assert secret in service["secrets"]
    for folder in {each for text in texts for each in re.findall(r"path: (\S+)\}", text)}:
        base, _, language = folder.rpartition("/")
        assert (FILE.parent / where[base] / language).is_dir()
    assert Path(where["/usr/share/grafana/public/runbooks"]).name == "runbooks"
    assert host_and_port(service["environment"]["TWINBELL_RECORD"])[0] in SERVICES
    assert service["environment"]["TWINBELL_PROMETHEUS"] == "http://prometheus:9090"


def test_only_this_host_is_let_in() -> None:
    """Every published port is on the loopback."""
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_map_names_everything_in_deploy() -> None:
    """deploy/README.md has a line for every file and folder beside it, and none for what is gone."""
    text = (DEPLOY / "README.md").read_text(encoding="utf-8")
    named = {
        each.split("/")[0] for row in re.findall(r"^\| (`.*?) \|", text, re.M) for each in re.findall(r"`([^`]+)`", row)
    }
    assert named == {path.name for path in DEPLOY.iterdir()} - {"README.md"}
