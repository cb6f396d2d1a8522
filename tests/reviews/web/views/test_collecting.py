"""Save passages through the form of the page, and export collections."""

import csv
import io
import json
import re
from typing import Any

import docx
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def places(page: FlaskClient, path: str = "/?q=neglect") -> list[str]:
    """Return the passages that can be saved on a page, in the form that its buttons send."""
    return re.findall(r'name="passage" value="([^"]+)"', page.get(path).text)


def save(page: FlaskClient, path: str = "/?q=neglect", at: int = 0) -> TestResponse:
    """Save a passage of a page."""
    return page.post("/collections/save", data={"passage": places(page, path)[at], "back": path})


def test_a_passage_is_saved_and_the_page_returns_to_where_it_is(page: FlaskClient) -> None:
    (first, *_) = places(page)
    done = save(page)
    where = f"s{first.replace(':', '-')}"
    assert (done.status_code, done.headers["Location"]) == (303, f"/?q=neglect#{where}")
    after = page.get("/?q=neglect").text
    assert f'id="{where}"' in after
    assert "My collection (1)" in after
    assert first not in places(page)
    done = page.post("/collections/save", data={"drop": first, "back": "/?q=neglect"})
    assert done.headers["Location"] == f"/?q=neglect#{where}"
    assert first in places(page)


def test_a_passage_can_be_saved_wherever_one_is_shown(page: FlaskClient, robin: str) -> None:
    for path in (
        "/?q=neglect",
        "/?q=neglect+nosuchword+school",  # the second list
        f"/reports/{robin[:16]}?q=neglect",
        f"/reports/{robin[:16]}",  # its recommendations
        f"/reports/{robin[:16]}/pages/6",
        "/?q=neglect&view=passages",
        "/?q=neglect&view=recommendations",
        "/recommendations",
    ):
        assert places(page, path), path
    for path in ("/?q=neglect", f"/reports/{robin[:16]}?q=neglect"):
        ids = re.findall(r'class="r-save[^"]*" id="([^"]+)"', page.get(path).text)
        assert len(ids) == len(set(ids))


def test_several_paragraphs_are_saved_as_one_passage(page: FlaskClient, robin: str) -> None:
    page.post("/collections/save", data={"passage": f"{robin[:16]}:30:32", "back": "/"})
    (row,) = rows(page)
    assert row["quotation"].count("\n") == 2


@pytest.mark.parametrize(
    "back",
    [
        "",
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/a\nb",
    ],
)
def test_saving_never_redirects_to_another_site(page: FlaskClient, back: str) -> None:
    done = page.post("/collections/save", data={"passage": places(page)[0], "back": back})
    assert done.headers["Location"].startswith("/collections#s")


@pytest.mark.parametrize("path", ["/collections/save", "/collections/new", "/collections/bring", "/collections/1"])
def test_a_form_of_another_site_is_refused(page: FlaskClient, path: str) -> None:
    for site in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        done = page.post(path, data={"name": "x"}, headers=site)
        assert done.status_code == 403


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({}, 400),
        ({"passage": ""}, 400),
        ({"passage": "../../etc:1"}, 400),
        ({"passage": "0" * 16 + ":1"}, 404),
        ({"passage": "0" * 16 + ":99999999"}, 400),
        ({"passage": ("0" * 16 + ":1") * 9}, 400),
        ({"drop": "0" * 16 + ":1"}, 303),
    ],
)
def test_what_cannot_be_saved_is_refused(page: FlaskClient, data: dict[str, str], status: int) -> None:
    assert page.post("/collections/save", data=data).status_code == status


def test_a_passage_that_the_report_does_not_have_is_refused(page: FlaskClient, robin: str) -> None:
    for place in (f"{robin[:16]}:9999999", f"{robin[:16]}:5:4", f"{robin[:16]}:0:9999"):
        done = page.post("/collections/save", data={"passage": place})
        assert (done.status_code, "save the passage there" in done.text) == (404, True)


def act(page: FlaskClient, what: str, place: str = "", **more: str) -> TestResponse:
    return page.post("/collections/1", data={"act": what, "passage": place, **more})


def rows(page: FlaskClient, key: str = "1") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(page.get(f"/collections/{key}.csv").get_data().decode("utf-8-sig"))))


def test_a_collection_is_noted_ordered_named_and_emptied(page: FlaskClient) -> None:
    chosen = places(page)[:3]
    for place in chosen:
        page.post("/collections/save", data={"passage": place, "back": "/"})
    assert (
        act(page, "note", chosen[1], note="For <b>Monday</b>").headers["Location"]
        == f"/collections/1#s{chosen[1].replace(':', '-')}"
    )
    act(page, "up", chosen[2], note="typed and not saved")
    told = page.get("/collections/1").text
    assert "For &lt;b&gt;Monday&lt;/b&gt;" in told
    assert [row["note"] for row in rows(page)] == ["", "typed and not saved", "For <b>Monday</b>"]
    act(page, "name", name="Neglect & age")
    assert '<h1 class="govuk-heading-l r-title">Neglect &amp; age</h1>' in page.get("/collections").text
    act(page, "drop", chosen[0])
    assert len(rows(page)) == 2
    assert act(page, "delete").headers["Location"] == "/collections"
    assert "Nothing is saved here yet" in page.get("/collections").text
    assert act(page, "drop", chosen[0]).status_code == 404


def test_the_link_to_a_passage_names_the_same_page_as_its_citation(page: FlaskClient, robin: str) -> None:
    page.post("/collections/save", data={"passage": f"{robin[:16]}:0:60", "back": "/"})
    shown = page.get("/collections").text
    (cited,) = re.findall(r'r-citation">[^<]*, (pages? \d[^<]*)\.<', shown)
    (opened,) = re.findall(r">Open ([^<]*)</a>", shown)
    assert opened == cited


def test_an_error_leads_to_where_it_says_to_go(page: FlaskClient) -> None:
    for address in ("/collections/7", "/collections/7.docx"):
        missing = page.get(address)
        assert missing.status_code == 404
        assert '<a class="govuk-link" href="/collections">Your collections</a>' in missing.text
    gone = page.post("/collections/save", data={"passage": "0" * 16 + ":1", "back": "/?q=neglect"})
    assert '<a class="govuk-link" href="/?q=neglect">Go back</a>' in gone.text
    assert act(page, "nosuch").status_code == 400


def test_several_collections(page: FlaskClient) -> None:
    save(page)
    assert page.post("/collections/new", data={"name": "Training"}).headers["Location"] == "/collections/2"
    save(page)  # the same passage, in the other collection
    save(page)
    assert (len(rows(page)), len(rows(page, "2"))) == (1, 2)
    act(page, "open")
    assert "Passages that you save go here" in page.get("/collections/1").text
    assert "Passages that you save go here" not in page.get("/collections/2").text
    assert page.post("/collections/new", data={"name": " "}).status_code == 400


def test_the_word_file_has_the_words_of_the_table(page: FlaskClient) -> None:
    for _ in range(3):
        save(page)
    answer = page.get("/collections/1.docx")
    assert 'filename="my-collection.docx"' in answer.headers["Content-Disposition"]
    told = [each.text for each in docx.Document(io.BytesIO(answer.data)).paragraphs]
    for row in rows(page):
        assert row["quotation"] in told
        assert f"Source: {row['citation']}" in told
        assert f"Passage: {row['link']}" in told
        assert row["link"].startswith("http://localhost/reports/")
    assert "Searched 9 of 10 reports." in told


def test_a_table_contains_no_formulas(page: FlaskClient) -> None:
    save(page)
    act(page, "note", places_saved(page)[0], note="=HYPERLINK(1)")
    assert "'=HYPERLINK(1)" in page.get("/collections/1.csv").get_data(as_text=True)


def places_saved(page: FlaskClient) -> list[str]:
    return re.findall(r'name="passage" value="([^"]+)"', page.get("/collections").text)


def test_a_collection_can_be_imported_in_another_browser(page: FlaskClient) -> None:
    save(page)
    act(page, "note", places_saved(page)[0], note="For Monday")
    file = page.get("/collections/1.json")
    assert 'filename="my-collection.json"' in file.headers["Content-Disposition"]
    assert "Family M" not in file.get_data(as_text=True)  # references, no words
    other = page.application.test_client()
    done = other.post("/collections/bring", data={"file": (io.BytesIO(file.data), "my-collection.json")})
    assert done.headers["Location"] == "/collections/1"
    assert rows(other) == rows(page)
    assert json.loads(other.get("/collections.json").data) == json.loads(file.data)


def test_an_imported_passage_that_is_gone_says_where_it_was_and_no_empty_date(page: FlaskClient) -> None:
    save(page)
    file = json.loads(page.get("/collections/1.json").data)
    (passage,) = file["collections"][0]["passages"]
    passage |= {"report": "0" * 64, "page": 6, "paragraph": "5.1.1", "saved": ""}
    other = page.application.test_client()
    other.post("/collections/bring", data={"file": (io.BytesIO(json.dumps(file).encode()), "c.json")})
    told = other.get("/collections/1").text
    assert "Not available" in told
    assert "It was page 6, paragraph 5.1.1." in told
    assert "Saved on" not in told


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"PK\x03\x04", b"[" * 200_000, b'{"format": "reviews collections"}', b" " * 250_000]
)
def test_a_file_that_is_not_a_collection_is_refused(
    page: FlaskClient, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reviews.web.views.collecting._MOST", 220_000)
    done = page.post("/collections/bring", data={"file": (io.BytesIO(data), "c.json")})
    assert done.status_code == 400
    assert page.post("/collections/bring").status_code == 400
    assert page.get("/collections.json").get_json()["collections"] == []


def test_a_script_gets_the_control_alone(page: FlaskClient) -> None:
    done = page.post("/collections/save", data={"passage": places(page)[0], "part": "1", "what": "<b>page 2</b>"})
    assert done.status_code == 200
    assert "My collection (1)" in done.text
    assert 'Remove<span class="govuk-visually-hidden"> &lt;b&gt;page 2&lt;/b&gt;' in done.text
    assert "<html" not in done.text


def test_a_program_can_read_the_collections(page: FlaskClient) -> None:
    save(page)
    value: Any = page.get("/collections.json").get_json()
    (passage,) = value["collections"][0]["passages"]
    assert set(passage) == {
        "report", "page", "paragraph", "first", "last", "generation", "saved", "digest", "note",
    }  # fmt: skip
    assert passage["generation"] == "0000001"
