"""Reading speed: `python -m benchmarks.reading.throughput DIR` compares `reviews ingest` with PDFium alone.

PDFium alone loads the text of every page, in the same number of processes, and drops it. No program that reads with
PDFium can be faster. Both run in turn, because the speed of a computer varies; compare the ratio. OCR is off. It is
measured separately, on one page that is an image, from its PDF to being found by a search.
"""

import argparse
import ctypes
import json
import os
import statistics
import tempfile
import time
import zlib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from benchmarks.measure import DEMO, REPORTS, Cost, command, measure
from benchmarks.pdf import pdf_of

_PICTURED = "Child Robin LCSPR Overview Report FINAL 14 March 2022.pdf"
_PAGE, _WORD = 6, "Robin"  # of that report: a full page, and a word on it


def alone(folder: Path, jobs: int) -> tuple[int, float, float]:
    """Return pages, seconds and CPU seconds of PDFium in `jobs` processes, largest files first."""
    files = sorted(folder.rglob("*.pdf"), key=lambda file: -file.stat().st_size)
    began = time.perf_counter()
    with ProcessPoolExecutor(jobs) as pool:
        read = list(pool.map(_text_of, files))
    return sum(pages for pages, _ in read), time.perf_counter() - began, sum(cpu for _, cpu in read)


def _text_of(file: Path) -> tuple[int, float]:
    began, pages = time.process_time(), 0
    try:
        document = pypdfium2.PdfDocument(file.read_bytes())
    except pypdfium2.PdfiumError:
        return 0, 0.0
    for index in range(len(document)):
        page = pdfium.FPDF_LoadPage(document.raw, index)
        text = pdfium.FPDFText_LoadPage(page)
        count = pdfium.FPDFText_CountChars(text)
        pdfium.FPDFText_GetText(text, 0, count, (ctypes.c_ushort * (count + 1))())
        pdfium.FPDFText_ClosePage(text)
        pdfium.FPDF_ClosePage(page)
        pages += 1
    document.close()
    return pages, time.process_time() - began


def ingested(folder: Path, scratch: Path, jobs: int) -> tuple[int, float, Cost]:
    """Return the pages, seconds and cost of `reviews ingest` into a new library, without OCR."""
    library = Path(tempfile.mkdtemp(dir=scratch)) / "library"
    library.mkdir()
    (library / "reviews.toml").write_text("ocr = false\n", "utf-8")
    cost = measure(command(library, "ingest", folder, "--jobs", str(jobs), "--json"))
    told = json.loads(cost.output)
    return told["ingest"]["pages"], told["seconds"]["ingest"], cost


def throughput(folder: Path, scratch: Path, jobs: int, times: int) -> dict[str, Any]:
    """Run both in turn, `times` times. Returns the figures of the run with the median ratio, and all ratios."""
    runs = []
    for _ in range(times):
        pages, seconds, cpu = alone(folder, jobs)
        ours, spent, cost = ingested(folder, scratch, jobs)
        runs.append(
            {
                "ratio": round((ours / spent) / (pages / seconds), 3),
                "pages": ours,
                "pages_per_second": round(ours / spent),
                "cpu_seconds": cost.to_dict()["cpu_seconds"],
                "peak_mb": cost.to_dict()["peak_mb"],
                "pdfium_pages_per_second": round(pages / seconds),
                "pdfium_cpu_seconds": round(cpu, 2),
            }
        )
    middle = statistics.median_low(run["ratio"] for run in runs)
    return {
        "processes": jobs,
        **next(run for run in runs if run["ratio"] == middle),
        "ratios": sorted(run["ratio"] for run in runs),
    }


def scanned(scratch: Path) -> dict[str, Any]:
    """Measure `reviews update` and `reviews search` on one page that is an image at 300 dots per inch."""
    folder = scratch / "scan"
    folder.mkdir()
    (folder / "scan.pdf").write_bytes(one_page_scan(DEMO / _PICTURED, _PAGE))
    library = scratch / "scanned"
    update = measure(command(library, "update", folder, "--json"))
    search = measure(command(library, "search", _WORD, "--json"))
    return {
        "seconds": round(update.seconds + search.seconds, 2),
        "cpu_seconds": round((update.cpu or 0) + (search.cpu or 0), 2),
        "read_by_ocr": json.loads(update.output)["ingest"]["ocr_pages"],
        "found": json.loads(search.output)["total"],
        "steps": json.loads(update.output)["seconds"] | {"search": round(search.seconds, 3)},
    }


def one_page_scan(file: Path, number: int) -> bytes:
    """Return a PDF with one page, which is a grey image of the given page (1-based)."""
    document = pypdfium2.PdfDocument(file)
    bitmap = document[number - 1].render(scale=300 / 72, grayscale=True)
    wide, high = document[number - 1].get_size()
    held = bytes(bitmap.buffer)
    pixels = b"".join(held[at : at + bitmap.width] for at in range(0, bitmap.stride * bitmap.height, bitmap.stride))
    document.close()
    content = b"q %f 0 0 %f 0 0 cm /I Do Q" % (wide, high)
    picture = zlib.compress(pixels)
    return pdf_of(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %f %f]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>"
            % (wide, high),
            b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
            b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8"
            b"/Filter/FlateDecode/Length %d>>stream\n%s\nendstream"
            % (bitmap.width, bitmap.height, len(picture), picture),
        ]
    )


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.reading.throughput",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, nargs="?", default=REPORTS if REPORTS.is_dir() else DEMO)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes for each")
    parser.add_argument("--times", type=int, default=3, help="runs of each")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="reviews-bench-") as scratch:
        figures = {"reading": throughput(asked.folder, Path(scratch), asked.jobs, asked.times)}
        figures["scanned_page"] = scanned(Path(scratch))
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
