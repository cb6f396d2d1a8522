"""The files for the nightly job are what their programs accept, and call commands that exist."""

import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import click
import pytest

from reviews.cli.main import main

DEPLOY = Path(__file__).parent.parent / "deploy"
FILES = sorted(path for path in DEPLOY.iterdir() if path.suffix != ".sh")  # that one: test_container.py


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
    for path in DEPLOY.glob("reviews-*.[st]*"):
        if path.suffix in (".service", ".timer"):
            text = path.read_text("utf-8").replace("/opt/reviews/bin/reviews", "/bin/true")
            (tmp_path / path.name).write_text(text, "utf-8")
    units = sorted(tmp_path.iterdir())
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, encoding="utf-8", check=False)
    said = [line for line in done.stderr.splitlines() if "reviews-" in line]
    assert (done.returncode, said) == (0, [])
