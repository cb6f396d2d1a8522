"""The list of what the program consists of, and what it is built with."""

import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def sbom() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sbom", ROOT / ".ci" / "sbom.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_locked_package_and_every_vendored_one_is_listed_with_its_hashes(sbom: ModuleType) -> None:
    found = {(part["name"], part["version"]): part for part in sbom.document(ROOT)["components"]}
    locked = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", (ROOT / "requirements" / "run.txt").read_text(), re.MULTILINE)
    assert set(locked) < set(found)
    assert all(found[each]["externalReferences"][0]["hashes"] for each in locked)
    assert {name for name, _ in set(found) - set(locked)} == {"govuk-frontend", "pdfjs-dist"}
    assert sbom.document(ROOT) == sbom.document(ROOT), "the same sources give the same list"


def test_licences_that_are_not_accepted_are_found(sbom: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sbom.unfit(ROOT) == []
    for licence in ("AGPL-3.0-only", "GNU Affero General Public License v3", "GPL-3.0-or-later", "Proprietary"):
        monkeypatch.setattr(sbom, "licence_of", lambda name, told=licence: told if name == "flask" else "MIT")
        assert [each.partition(" ")[0] for each in sbom.unfit(ROOT)] == ["flask"]


def test_the_build_uses_the_locked_setuptools() -> None:
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    assert f"\n{asked[0]} " in (ROOT / "requirements" / "run.txt").read_text("utf-8")
