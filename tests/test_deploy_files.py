"""The files of deploy/, read by what reads them, and what the docs tell of metrics and logs."""

import ast
import os
import re
from pathlib import Path

import pytest
import yaml
from deployment import DEPLOY, run, tool
from prometheus_client import REGISTRY
from servers import ROOT

from config import SettingsSchema


def test_the_image_copies_all_that_the_application_imports():
    copied = re.findall(r"^COPY (?!-)(.*) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    allowed = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    names = {name.rstrip("/") for line in copied for name in line.split()}

    assert {path.name for path in ROOT.glob("*.py")} <= names
    assert {f"!{name}" for name in names} == {line for line in allowed if line[0] == "!"}


def test_the_image_passes_its_linter():
    run(tool("hadolint"), DEPLOY / "Dockerfile")


ASKED = {
    "JWT_SECRET_KEY": "x",
    "POSTGRES_PASSWORD": "y",
    "POSTGRES_OWNER_PASSWORD": "z",
    "DOMAIN": "api.team.example",
}


@pytest.mark.parametrize("more", [[], ["-f", DEPLOY / "compose.tls.yaml"]], ids=["clear", "tls"])
def test_compose_reads_its_files(more):
    command = [tool("docker-compose"), "-f", DEPLOY / "compose.yaml", *more, "config"]

    shown = run(*command, env={**os.environ, **ASKED})

    services = yaml.safe_load(shown)["services"]
    assert services["api"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_nginx_with_tls_gets_its_site_from_the_entrypoint_of_the_image():
    nginx = yaml.safe_load((DEPLOY / "compose.tls.yaml").read_text())["services"]["nginx"]

    assert "exec /docker-entrypoint.sh nginx " in nginx["command"][-1]


def test_compose_and_the_unit_name_only_settings_that_exist():
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    named = set(compose["x-app"]["environment"])
    unit = (DEPLOY / "raceapp@.service").read_text()
    named |= set(re.findall(r"(?:Environment=| )([A-Z_]+)=", unit)) - {"PYTHONDONTWRITEBYTECODE"}
    files = ROOT / "gunicorn.conf.py", ROOT / "server" / "helpers.py"
    server = set(re.findall(r"environ\.get\(.([A-Z_]+)", "".join(map(Path.read_text, files))))

    assert named <= set(SettingsSchema().fields) | server


@pytest.mark.parametrize("name", ["compose.yaml", "compose.tls.yaml"])
def test_the_example_of_settings_names_all_that_compose_asks_for(name):
    example = re.findall(r"^([A-Z_]+)=", (DEPLOY / "env.example").read_text(), re.MULTILINE)

    asked = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", (DEPLOY / name).read_text()))
    assert asked and asked <= set(example)


@pytest.mark.parametrize(
    "service", ["db", "redis", "api", "migrate", "nginx", "prometheus", "grafana"]
)
def test_a_container_may_do_no_more_than_it_needs(service):
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"][service]

    assert compose["read_only"] is True
    assert compose["cap_drop"] == ["ALL"]
    assert compose["security_opt"] == ["no-new-privileges:true"]


def test_only_the_step_that_changes_the_schema_is_told_who_owns_the_tables():
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]

    knowing = {name for name, told in services.items() if "OWNER_PASSWORD" in str(told)}
    assert knowing == {"db", "migrate"}


def test_every_image_is_pinned_to_a_release():
    files = [DEPLOY / name for name in ("compose.yaml", "compose.tls.yaml", "Dockerfile")]
    images = re.findall(r"(?:image:|FROM) (\S+[/:]\S+)", "".join(map(Path.read_text, files)))

    assert len(images) == 10
    assert [image for image in images if not re.search(r":v?\d+\.\d+", image)] == []


def test_grafana_finds_its_source_and_the_dashboard():
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    mounts = dict(item.split(":")[:2] for item in compose["services"]["grafana"]["volumes"])
    files = DEPLOY / "grafana"
    (source,) = yaml.safe_load((files / "datasources/prometheus.yaml").read_text())["datasources"]
    (provider,) = yaml.safe_load((files / "dashboards/raceapp.yaml").read_text())["providers"]

    assert source["url"].partition("//")[2].split(":")[0] in compose["services"]
    assert provider["options"]["path"] in mounts["./grafana-dashboard.json"]
    assert mounts["./grafana"] == "/etc/grafana/provisioning"


def test_compose_asks_for_its_secrets():
    text = (DEPLOY / "compose.yaml").read_text()

    secrets = {"JWT_SECRET_KEY", "POSTGRES_PASSWORD", "POSTGRES_OWNER_PASSWORD"}
    assert secrets <= set(re.findall(r"\$\{(\w+):\?", text))


def test_systemd_understands_the_unit_and_finds_it_well_shut_in(tmp_path):
    unit = tmp_path / "raceapp@.service"
    unit.write_text((DEPLOY / "raceapp@.service").read_text())
    command = [tool("systemd-analyze"), "security", "--offline=true", "--threshold=20", unit]

    run(*command, "--no-pager")


def on_a_host(text):
    """Return the file as its comment says: with the addresses of instances in place of a name."""
    kept, _, lines = text.partition("    # In place of the four lines above:\n")
    without = re.sub(r"    dns_sd_configs:\n(      .*\n){3}", "", kept)
    return without + lines.replace("    # ", "    ")


@pytest.mark.parametrize("where", [str, on_a_host], ids=["compose", "host"])
def test_prometheus_reads_its_files(tmp_path, where):
    (tmp_path / "alerts.yml").write_text((DEPLOY / "alerts.yml").read_text())
    text = where((DEPLOY / "prometheus.yml").read_text())
    (tmp_path / "prometheus.yml").write_text(text)

    run(tool("promtool"), "check", "config", tmp_path / "prometheus.yml")

    (job,) = yaml.safe_load(text)["scrape_configs"]
    assert len(job) == 2 and job["job_name"] == "raceapp"


@pytest.mark.parametrize("name", ["grafana-dashboard.json", "alerts.yml"])
def test_what_is_drawn_and_watched_is_measured(name):
    shown = set(re.findall(r"raceapp_[a-z_]+", (DEPLOY / name).read_text()))

    measured = {sample for metric in REGISTRY.collect() for sample in samples(metric)}
    assert shown <= measured


def samples(metric):
    """Return the names that a metric has in queries."""
    ends = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}
    return [metric.name + end for end in ends.get(metric.type, [""])]


def test_every_metric_is_explained():
    page = (ROOT / "docs/deployment.md").read_text()
    ours = {metric.name for metric in REGISTRY.collect() if metric.name.startswith("raceapp_")}

    assert {name for name in ours if name not in page} == set()


def messages(path):
    """Return what a module logs, up to the first thing that varies."""
    for call in ast.walk(ast.parse(path.read_text())):
        is_log = isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        if is_log and call.func.attr in ("info", "warning", "error", "exception"):
            yield call.args[0].value.partition("%")[0]


def test_every_message_of_the_log_is_explained():
    page = (ROOT / "docs/deployment.md").read_text()

    logged = {text for path in (ROOT / "raceapp").rglob("*.py") for text in messages(path)}
    assert len(logged) > 4
    assert {text for text in logged if f"| `{text}" not in page} == set()
