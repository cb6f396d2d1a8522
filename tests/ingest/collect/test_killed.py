"""A run that is killed leaves no half file, and the next one fetches nothing twice.

`benchmarks.faults.collecting` tries more moments.
"""

from pathlib import Path

import pytest

from tests.ingest.collect import killed
from tests.ingest.collect.web import Web

pytest.importorskip("scrapy", reason="the extra `collect` is not installed")


@pytest.mark.parametrize("moment", [("request", 5), ("write", 5), ("write", 8)], ids=str)
def test_a_killed_run_is_continued(tmp_path: Path, web: Web, moment: tuple[str, int]) -> None:
    assert killed.faults(tmp_path / "library", web, moment) == []
