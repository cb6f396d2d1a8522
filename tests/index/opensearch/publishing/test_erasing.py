"""A removed report disappears from every generation and every copy."""

from collections.abc import Callable

import pytest

from corpus.errors import LimitHit
from corpus.settings import Settings
from corpus.storage.store import Store
from index.opensearch.client import Cluster
from index.opensearch.publishing import build as publishing
from index.opensearch.publishing import erasing
from index.opensearch.publishing.state import pointer
from tests.index.conftest import AddReport
from tests.index.opensearch.conftest import NODES, seen
from tests.opensearch.double import Double
from tests.opensearch.front import Front


@pytest.fixture
def removed(
    store: Store, settings: Settings, cluster: Cluster, add: AddReport
) -> Callable[[Callable[[float], None]], None]:
    """Publish two reports, rebuild, remove one and delete it from the cluster."""

    def remove(sleep: Callable[[float], None]) -> None:
        one = add("one", "Neglect was seen.")
        two = add("two", "Domestic abuse.")
        publishing.build(store, settings, cluster)
        publishing.build(store, settings, cluster, rebuild=True)
        store.remove(two, "a request")
        point, library = pointer(cluster, settings), settings.opensearch_library
        publishing.build(store, settings, cluster, clean=True)
        erasing.keep_only_current(cluster, point, library, sleep)
        assert seen(cluster, settings) == [one]
        assert not erasing.holds_any(cluster, point, library, [two])
        assert erasing.holds_any(cluster, point, library, [one])
        (index,) = point.indices(library)
        assert cluster.copies(index) == (0, 0)

    return remove


def test_nothing_remains_of_a_removed_report_in_any_generation(
    removed: Callable[[Callable[[float], None]], None], settings: Settings, cluster: Cluster
) -> None:
    import time

    removed(time.sleep)
    publication = pointer(cluster, settings).read().publications[settings.opensearch_library]
    assert [each.id for each in publication.all()] == ["0000003"]


@pytest.mark.skipif(bool(NODES), reason="real copies lag behind as they like")
def test_a_copy_that_lags_behind_is_waited_for(
    removed: Callable[[Callable[[float], None]], None], front: Front
) -> None:
    double = Double()
    front.backend = double.answer
    double.deaf = 3
    waited: list[float] = []
    removed(waited.append)
    assert len(waited) == 3


@pytest.mark.skipif(bool(NODES), reason="real copies lag behind as they like")
def test_a_copy_that_keeps_deleted_data_is_reported(
    removed: Callable[[Callable[[float], None]], None], front: Front
) -> None:
    double = Double()
    front.backend = double.answer
    double.deaf = 1000
    with pytest.raises(LimitHit, match="finishes the removal"):
        removed(lambda seconds: None)
