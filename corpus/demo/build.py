"""Make the demonstration reports, their catalogue and their ground truth: `python -m corpus.demo.build`.

Each file in `text/` is one fictional report in a small markup (see README.md). The script typesets it and records what
is on each page in `tests/corpus/demo_truth.json`, so the truth is what was written, not what a reader extracted.
Nothing is compressed or random: the same texts give the same bytes on every machine. Images of scanned pages are stored
in `scans/`, because they may differ between versions of a library; `--scans` makes them again.

Needs reportlab (tests only). `--scans` also needs pypdfium2, and a locked report needs cryptography.
"""

import argparse
import csv
import hashlib
import json
from pathlib import Path
from typing import Any

from corpus.demo.paper import fonts
from corpus.demo.setter import Setter
from corpus.demo.source import Source

HERE = Path(__file__).resolve().parent
TRUTH = HERE.parent.parent / "tests" / "corpus" / "demo_truth.json"
COLUMNS = (
    "file",
    "sha256",
    "title",
    "board",
    "area",
    "child",
    "kind",
    "type",
    "year",
    "published",
    "case",
    "author",
    "url",
    "notes",
)
TOLD = ("title", "board", "area", "child", "kind", "type", "year", "published", "case", "author")


def compose(source: Source, *, scan: bool = False) -> tuple[bytes, Setter]:
    """Typeset a source, repeatedly until its contents page and page total are right."""
    contents: list[list[str]] = []
    total = 0
    for _ in range(4):
        setter = Setter(source, contents, total, scan=scan)
        data = setter.run()
        if setter.contents == contents and len(setter.pages) == total:
            return data, setter
        contents, total = setter.contents, len(setter.pages)
    raise ValueError(f"{source.path.name}: the pages do not settle")


def make_scans(source: Source) -> None:
    """Render the pages marked `scan` like an old office scanner: grey, slightly skewed, at 150 dots per inch."""
    import pypdfium2
    from PIL import ImageFilter

    data, setter = compose(source, scan=True)
    document = pypdfium2.PdfDocument(data)
    wanted = [page for page in setter.pages if page.scanned]
    for count, page in enumerate(wanted, 1):
        image = document[page.number - 1].render(scale=150 / 72, grayscale=True).to_pil().convert("L")
        image = (
            image.rotate(0.4, fillcolor=255, resample=3)
            .filter(ImageFilter.GaussianBlur(0.4))
            .point(lambda v: min(v, 247))
        )
        image.save(HERE / "scans" / f"{source.path.stem}-{count}.jpg", quality=45, dpi=(150, 150))


def truth(source: Source, setter: Setter, data: bytes) -> dict[str, Any]:
    """Return the ground truth of one report."""
    metadata: dict[str, str | int | None] = {name: source.get(name) or None for name in TOLD}
    metadata["year"] = int(source.get("year")) if source.get("year") else None
    return {
        "outcome": "encrypted" if source.get("password") else "report",
        "sha256": hashlib.sha256(data).hexdigest(),
        "metadata": metadata,
        "catalogued": bool(source.get("catalogue")),
        "features": [piece.strip() for piece in source.get("shows").split(";")],
        "headings": setter.headings,
        "pages": [page.truth() for page in setter.pages],
    }


def build(folder: Path, truth_file: Path) -> None:
    """Write every demonstration file, the catalogue and the truth."""
    fonts()
    found: dict[str, dict[str, Any]] = {}
    rows: list[dict[str, str]] = []
    for path in sorted((HERE / "text").glob("*.txt")):
        source = Source(path)
        data, setter = compose(source)
        for name in source.get("file").split(" || "):
            (folder / name).write_bytes(data)
            found[name] = truth(source, setter, data)
        if source.get("catalogue"):
            row = {name: source.get(name) for name in COLUMNS}
            rows.append(
                {
                    **row,
                    "file": source.get("file").split(" || ")[0],
                    "sha256": hashlib.sha256(data).hexdigest() if source.get("catalogue") == "hash" else "",
                }
            )
    for path in sorted((HERE / "text").glob("*.html")):
        data = path.read_bytes()
        (folder / f"{path.stem}.pdf").write_bytes(data)
        shows = ["an error page of a web server, saved under the name of a report"]
        found[f"{path.stem}.pdf"] = {
            "outcome": "not_pdf",
            "sha256": hashlib.sha256(data).hexdigest(),
            "features": shows,
            "pages": [],
        }
    with (folder / "catalogue.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    text = json.dumps({"files": found}, ensure_ascii=False, indent=1, sort_keys=True)
    truth_file.write_text(text + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="Make the demonstration reports.")
    arguments.add_argument("--scans", action="store_true", help="render the pictures of scanned pages anew first")
    if arguments.parse_args().scans:
        fonts()
        for text in sorted((HERE / "text").glob("*.txt")):
            if "@page scan" in text.read_text(encoding="utf-8"):
                make_scans(Source(text))
    build(HERE, TRUTH)
