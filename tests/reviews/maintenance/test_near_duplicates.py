"""Two PDFs with one word between them: the run says so by their ids, and so do the reports on the library."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from reportlab.pdfgen.canvas import Canvas

from corpus.layout import create_library
from reviews.cli.main import main
from reviews.maintenance import run_log
from reviews.web.app import create_app

STORY = [
    f"In week {n} the health visitor of Fernshire saw Child Elm at home and wrote down {n * 7} words."
    for n in range(1, 41)
]
OTHER = [
    f"Day {n}: the school in Wendlemere rang the aunt of Child Oak, who did not reply {n} times." for n in range(40)
]


def pdf(path: Path, lines: list[str]) -> None:
    canvas = Canvas(str(path), invariant=True)
    for n, line in enumerate(lines):
        canvas.drawString(60, 800 - 18 * n, line)
    canvas.save()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """To be read only: a library of two near-duplicates and one other report, and what its first update printed."""
    library = tmp_path_factory.mktemp("near") / "library"
    create_library(library)
    (library / "reviews.toml").write_text("ocr = false\n")
    pdf(library / "reports" / "elm.pdf", STORY)
    pdf(library / "reports" / "elm corrected.pdf", [STORY[0].replace("visitor", "nurse"), *STORY[1:]])
    pdf(library / "reports" / "oak.pdf", OTHER)
    return library, call(library, "update")


def call(library: Path, *words: str) -> Result:
    result = CliRunner().invoke(main, ["--library", str(library), *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def told(library: Path, *words: str) -> Any:
    return json.loads(call(library, *words, "--json").stdout)


def pair_of(library: Path) -> tuple[str, str]:
    ids = sorted(
        report["id"] for report in told(library, "reports")["reports"] if not report["files"][0].endswith("oak.pdf")
    )
    assert len(ids) == 2
    return ids[0], ids[1]


def test_the_run_names_the_pair_by_id_in_its_output_and_its_record(made: tuple[Path, Result]) -> None:
    library, updated = made
    one, other = pair_of(library)
    assert f"Near-duplicates: {one[:12]} and {other[:12]}" in " ".join(updated.output.split())
    (record,) = run_log.latest(library / "runs")
    assert record["ingest"]["near_duplicates"] == [{"report": one, "other": other}]
    (text,) = (library / "runs").glob("*.txt")
    assert f"Near-duplicates: {one[:12]} and {other[:12]}" in text.read_text("utf-8")
    assert "visitor" not in text.read_text("utf-8") + json.dumps(record)


@pytest.mark.parametrize("command", ["coverage", "status"])
def test_coverage_and_status_name_the_pair(made: tuple[Path, Result], command: str) -> None:
    library, _ = made
    one, other = pair_of(library)
    assert told(library, command)["near_duplicates"] == [{"report": one, "other": other}]
    if command == "coverage":
        assert f"{one[:12]} and {other[:12]}" in call(library, "coverage").output


def test_the_page_of_each_report_leads_to_the_other_and_no_further(made: tuple[Path, Result]) -> None:
    library, _ = made
    app = create_app(library)
    page, ids = app.test_client(), pair_of(library)
    for one, other in (ids, ids[::-1]):
        after = page.get(f"/reports/{one[:16]}").get_data(as_text=True).partition("Almost the same text")[2]
        assert f'href="/reports/{other[:16]}"' in after.partition("</ul>")[0]
    (oak,) = {report["id"] for report in told(library, "reports")["reports"]} - {*ids}
    assert "Almost the same text" not in page.get(f"/reports/{oak[:16]}").get_data(as_text=True)
    app.extensions["pool"].close()
