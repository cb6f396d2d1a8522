"""The vectors of a library are made once per report, completely or not at all, and deleted with the report."""

import sys
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import UsageError
from corpus.storage.store import Store
from index.vectors import model, nearest
from index.vectors.packed import is_whole, pack, unpack
from index.vectors.refresh import Refreshed, refresh
from index.vectors.store import MANIFEST, keep_only, stored
from tests import fake_model
from tests.index.conftest import AddReport

WREN = "Wren was not brought to the clinic in that year."
ROBIN = ("Robin missed many appointments in the spring.", "Robin", "The school saw Robin in lessons every day.")


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_model.use(monkeypatch)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return fake_model.folder_of(tmp_path / "model")


def brought_up_to_date(store: Store, vectors: Path, folder: Path) -> Refreshed:
    readings = [reading for reading, _ in store.readings.current()]
    return refresh(store, vectors, readings, folder, threads=1, progress=lambda done, total: None)


def files(vectors: Path) -> set[str]:
    return {path.name for path in vectors.rglob("*") if path.is_file()}


def test_packed_vectors_come_back_almost_unchanged() -> None:
    rows = np.random.default_rng(1).normal(size=(50, 384))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    packed = pack(rows)
    assert is_whole(packed)
    whole, scales = unpack(packed)
    assert np.abs(whole * scales[:, None] - rows).max() < 0.002


def test_a_flipped_bit_is_detected() -> None:
    packed = bytearray(pack(np.eye(3)))
    packed[-1] ^= 1
    assert not is_whole(bytes(packed))


def test_each_meaningful_paragraph_gets_a_vector_once(
    store: Store, add: AddReport, tmp_path: Path, folder: Path
) -> None:
    add("robin", *ROBIN)
    assert brought_up_to_date(store, tmp_path / "vectors", folder) == Refreshed(1, 2)  # not the one-word heading
    add("wren", WREN)
    assert brought_up_to_date(store, tmp_path / "vectors", folder) == Refreshed(1, 1)
    assert brought_up_to_date(store, tmp_path / "vectors", folder) == Refreshed(0, 0)


def test_a_damaged_file_of_vectors_is_not_used_and_made_again(
    store: Store, add: AddReport, tmp_path: Path, folder: Path
) -> None:
    vectors = tmp_path / "vectors"
    add("robin", *ROBIN)
    add("wren", WREN)
    brought_up_to_date(store, vectors, folder)
    (damaged,) = vectors.rglob("1.vectors")
    damaged.write_bytes(damaged.read_bytes()[:-1])
    assert nearest.matrix(vectors, folder).read == {2}
    assert brought_up_to_date(store, vectors, folder) == Refreshed(1, 2)
    assert nearest.matrix(vectors, folder).read == {1, 2}


def test_a_damaged_manifest_is_treated_as_missing(store: Store, add: AddReport, tmp_path: Path, folder: Path) -> None:
    vectors = tmp_path / "vectors"
    add("robin", *ROBIN)
    brought_up_to_date(store, vectors, folder)
    (manifest,) = vectors.rglob(MANIFEST)
    manifest.write_bytes(manifest.read_bytes().replace(b"generation", b"degenerate"))
    assert nearest.matrix(vectors, folder).read == set()
    assert brought_up_to_date(store, vectors, folder) == Refreshed(1, 2)


def test_another_model_makes_vectors_of_its_own_and_the_old_ones_go(
    store: Store, add: AddReport, tmp_path: Path, folder: Path
) -> None:
    vectors = tmp_path / "vectors"
    add("robin", *ROBIN)
    brought_up_to_date(store, vectors, folder)
    before = [path.name for path in vectors.iterdir()]
    other = fake_model.folder_of(tmp_path / "other", [["robin"]])
    assert nearest.matrix(vectors, other).read == set()
    assert brought_up_to_date(store, vectors, other) == Refreshed(1, 2)
    assert [path.name for path in vectors.iterdir()] != before
    assert len(list(vectors.iterdir())) == 1


def test_a_damaged_model_leaves_the_vectors_as_they_are(
    store: Store, add: AddReport, tmp_path: Path, folder: Path
) -> None:
    vectors = tmp_path / "vectors"
    add("robin", *ROBIN)
    brought_up_to_date(store, vectors, folder)
    before = files(vectors)
    (folder / "model.onnx").write_bytes(b"\0 damaged")
    add("wren", WREN)
    with pytest.raises(UsageError, match="cannot be used as a model"):
        brought_up_to_date(store, vectors, folder)
    assert files(vectors) == before


def test_nothing_is_left_of_a_report_that_went_whatever_models_read_it(
    store: Store, add: AddReport, tmp_path: Path, folder: Path
) -> None:
    vectors = tmp_path / "vectors"
    add("robin", *ROBIN)
    add("wren", WREN)
    brought_up_to_date(store, vectors, folder)
    (used,) = vectors.iterdir()
    (vectors / "older").mkdir()
    for path in used.iterdir():
        (vectors / "older" / path.name).write_bytes(path.read_bytes())
    (used / ".1.vectors.half").write_bytes(b"half-written")
    keep_only(vectors, [2])
    assert {path.relative_to(vectors).as_posix() for path in vectors.rglob("*") if path.is_file()} == {
        f"{name}/{file}" for name in (used.name, "older") for file in (MANIFEST, "2.vectors")
    }
    assert all(stored(vectors, each).entries.keys() == {2} for each in (used.name, "older"))


def test_a_library_without_vectors_has_nothing_to_delete(tmp_path: Path) -> None:
    keep_only(tmp_path / "vectors", [])
    assert not (tmp_path / "vectors").exists()


def test_a_folder_that_is_not_a_model_is_refused_with_the_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"model\.onnx of the language model cannot be read"):
        model.find(tmp_path)


def test_a_pinned_model_of_another_content_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "pinned_model"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "model.onnx").write_bytes(b"another model")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(model, "_PACKAGE", "pinned_model")
    with pytest.raises(UsageError, match="is not the file that this version of the program was tested with"):
        model.find(None)


def test_the_tokenizer_that_comes_with_the_program_is_the_pinned_one() -> None:
    assert model._hash(model._TOKENIZER) == model._TOKENIZER_SHA256


def test_without_the_extra_a_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "_LIBRARIES", ("no_such_library",))
    assert not model.is_wanted(None)
    with pytest.raises(UsageError, match=r"pip install 'safeguarding-reviews\[meaning\]'"):
        model.find(None)


@pytest.mark.skipif(sys.platform == "win32", reason="a process that is killed at a chosen moment needs fork")
def test_a_run_that_is_killed_at_any_moment_loses_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    from tests.index.vectors.killed import killed_at_every_moment

    assert killed_at_every_moment(tmp_path) >= 30
