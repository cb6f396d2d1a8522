"""The files for the nightly job are accepted by their programs, and call commands that exist."""

import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import click
import pytest
import yaml

from corpus.settings import load_settings
from reviews.cli.main import main

DEPLOY = Path(__file__).parent.parent / "deploy"
CLUSTER = DEPLOY / "opensearch"
FILES = sorted(
    [
        *(path for path in DEPLOY.iterdir() if path.is_file() and path.suffix != ".sh"),  # that one: test_container.py
        *CLUSTER.glob("*.service"),
    ]
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_commands_and_options_that_are_called_exist(path: Path) -> None:
    called = re.findall(r"--library \S+ ([a-z]+)([^>\n<]*)", path.read_text("utf-8"))
    assert called or path.suffix == ".timer"
    for name, options in called:
        command = main.commands[name]
        known = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", options)) <= known
        assert isinstance(command, click.Command)


def test_the_windows_task_is_well_formed() -> None:
    task = ET.parse(DEPLOY / "reviews-task.xml").getroot()
    names = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    assert task.findtext("t:Settings/t:MultipleInstancesPolicy", namespaces=names) == "IgnoreNew"
    assert task.findtext("t:Actions/t:Exec/t:Arguments", namespaces=names) == r"--library C:\reviews\library update"


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    for path in DEPLOY.rglob("reviews-*.[st]*"):
        if path.suffix in (".service", ".timer"):
            text = path.read_text("utf-8").replace("/opt/reviews/bin/reviews", "/bin/true")
            (tmp_path / path.name).write_text(text, "utf-8")
    units = sorted(tmp_path.iterdir())
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, encoding="utf-8", check=False)
    said = [line for line in done.stderr.splitlines() if "reviews-" in line]
    assert (done.returncode, said) == (0, [])


def test_the_commands_of_the_web_servers_exist() -> None:
    services = yaml.safe_load((CLUSTER / "compose.yaml").read_text("utf-8"))["services"]
    for name in ("web1", "web2"):
        command, *options = services[name]["command"]
        known = {option for parameter in main.commands[command].params for option in parameter.opts}
        assert {option for option in options if option.startswith("-")} <= known


def test_the_settings_of_a_web_server_need_no_corpus(tmp_path: Path) -> None:
    shutil.copy(CLUSTER / "reviews-web.toml", tmp_path / "reviews.toml")
    settings = load_settings(tmp_path)
    assert settings.has_library
    assert [url.partition(":")[0] for url in settings.opensearch_url] == ["https"] * 3
    assert settings.opensearch_password_file == tmp_path / "password"


def test_nothing_writes_queries_into_a_log() -> None:
    node = yaml.safe_load((CLUSTER / "opensearch.yml").read_text("utf-8"))
    slow = [value for name, value in node.items() if ".slowlog.threshold." in name]
    assert slow == [-1] * 4
    assert node["plugins.security.audit.type"] == "noop"
    assert yaml.safe_load((CLUSTER / "security" / "audit.yml").read_text("utf-8"))["config"]["enabled"] is False
    assert "access_log off;" in (CLUSTER / "nginx.conf").read_text("utf-8")


def test_the_reader_can_only_read_and_neither_user_can_change_the_cluster() -> None:
    roles = yaml.safe_load((CLUSTER / "security" / "roles.yml").read_text("utf-8"))
    allowed = {
        name: [
            *role["cluster_permissions"],
            *(each for part in role["index_permissions"] for each in part["allowed_actions"]),
        ]
        for name, role in roles.items()
        if name != "_meta"
    }
    assert all(
        each.startswith(("indices:data/read/", "indices:monitor/", "cluster:monitor/"))
        for each in allowed["reviews_reader"]
    )
    assert not any(each.startswith(("cluster:admin", "*", "indices:*")) for each in allowed["reviews_writer"])
    patterns = [part["index_patterns"] for name in allowed for part in roles[name]["index_permissions"]]
    assert patterns == [["reviews-*"]] * 2
