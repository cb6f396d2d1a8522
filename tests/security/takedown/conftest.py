"""Libraries that contain the report to be removed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.faults.removal import prepare
from tests.security.takedown.desk import Desk, at_hand


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    library = tmp_path_factory.mktemp("plain") / "library"
    return library, prepare(library, editions=False)


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    library = tmp_path_factory.mktemp("edited") / "library"
    return library, prepare(library)


@pytest.fixture
def desk(plain: tuple[Path, str], tmp_path: Path) -> Iterator[Desk]:
    yield from at_hand(*plain, tmp_path)


@pytest.fixture
def editions(edited: tuple[Path, str], tmp_path: Path) -> Iterator[Desk]:
    yield from at_hand(*edited, tmp_path)
