"""The container files refer to things that exist, and their steps work here without a container."""

import fnmatch
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from docs import generate
from reviews.cli.main import main

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
NIGHTLY = ROOT / "deploy" / "nightly.sh"


def instructions(name: str) -> list[str]:
    """Return the arguments of the instructions of that name, each on one line, in order."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [line.removeprefix(name).strip() for line in lines if line.startswith(f"{name} ")]


def copied() -> Iterator[tuple[str, str]]:
    """Yield what is copied from the checkout, as source and target."""
    for line in instructions("COPY"):
        if not line.startswith("--from="):
            *sources, target = line.split()
            for source in sources:
                yield source, target


def let_through(path: str) -> bool:
    """Return whether .dockerignore lets a path into the build. The last matching line decides."""
    allowed = True
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            pattern = line.removeprefix("!")
            if any(fnmatch.fnmatch(part, pattern) for part in (path, *map(str, Path(path).parents))):
                allowed = line.startswith("!")
    return allowed


def accept(arguments: list[str]) -> None:
    """Fail if the command or one of its options does not exist."""
    context = generate.fresh(main, "reviews")
    rest = list(arguments)
    while isinstance(context.command, click.Group):
        name = rest.pop(0)
        context = generate.fresh(context.command.commands[name], name, context)
    context.command.parse_args(context, rest)


def test_everything_that_is_copied_exists_and_reaches_the_build() -> None:
    sources = [source for source, _ in copied()]
    assert sources
    for source in sources:
        assert (ROOT / source).exists(), f"the Dockerfile copies {source}, which is not there"
        assert let_through(source), f".dockerignore keeps {source} from the build"


@pytest.mark.parametrize("path", [".git", ".venv", "demo-library", "library", "reports", "tests", "docs/web.md"])
def test_nothing_private_or_needless_reaches_the_build(path: str) -> None:
    assert not let_through(path)


def test_what_is_copied_is_enough_to_install_the_program(tmp_path: Path) -> None:
    """This is the Dockerfile step that installs the project's own package, with the files copied up to that point."""
    source, home = tmp_path / "src", tmp_path / "venv"
    ignored = shutil.ignore_patterns("__pycache__")
    for name, target in copied():
        if target.startswith("/"):
            continue  # for the finished image
        place = source / target / Path(name).name if target.endswith("/") else source / target
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place, ignore=ignored)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, place)
    *_, install = (line for line in instructions("RUN") if "pip install" in line)
    pip, *arguments = shlex.split(install)
    assert pip == "/opt/reviews/bin/pip"

    venv.create(home, with_pip=False, symlinks=os.name != "nt")
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    asked = [str(scripts / "python"), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = Path(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip())
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "--python", str(scripts / "python"), *arguments, "--no-index"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COVERAGE"))}
    subprocess.run([*command, "--force-reinstall"], cwd=source, env=environment, check=True, capture_output=True)

    told = subprocess.run(
        [str(scripts / "reviews"), "serve", "--help"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert (told.returncode, told.stderr) == (0, "")


def test_what_is_installed_from_outside_is_pinned_by_hash() -> None:
    installs = [line for line in instructions("RUN") if "pip install" in line]
    assert [("--require-hashes -r requirements/opensearch.txt" in line, "--no-deps" in line) for line in installs] == [
        (True, False),
        (False, True),
    ]


def test_the_commands_of_the_image_and_of_each_service_exist() -> None:
    assert json.loads(instructions("ENTRYPOINT")[-1]) == ["reviews"]
    accept(json.loads(instructions("CMD")[-1]))
    accept(SERVICES["web"]["command"])
    accept(SERVICES["init"]["command"])
    assert SERVICES["update"]["entrypoint"] == ["nightly"]
    assert "deploy/nightly.sh /opt/reviews/bin/nightly" in instructions("COPY")
    accept(["update", *SERVICES["update"]["command"]])
    kind, program, *arguments = SERVICES["update"]["healthcheck"]["test"]
    assert (kind, program) == ("CMD", "reviews")
    accept(arguments)


def test_the_commands_that_the_page_on_containers_shows_exist() -> None:
    page = (ROOT / "docs" / "container.md").read_text(encoding="utf-8")
    shown = [
        *re.findall(r"compose exec (\w+) reviews ([^`#\n]+)", page),
        *re.findall(r"compose run --rm (\w+) ([^`#\n]+)", page),
    ]
    assert len(shown) > 3
    for service, line in shown:
        assert service in SERVICES
        accept(shlex.split(line))


def test_every_service_is_confined() -> None:
    user = instructions("USER")[-1]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    for name, service in SERVICES.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service.get("privileged"), name
        assert "user" not in service, name
        writable = [volume for volume in service["volumes"] if not volume.endswith(":ro")]
        assert writable == ["library:/var/lib/reviews"], name


def test_only_the_page_has_a_network_and_only_this_computer_reaches_it() -> None:
    assert [name for name, service in SERVICES.items() if service.get("network_mode") != "none"] == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["web"]["ports"])
    assert "--tokens" in SERVICES["web"]["command"]


def test_the_health_check_shows_whether_the_page_answers(tmp_path: Path) -> None:
    health = instructions("HEALTHCHECK")[-1].partition("CMD ")[2]
    _, flag, code = json.loads(health)
    environment = {**os.environ, "REVIEWS_LIBRARY": str(tmp_path / "library")}
    reviews = [sys.executable, "-c", "from reviews.cli.main import main; main()"]
    subprocess.run([*reviews, "init"], env=environment, check=True, capture_output=True)
    with subprocess.Popen(
        [*reviews, "serve", "--port", "0"], env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        address = re.search(r"127\.0\.0\.1:(\d+)", server.stdout.readline())
        assert address
        check = [sys.executable, flag, code.replace("127.0.0.1:8000", address[0])]
        assert check[-1] != code
        answers = subprocess.run(check, capture_output=True, check=False).returncode
        server.terminate()
    stopped = subprocess.run(check, capture_output=True, check=False).returncode
    assert (answers, stopped != 0) == (0, True)


def nightly(library: Path, *arguments: str, at: str = "02:15") -> subprocess.Popen[str]:
    """Start the container's loop, which calls the `reviews` of this environment."""
    absent = shutil.which("sh") is None or shutil.which("date") is None
    if absent or subprocess.run(["date", "--date=02:15"], capture_output=True).returncode:
        pytest.skip("this system has no GNU date, which Debian's images have")
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.Popen(
        ["sh", str(NIGHTLY), *arguments],
        env={**os.environ, "PATH": places, "REVIEWS_LIBRARY": str(library), "REVIEWS_NIGHTLY": at},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def stopped_before_the_next_update(loop: subprocess.Popen[str]) -> str:
    """Return what the loop has printed when it waits for the night. Then stop it."""
    assert loop.stderr is not None
    said = ""
    while "The next update starts at" not in said:
        line = loop.stderr.readline()
        assert line, said
        said += line
    loop.send_signal(signal.SIGTERM)
    assert loop.wait() == 0
    return said


def test_the_loop_updates_at_once_waits_for_the_night_and_stops_when_asked(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    shutil.copy(next((ROOT / "corpus" / "demo").glob("FamilyM*.pdf")), tmp_path / "reports")
    with nightly(tmp_path / "library", str(tmp_path / "reports")) as loop:
        said = stopped_before_the_next_update(loop)
    assert re.search(r"starts at \d{4}-\d\d-\d\d 02:15", said)
    assert "exit code" not in said
    assert len(list((tmp_path / "library" / "runs").glob("*.json"))) == 1


def test_a_failed_update_is_reported_and_the_loop_continues(tmp_path: Path) -> None:
    (tmp_path / "library").write_text("not a folder", encoding="utf-8")
    with nightly(tmp_path / "library") as loop:
        said = stopped_before_the_next_update(loop)
    assert "reviews update ended with exit code" in said


def test_an_invalid_time_is_refused(tmp_path: Path) -> None:
    with nightly(tmp_path / "library", at="dusk") as loop:
        _, said = loop.communicate()
    assert (loop.returncode, "Write a time such as 02:15." in said) == (2, True)
