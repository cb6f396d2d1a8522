"""The reading benchmark counts every page, and its scan really is a scan."""

from pathlib import Path

from benchmarks.measure import DEMO
from benchmarks.reading.throughput import alone, one_page_scan
from ingest.worker import extract

ROOT = Path(__file__).parents[2]


def test_pdfium_alone_reads_every_page(tmp_path: Path) -> None:
    pages = 0
    for name in ("Child Robin LCSPR Executive Summary.pdf", "media statement children p & q.pdf"):
        data = (ROOT / DEMO / name).read_bytes()
        (tmp_path / name).write_bytes(data)
        pages += len(extract.read(data, max_pages=99).pages)
    (tmp_path / "no report.pdf").write_bytes(b"no PDF")
    read, seconds, cpu = alone(tmp_path, jobs=1)
    assert read == pages
    assert 0 < cpu < seconds


def test_the_scan_is_a_page_that_only_ocr_can_read() -> None:
    scan = one_page_scan(ROOT / DEMO / "Child Robin LCSPR Executive Summary.pdf", 1)
    (page,) = extract.read(scan, max_pages=9).pages
    assert (page.lines, page.unread, page.scan) == ([], "no_text", True)
