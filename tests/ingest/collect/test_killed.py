"""A killed run leaves no incomplete file, and the next one fetches nothing twice.

`benchmarks.faults.collecting` tries more moments.
"""

from pathlib import Path

import pytest

from corpus.storage.publications import Publications
from tests.ingest.collect import killed
from tests.ingest.collect.conftest import Nights
from tests.ingest.collect.web import Web

pytest.importorskip("scrapy", reason="the extra `collect` is not installed")


@pytest.mark.parametrize("moment", [("request", 5), ("write", 5), ("write", 8)], ids=str)
def test_a_killed_run_is_continued(tmp_path: Path, web: Web, moment: tuple[str, int]) -> None:
    assert killed.faults(tmp_path / "library", web, moment) == []


def test_a_file_that_a_killed_run_has_moved_and_not_recorded_is_not_fetched_again(
    tmp_path: Path, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights, rowan = Nights(tmp_path / "library", web), killed.source(web)

    def killed_here(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Publications, "put", killed_here)
        with pytest.raises(KeyboardInterrupt):
            nights.run([rowan])
    (moved,) = nights.settings.collected.glob("*.pdf")
    after = nights.run([rowan], days=0)
    assert len(after.publications) == killed.DOCUMENTS
    assert moved.name in after.files
    assert after.done.counts["new"] == killed.DOCUMENTS
    fetched = [each.path for each in after.asked if each.path.endswith(".pdf")]
    again = next(each.url for each in after.publications if each.file.endswith(moved.name))
    assert again.rpartition("/")[2] not in {path.strip("/") for path in fetched}
