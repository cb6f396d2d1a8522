"""Two PDFs that differ in one word: the run and the library report their ids, and a study can count them once."""

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from reportlab.pdfgen.canvas import Canvas

import reviews
from corpus.errors import UsageError
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
    """Return a library for reading only, with two near-duplicates and one other report, and the output of its first
    update.
    """
    library = tmp_path_factory.mktemp("near") / "library"
    create_library(library)
    (library / "reviews.toml").write_text("ocr = false\njobs = 1\n")
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


# Counted once


def test_counted_once_the_group_is_its_report_with_the_smallest_id(made: tuple[Path, Result]) -> None:
    library, _ = made
    one, other = pair_of(library)
    with reviews.open(library) as opened:
        twice = opened.study({"W": "wrote", "R": "rang", "V": "visitor"})
        once = opened.study({"W": "wrote", "R": "rang", "V": "visitor"}, reviews.Filters(copies=("once",)))
    assert [(row["reports"], row["of"], row["counted"]) for row in twice.summary][:2] == [
        (2, 3, "reports"),
        (1, 3, "reports"),
    ]
    assert [(row["reports"], row["of"], row["counted"]) for row in once.summary][:2] == [
        (1, 2, "texts"),
        (1, 2, "texts"),
    ]
    assert [row["mentions"] for row in once.summary][:1] == [40]
    assert {row["report"] for row in once.passages} & {one, other} == {one}
    for study, of, counted in ((twice, 3, "reports"), (once, 2, "texts")):
        assert {(row["of"], row["counted"]) for row in study.pairs} == {(of, counted)}
        assert [row["of"] for row in study.by if row["grouping"] == "all"] == [of] * 3
        assert {row["counted"] for row in study.by} == {counted}
        assert (study.about.counted, study.to_dict()["counted"]) == (counted, counted)
        assert f"N counts {counted}" in study._repr_html_()


def test_a_batch_a_search_the_trends_and_the_page_say_the_same(made: tuple[Path, Result], tmp_path: Path) -> None:
    library, _ = made
    (tmp_path / "q.csv").write_text("id,query,copies\nA,wrote,once\nB,wrote,\n", "utf-8")
    printed = call(library, "batch", str(tmp_path / "q.csv"), "--out", str(tmp_path / "a.xlsx"), "--jobs", "1").stdout
    assert "N counts reports or texts." in printed
    record = json.loads((tmp_path / "a.about.json").read_text("utf-8"))
    assert record["counted"] == "reports or texts"
    assert [(row["reports"], row["of"], row["counted"]) for row in record["queries"]] == [
        (1, 2, "texts"),
        (2, 3, "reports"),
    ]
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["About"]
    facts: dict[Any, Any] = dict(sheet.iter_rows(values_only=True, max_col=2))
    assert facts["n and N count"].startswith("reports or texts: of reports that are at least 98% alike")
    again = told(library, "batch", "--repeat", str(tmp_path / "a.about.json"))
    assert again["changes"] == []
    assert told(library, "search", "wrote", "--copies", "once")["total"] == 1
    (point,) = told(library, "trends", "wrote", "--copies", "once")["points"]
    assert (point["reports"], point["of"], point["counted"]) == (1, 2, "texts")
    app = create_app(library)
    study = app.test_client().get("/study.json?q=wrote&copies=once").get_json()
    assert (study["counted"], study["summary"][0]["reports"], study["summary"][0]["of"]) == ("texts", 1, 2)
    app.extensions["pool"].close()


def test_copies_can_only_be_once() -> None:
    with pytest.raises(UsageError, match="can only be once"):
        reviews.Filters(copies=("twice",))
