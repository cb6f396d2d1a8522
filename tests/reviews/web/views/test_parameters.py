"""A program that sends an undocumented parameter gets an error, as JSON if it requested JSON."""

import pytest
from flask.testing import FlaskClient

from reviews.web.app import Options
from tests.reviews.web.client import client


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/search.json?q=neglect&yaer=2015", "yaer"),
        ("/search.json?q=neglect&passages=some", "passages"),
        ("/search.json?q=neglect&exact=banana", "exact"),
        ("/search.json?q=neglect&per_report=5", "per_report"),
        ("/trends.json?q=neglect&limit=5", "limit"),
        ("/reports.json?q=neglect", "q"),
    ],
)
def test_a_parameter_that_is_not_known_or_not_valid_is_named(page: FlaskClient, address: str, name: str) -> None:
    answer = page.get(address)
    assert answer.status_code == 400
    assert f"`{name}`" in answer.get_json()["error"]["message"]


def test_a_misspelt_parameter_is_guessed(page: FlaskClient) -> None:
    assert "`year`" in page.get("/search.json?q=neglect&yaer=2015").get_json()["error"]["message"]


def test_passages_all_gives_every_mention_page_by_page(page: FlaskClient) -> None:
    hits = []
    for number in range(1, 20):
        some = page.get(f"/search.json?q=child&passages=all&limit=2&page={number}").get_json()["hits"]
        hits += some
        if not some:
            break
    assert hits
    for hit in hits:
        assert sum(len(passage["mentions"]) for passage in hit["passages"]) == hit["mentions"]
    ids = [each for hit in hits for passage in hit["passages"] for each in passage["mention_ids"]]
    assert len(set(ids)) == len(ids) == sum(hit["mentions"] for hit in hits)
    (few,) = page.get("/search.json?q=child&passages=1&limit=1").get_json()["hits"]
    assert len(few["passages"]) == 1


def test_an_error_is_json_where_json_was_asked_for(page: FlaskClient) -> None:
    library = page.application.extensions["pool"].settings.library
    with client(library, Options(rate=1)) as impatient:
        for address, headers in (("/search.json?q=a", {}), ("/?q=a", {"Accept": "application/json"})):
            for _ in range(3):
                answer = impatient.get(address, headers=headers)
            assert answer.status_code == 429
            assert answer.get_json()["error"]["status"] == 429
            assert answer.headers["Retry-After"] == "30"
        assert impatient.get("/?q=a").mimetype == "text/html"
