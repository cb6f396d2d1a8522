"""The documentation as a web site: mistakes that a reader would notice fail the build."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """Return a build of the documentation with three mistakes in it."""
    home = tmp_path_factory.mktemp("pages")
    home = home / "copy"
    shutil.copytree(ROOT, home, ignore=shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "*library"))
    (home / "docs" / "forgotten.md").write_text("# A page that nothing leads to\n", encoding="utf-8")
    with (home / "CONTRIBUTING.md").open("a", encoding="utf-8") as page:
        page.write("\nA [folder](docs/adr/) and a [file](setup.cfg) that are there.\n")
        page.write("\nA [page](docs/nowhere.md) and a [heading](SECURITY.md#nothing) that are not there.\n")
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--conf-dir", "docs/site", ".", "site"]
    return subprocess.run(command, cwd=home, capture_output=True, encoding="utf-8", check=False)


def test_only_mistakes_fail_the_build(built: subprocess.CompletedProcess[str]) -> None:
    assert built.returncode == 1
    warnings = [line for line in built.stderr.splitlines() if "WARNING" in line]
    assert len(warnings) == 3, built.stderr


@pytest.mark.parametrize("mistake", ["docs/nowhere.md", "nothing", "forgotten.md"])
def test_a_broken_link_a_missing_heading_and_an_orphan_are_named(
    built: subprocess.CompletedProcess[str], mistake: str
) -> None:
    assert any(mistake in line for line in built.stderr.splitlines() if "WARNING" in line)


def test_the_pictures_are_there_and_small() -> None:
    pictures = [ROOT / "docs" / "pictures" / f"{name}.png" for name in ("answer", "page")]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in pictures)
    assert sum(path.stat().st_size for path in pictures) < 300_000
