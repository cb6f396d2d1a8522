"""What a cluster does not support, and says so."""

from search.request import SearchRequest
from search.searcher import Searcher


def test_passages_in_other_words_are_missing_and_the_answer_is_the_same(here: Searcher, remote: Searcher) -> None:
    """Vectors belong to readings of one library and are stored next to its corpus; a cluster has neither."""
    asked = remote.search(SearchRequest("neglect", meaning=True))
    assert asked.meaning is not None
    assert (
        asked.meaning.problem
        == "Passages in other words are not available with an OpenSearch cluster. The answer is complete."
    )
    assert asked.meaning.passages == ()
    assert [hit.to_dict() for hit in asked] == [hit.to_dict() for hit in here.search("neglect")]
