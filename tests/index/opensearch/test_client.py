"""A cluster gives complete answers or none."""

import json
import logging
from typing import Any

import pytest

from corpus.errors import LimitHit, NoIndex, OtherVersion, QueryRefused, ReviewsError
from index.opensearch.access import Access
from index.opensearch.client import RETRIES, Action, Cluster, Conflict
from tests.opensearch.double import Double
from tests.opensearch.front import Front, standing_before

SECRET = "swordfish"


def answering(front: Front, answer: Any, status: int = 200) -> None:
    front.backend = lambda method, target, body: (status, answer)


def whole(**more: Any) -> dict[str, Any]:
    return {"timed_out": False, "_shards": {"total": 3, "successful": 3, "failed": 0}, "hits": {}, **more}


SEARCH = {"query": {"match_phrase": {"t": "neglect"}}}


def test_a_search_allows_no_partial_answer_and_sets_a_timeout_in_its_body(front: Front, cluster: Cluster) -> None:
    answering(front, whole())
    cluster.search("reviews-main-0001", SEARCH, seconds=2)
    assert front.asked == [
        "POST /reviews-main-0001/_search?allow_partial_search_results=false&ignore_unavailable=false"
    ]
    assert json.loads(front.bodies[0]) == {"timeout": "2000ms", **SEARCH}


def test_several_searches_ask_the_same_of_each(front: Front, cluster: Cluster) -> None:
    answering(front, {"responses": [whole(), whole()]})
    assert len(cluster.msearch("a,b", [SEARCH, SEARCH])) == 2
    head = json.loads(front.bodies[0].splitlines()[0])
    assert head == {"index": ["a", "b"], "allow_partial_search_results": False}


@pytest.mark.parametrize(
    "shards", [{"total": 3, "successful": 2, "failed": 1}, {"total": 3, "successful": 2, "failed": 0}]
)
def test_an_answer_without_a_shard_is_refused(front: Front, cluster: Cluster, shards: dict[str, int]) -> None:
    for answer in (whole(_shards=shards), {"responses": [whole(_shards=shards)]}):
        answering(front, answer)
        with pytest.raises(LimitHit, match="2 of 3 parts of the index"):
            cluster.search("reviews", SEARCH) if "responses" not in answer else cluster.msearch("reviews", [SEARCH])


def test_an_answer_that_ran_out_of_time_is_refused(front: Front, cluster: Cluster) -> None:
    answering(front, whole(timed_out=True))
    with pytest.raises(QueryRefused, match="took too long"):
        cluster.search("reviews", SEARCH)


def test_an_index_that_is_not_ready_in_time_is_not_taken_for_ready(front: Front, cluster: Cluster) -> None:
    answering(front, {"acknowledged": True, "shards_acknowledged": False, "index": "reviews-main-0001"})
    with pytest.raises(LimitHit, match="too busy to make an index"):
        cluster.create("reviews-main-0001", {})


@pytest.mark.parametrize(
    ("status", "kind", "error", "sentence"),
    [
        (503, "search_phase_execution_exception", LimitHit, "Not all of the parts"),
        (429, "rejected_execution_exception", LimitHit, "too busy"),
        (401, "security_exception", LimitHit, "does not accept the user"),
        (403, "security_exception", LimitHit, "does not allow the user"),
        (404, "index_not_found_exception", NoIndex, "reviews update"),
        (400, "too_many_nested_clauses", QueryRefused, "Narrow it"),
        (429, "circuit_breaking_exception", LimitHit, "too busy. .* narrow it"),
        (500, "circuit_breaking_exception", LimitHit, "too busy. .* narrow it"),
        (400, "parsing_exception", ReviewsError, "400 parsing_exception"),
    ],
)
def test_each_refusal_has_its_message_and_is_sent_once(
    front: Front, cluster: Cluster, status: int, kind: str, error: type[ReviewsError], sentence: str
) -> None:
    told = {"type": "wrapper", "reason": "all about neglect", "caused_by": {"type": kind, "reason": "neglect"}}
    answering(front, {"error": told, "status": status}, status)
    with pytest.raises(error, match=sentence) as raised:
        cluster.search("reviews", SEARCH)
    assert type(raised.value) is error or issubclass(type(raised.value), error)
    assert "neglect" not in str(raised.value)
    assert len(front.asked) == 1


def test_a_request_without_a_connection_is_repeated_twice(front: Front, cluster: Cluster) -> None:
    front.fail(1, "dead")
    with pytest.raises(LimitHit, match="cannot be reached"):
        cluster.search("reviews", SEARCH)
    assert len(front.asked) == 1 + RETRIES


def test_the_next_node_answers_when_one_is_dead() -> None:
    with standing_before(Double().answer) as first, standing_before(Double().answer) as second:
        cluster = Cluster(Access((first.url, second.url)))
        first.fail(1, "dead")
        assert [cluster.version() for _ in range(4)] == ["3.9.0"] * 4


@pytest.mark.parametrize(("version", "known"), [("2.15.0", False), ("2.16.0", True), ("3.9.0", True), ("4.0.0", False)])
def test_only_known_versions_are_accepted(version: str, known: bool) -> None:
    with standing_before(Double(version).answer) as front:
        cluster = Cluster(Access((front.url,)))
        if known:
            assert cluster.version() == version
        else:
            with pytest.raises(OtherVersion, match=f"runs version {version}"):
                cluster.version()


def test_a_password_is_in_no_message_and_no_log(
    front: Front, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    access = Access((front.url,), user="reader", password=SECRET)
    cluster = Cluster(access)
    said = [repr(access)]
    for status in (200, 401, 500):
        answering(front, whole(), status)
        try:
            cluster.search("reviews", SEARCH)
        except ReviewsError as error:
            said.append(f"{error!r} {error.__cause__!r} {error.__context__!r}")
    assert len(said) == 3
    written = " ".join([*said, caplog.text, *capsys.readouterr()])
    assert SECRET not in written
    assert "neglect" not in caplog.text


def test_a_document_is_written_only_over_what_was_read(cluster: Cluster, front: Front) -> None:
    index = f"test-{id(front)}"
    cluster.create(index, {"mappings": {"properties": {"state": {"type": "object", "enabled": False}}}})
    try:
        cluster.create(index, {})  # already exists
        assert cluster.get(index, "current") is None
        cluster.put(index, "current", {"state": {"a": 1}}, over=None)
        with pytest.raises(Conflict):
            cluster.put(index, "current", {"state": {"a": 2}}, over=None)
        read = cluster.get(index, "current")
        assert read is not None
        cluster.put(index, "current", {"state": {"a": 3}}, over=read)
        with pytest.raises(Conflict):
            cluster.put(index, "current", {"state": {"a": 4}}, over=read)
        assert cluster.many(index, ["current", "absent"]) == {"current": {"state": {"a": 3}}}
    finally:
        cluster.delete_index(index)
    with pytest.raises(NoIndex):
        cluster.get(index, "current")
    cluster.delete_index(index)


def test_a_busy_cluster_is_written_to_again(front: Front, cluster: Cluster) -> None:
    answers = [
        {"items": [{"create": {"status": 429, "error": {}}}, {"create": {"status": 201}}, {"create": {"status": 409}}]},
        {"items": [{"create": {"status": 201}}]},
    ]
    front.backend = lambda method, target, body: (200, answers.pop(0))
    existed = cluster.bulk(Action("create", "reviews", name, {}) for name in ("a", "b", "c"))
    assert existed == ["c"]
    assert b'"a"' in front.bodies[1]
    assert b'"b"' not in front.bodies[1]


SHORT = {"error": {"type": "circuit_breaking_exception", "durability": "TRANSIENT"}, "status": 429}
"""What a node answers whose memory is short for a moment."""


@pytest.mark.parametrize("refusal", [SHORT, {"error": {"type": "rejected_execution_exception"}, "status": 429}])
def test_a_request_that_the_cluster_was_too_busy_for_is_sent_again(
    front: Front, cluster: Cluster, refusal: dict[str, Any]
) -> None:
    answers = [(429, refusal), (429, refusal), (200, {"items": [{"create": {"status": 201}}]})]
    front.backend = lambda method, target, body: answers.pop(0)
    assert cluster.bulk([Action("create", "reviews", "a", {})]) == []
    assert front.bodies[0] == front.bodies[1] == front.bodies[2]


def test_a_query_is_not_said_to_be_too_large_if_a_node_is_short_of_memory(front: Front, cluster: Cluster) -> None:
    answering(front, SHORT, 429)
    with pytest.raises(LimitHit, match=r"too busy. .* again, narrow it"):
        cluster.search("reviews", SEARCH)
    with pytest.raises(LimitHit, match="too busy"):
        cluster.put("reviews", "a", {}, over=None)
    with pytest.raises(LimitHit, match="too busy"):
        cluster.refresh("reviews")


@pytest.mark.parametrize("answer", [(200, {"items": [{"create": {"status": 429, "error": {}}}]}), (429, SHORT)])
def test_a_cluster_that_stays_busy_ends_the_run(
    front: Front, cluster: Cluster, answer: tuple[int, dict[str, Any]]
) -> None:
    answering(front, answer[1], answer[0])
    with pytest.raises(LimitHit, match="too busy to accept writes"):
        cluster.bulk([Action("create", "reviews", "a", {})])
    assert len(front.asked) == 10


def test_a_document_that_is_refused_ends_the_run(front: Front, cluster: Cluster) -> None:
    answering(front, {"items": [{"create": {"status": 400, "error": {"type": "mapper_parsing_exception"}}}]})
    with pytest.raises(ReviewsError, match="400 mapper_parsing_exception"):
        cluster.bulk([Action("create", "reviews", "a", {})])
