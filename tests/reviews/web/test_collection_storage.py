"""Where collections are stored: in the cookies of a browser, or on the server for people who sign in."""

import base64
import hashlib
import io
import json
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from reviews.collecting import json_format
from reviews.collecting.collection import Collected, Saved
from reviews.web.app import Options, create_app
from reviews.web.collection_storage import packed, unpacked
from reviews.web.guard.access import Access
from reviews.web.guard.tokens import Tokens
from tests.reviews.web.views.test_collecting import save

REPORT = "ab" * 32
ONE = Saved(REPORT, 4, 4, 2, "4.1", "0000001", "2026-11-29", "0123456789abcdef", "“Für Jo” & <b>")


def test_a_packed_collection_has_the_start_of_each_id() -> None:
    held = Collected().saving(ONE).begun("Training").saving(replace(ONE, first=9, last=11))
    short = replace(ONE, report=REPORT[:16])
    assert unpacked(packed(held)) == Collected().saving(short).begun("Training").saving(
        replace(short, first=9, last=11)
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "%%%",
        "é",
        base64.urlsafe_b64encode(zlib.compress(b"[" * 100_000)).decode(),
        base64.urlsafe_b64encode(zlib.compress(b'["1", [["1"]]]')).decode(),
        base64.urlsafe_b64encode(zlib.compress(json.dumps(["1", [["1", "x", [[1, 2]]]]]).encode())).decode(),
        base64.urlsafe_b64encode(zlib.compress(json.dumps(["1", [["../x", "x", []]]]).encode())).decode(),
        base64.urlsafe_b64encode(zlib.compress(b" " * 50_000_000, 9)).decode(),
    ],
)
def test_a_cookie_from_elsewhere_is_an_empty_collection(text: str) -> None:
    assert unpacked(text) == Collected()


def test_any_cookie_at_all_gives_a_page(page: FlaskClient) -> None:
    for value in ("x" * 3_000, "eJwDAAAAAAE", "%00", "eNo="):
        page.set_cookie("collected0", value)
        assert page.get("/collections").status_code == 200


def test_cookies_are_closed_to_scripts_and_other_sites(page: FlaskClient) -> None:
    save(page)
    (cookie,) = [each for each in save(page, at=1).headers.getlist("Set-Cookie") if each.startswith("collected0=")]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))


def test_a_browser_that_is_full_says_so_and_keeps_what_it_had(page: FlaskClient) -> None:
    save(page)
    place = save(page, at=1).headers["Location"].partition("#s")[2].replace("-", ":")
    answers = [page.post("/collections/bring", data={"file": (_file(n), "c.json")}) for n in range(9)]
    assert answers[0].status_code == 303
    refused = answers[-1]
    assert refused.status_code == 400
    assert "no room for more" in refused.text
    assert place in page.get("/collections/1").text
    held = [page.get_cookie(name) for name in ("collected0", "collected1")]
    assert 0 < sum(len(each.value) for each in held if each) < 8_000


def _file(number: int) -> Any:
    spread = "".join(hashlib.sha256(f"{number} {n}".encode()).hexdigest() for n in range(30))[:1_900]
    return io.BytesIO(json.dumps(json_format.to_dict(Collected().saving(replace(ONE, note=spread)))).encode())


@pytest.fixture
def people(demo: Path, tmp_path: Path) -> Iterator[Flask]:
    library = Path(shutil.copytree(demo, tmp_path / "library"))
    app = create_app(library, Options(hosts=(), access=Access(header="X-Person", proxies=("127.0.0.1",)), log_days=9))
    yield app
    app.extensions["pool"].close()


def client(app: Flask, person: str) -> FlaskClient:
    found = app.test_client()
    found.environ_base["HTTP_X_PERSON"] = person
    return found


def test_people_who_sign_in_find_their_collections_on_every_computer(people: Flask) -> None:
    done = save(client(people, "Jo Smith"))
    assert not [each for each in done.headers.getlist("Set-Cookie") if "collected" in each]
    assert "1 passage, in your order" in client(people, "Jo Smith").get("/collections").text
    assert "Nothing is saved here yet" in client(people, "Sam Jones").get("/collections").text
    assert client(people, "Sam Jones").get("/collections/1.docx").status_code == 404
    assert client(people, "").get("/collections").status_code == 401


def test_the_access_log_records_who_saved_and_downloaded_but_no_text(people: Flask) -> None:
    jo = client(people, "Jo Smith")
    save(jo)
    jo.post("/collections/1", data={"act": "name", "name": "Zelkova"})
    assert jo.get("/collections/1.docx").status_code == 200
    (log,) = people.extensions["pool"].settings.access.glob("*.jsonl")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(line["what"]) for line in lines if line["what"] in ("save", "export", "collection")] == ["save", "export"]
    assert "Zelkova" not in log.read_text()


def test_a_damaged_file_of_collections_does_not_stop_a_search(people: Flask) -> None:
    jo = client(people, "Jo Smith")
    save(jo)
    (file,) = people.extensions["pool"].settings.collections.glob("*.json")
    file.write_text("{")
    assert jo.get("/?q=neglect").status_code == 200
    told = jo.get("/collections")
    assert told.status_code == 503
    assert "is damaged" in told.text


def test_a_new_token_of_a_person_opens_the_same_collections(demo: Path, tmp_path: Path) -> None:
    library = Path(shutil.copytree(demo, tmp_path / "library"))
    tokens = Tokens(library)
    app = create_app(library, Options(hosts=(), access=Access(tokens)))
    jo = app.test_client()
    jo.post("/sign-in", data={"token": tokens.add("Jo Smith")})
    save(jo)
    tokens.revoke("Jo Smith")
    jo.post("/sign-in", data={"token": tokens.add("Jo Smith")})
    assert "1 passage, in your order" in jo.get("/collections").text
    app.extensions["pool"].close()
