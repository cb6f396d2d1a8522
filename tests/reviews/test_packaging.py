"""The wheel contains exactly the packages and their data, works without a checkout, and has pinned dependencies."""

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("corpus", "ingest", "index", "search", "reviews")
SCRIPTS = "Scripts" if os.name == "nt" else "bin"


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command outside the checkout, with nothing in its environment that could lead back to it."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "REVIEWS_", "COVERAGE"))}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**environment, "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy, because setuptools leaves a build folder from which it would later include old
    modules.
    """
    copy = tmp_path_factory.mktemp("source")
    ignored = shutil.ignore_patterns("__pycache__", ".*")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=ignored)
    (copy / "docs").mkdir()
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE", "docs/reviews.1"):
        shutil.copy(ROOT / name, copy / name)
    shutil.copytree(ROOT / "tests", copy / "tests", ignore=ignored)
    built = run(
        *(sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-index"),
        *("--no-deps", "--no-build-isolation", "--wheel-dir", copy / "dist", "."),
        cwd=copy,
    )
    assert built.returncode == 0, built.stderr
    return next((copy / "dist").glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the commands folder of a fresh environment outside the checkout, with the wheel installed.

    Dependencies come from the environment that runs the tests, so that nothing is downloaded. That environment finds
    the project's packages in the checkout through a hook, which is not copied.
    """
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=False, symlinks=os.name != "nt")
    python = home / SCRIPTS / ("python.exe" if os.name == "nt" else "python")
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home).stdout.strip())
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    done = run(
        *(sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python, "install", "--quiet"),
        *("--no-index", "--no-deps", "--force-reinstall", wheel),
        cwd=home,
    )
    assert done.returncode == 0, done.stderr
    return home / SCRIPTS


def test_the_wheel_holds_exactly_our_packages_and_their_data(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    wanted = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file()
    }
    wanted = {name for name in wanted if not any(part.startswith((".", "__pycache__")) for part in name.split("/"))}
    # The scripts that make the demonstration reports are not shipped.
    wanted = {name for name in wanted if not re.match(r"corpus/demo/(.*/|\w+\.py|README\.md)", name)}
    wanted.add(f"{wheel.name.rpartition('-py3')[0]}.data/data/share/man/man1/reviews.1")
    assert held - wanted == set()
    assert wanted - held == set()


def test_a_type_checker_uses_the_types_of_the_packages(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    assert {f"{package}/py.typed" for package in PACKAGES} <= held


def test_the_version_is_the_same_wherever_it_is_written(installed: Path, tmp_path: Path) -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    version = setup["metadata"]["version"]
    asked = run(installed / "reviews", "--version", cwd=tmp_path)
    assert asked.stdout.strip() == version, asked.stderr
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.findall(r"^version: (.*)$", citation, re.MULTILINE) == [version]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## \[([\d.]+)\]", changes, re.MULTILINE)[0] == version


def test_the_command_runs_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    where = run(installed / "python", "-c", "import reviews; print(reviews.__file__)", cwd=tmp_path)
    assert Path(where.stdout.strip()).is_relative_to(installed.parent), where.stdout + where.stderr
    told = run(installed / "reviews", "--help", cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    assert "search" in told.stdout


def test_the_manual_page_is_installed_where_man_looks(installed: Path) -> None:
    page = installed.parent / "share" / "man" / "man1" / "reviews.1"
    assert page.read_bytes() == (ROOT / "docs" / "reviews.1").read_bytes()


def test_the_installed_command_answers_from_the_demonstration_reports(installed: Path, tmp_path: Path) -> None:
    demo = run(installed / "python", "-c", "import corpus; print(corpus.__path__[0])", cwd=tmp_path).stdout.strip()
    library = tmp_path / "library"
    updated = run(installed / "reviews", "--library", library, "update", Path(demo) / "demo", cwd=tmp_path)
    assert updated.returncode == 0, updated.stderr
    found = run(installed / "reviews", "--library", library, "search", "neglect", "--json", cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    answer = json.loads(found.stdout)
    assert answer["total"] > 0
    passage = answer["hits"][0]["passages"][0]
    start, end = passage["highlights"][0]
    assert passage["text"][start:end].casefold().startswith("neglect")


def pins(name: str) -> dict[str, str]:
    """Return what a lock file pins: package → version. Fails on a line that is neither a pin, a hash nor a comment."""
    found: dict[str, str] = {}
    hashed = True
    for line in (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines():
        if pin := re.fullmatch(r"([\w.-]+)==([\w.]+)( ; .+)? \\", line):
            assert hashed, f"{name}: the package before {pin[1]} has no hash"
            found[pin[1]], hashed = pin[2], False
        else:
            assert re.fullmatch(r"#.*|    --hash=sha256:[0-9a-f]{64}( \\)?", line), f"{name}: {line}"
            hashed = hashed or "--hash" in line
    assert hashed
    return found


def needed() -> dict[str, str]:
    """Return what setup.cfg requires: package → allowed versions."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = [*setup["options"]["install_requires"].split("\n"), *setup["options.extras_require"]["web"].split("\n")]
    asked = [re.match(r"([\w-]+)(?:\[.*\])? (\S+)$", line) for line in lines if line]
    return {match[1].lower(): match[2] for match in asked if match}


def test_everything_that_is_needed_is_pinned_by_hash() -> None:
    run = pins("run.txt")
    assert set(needed()) <= set(run)
    assert "setuptools" in run, "our own package is built without asking for anything else"


def test_every_dependency_has_its_reason() -> None:
    reasons = (ROOT / "docs" / "adr" / "0009-dependencies.md").read_text(encoding="utf-8").lower()
    for name in needed():
        assert f"| {name} |" in reasons, f"docs/adr/0009-dependencies.md has no line for {name}"


def test_the_locks_agree_and_only_one_whoosh_is_in_each() -> None:
    run, test, whoosh3 = pins("run.txt"), pins("test.txt"), pins("whoosh3.txt")
    assert run.items() <= test.items()
    assert "whoosh" in run
    assert "whoosh3" not in test
    assert "whoosh3" in whoosh3
    assert "whoosh" not in whoosh3
    assert {name: version for name, version in whoosh3.items() if name != "whoosh3"}.items() <= test.items()
