"""What is published in a cluster is always complete, whatever happens: the previous generation or the new one."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.errors import Corrupt, Locked, NoIndex, ReviewsError
from corpus.files import FileRecord
from corpus.settings import Settings
from corpus.storage.store import Store
from index.opensearch import documents
from index.opensearch.client import Action, Cluster
from index.opensearch.publishing import build as publishing
from index.opensearch.publishing.state import Publication, Published, State, pointer
from tests.index.conftest import AddReport, report
from tests.index.opensearch.conftest import NODES, SettingsOf, seen
from tests.opensearch.front import Front
from tests.opensearch.nodes import LONG

Publish = Callable[..., Published | None]
EVERY = 1 if not NODES else 7 if LONG else 16
"""Real nodes take a second for what the double does in a hundredth, so each fault meets every so many requests."""


@pytest.fixture
def publish(store: Store, settings: Settings, cluster: Cluster) -> Publish:
    return lambda **more: publishing.build(store, settings, cluster, **more)


def state(cluster: Cluster, settings: Settings) -> State:
    return pointer(cluster, settings).read()


def publication(cluster: Cluster, settings: Settings) -> Publication:
    return state(cluster, settings).publications[settings.opensearch_library]


def stored(cluster: Cluster, settings: Settings) -> list[tuple[str, int]]:
    """Return every document in any index of the library, as its report and the number of the run that wrote it."""
    found = []
    for index in pointer(cluster, settings).indices(settings.opensearch_library):
        cluster.refresh(index)
        found += [(each.report, each.number) for each in publishing.listed(cluster, index)]
    return sorted(found)


def forget(store: Store, name: str) -> None:
    store.forget_file(f"{name}.pdf")


def test_nothing_is_published_yet(cluster: Cluster, settings: Settings) -> None:
    with pytest.raises(NoIndex):
        cluster.get(pointer(cluster, settings).index, "current")
    pointer(cluster, settings).prepare()
    with pytest.raises(NoIndex, match="reviews update"):
        _ = state(cluster, settings).published


def test_a_first_run_publishes_all_and_the_next_one_only_what_is_new(
    publish: Publish, add: AddReport, cluster: Cluster, settings: Settings
) -> None:
    one = add("one", "Neglect was seen.")
    first = publish()
    assert first is not None
    assert (first.id, first.reports, first.coverage.reports) == ("0000001", 1, 1)
    two = add("two", "Domestic abuse.")
    second = publish()
    assert second is not None
    assert seen(cluster, settings) == sorted([one, two])
    assert stored(cluster, settings) == sorted([(one, 1), (two, 2)])
    assert (second.id, second.index, state(cluster, settings).generation) == ("0000002", first.index, "0000002")
    assert publish() is None


def test_a_reader_keeps_its_generation(
    publish: Publish, add: AddReport, store: Store, cluster: Cluster, settings: Settings
) -> None:
    one = add("one", "Neglect was seen.")
    publish()
    kept = state(cluster, settings)
    two = add("two", "Domestic abuse.")
    forget(store, "one")
    publish()
    assert seen(cluster, settings) == [two]
    assert cluster.count(kept.indices, kept.query()) == 1
    body = {"query": kept.query(), "docvalue_fields": ["report"]}
    assert cluster.search(kept.indices, body)["hits"]["hits"][0]["fields"]["report"] == [one]


def test_what_may_be_read_is_what_is_kept(
    publish: Publish, add: AddReport, cluster: Cluster, settings: Settings
) -> None:
    add("one", "Neglect was seen.")
    publish()
    first = state(cluster, settings)
    add("two", "Domestic abuse.")
    publish()
    assert state(cluster, settings).keeps(first)
    publish(clean=True)
    assert not state(cluster, settings).keeps(first)


def test_a_report_that_is_read_or_described_again_is_replaced(
    publish: Publish, add: AddReport, store: Store, cluster: Cluster, settings: Settings
) -> None:
    one = add("one", "Neglect was seen.")
    publish()
    add("one", "Neglect was seen, and more.")
    publish()
    assert seen(cluster, settings) == [one]
    store.note_file(FileRecord("renamed.pdf", 1, 1, one))
    assert publish() is not None
    assert seen(cluster, settings) == [one]
    assert len(publication(cluster, settings).all()) == 3


def test_the_last_three_generations_stay_to_go_back_to(
    publish: Publish, add: AddReport, store: Store, cluster: Cluster, settings: Settings
) -> None:
    ids = []
    for number in range(5):
        ids.append(add(f"report {number}", "Neglect."))
        if number:
            forget(store, f"report {number - 1}")
        publish()
    assert [each.id for each in publication(cluster, settings).all()] == ["0000005", "0000004", "0000003"]
    assert [report for report, _ in stored(cluster, settings)] == sorted(ids[2:])
    publishing.use(settings, cluster, "0000003")
    assert seen(cluster, settings) == [ids[2]]
    publishing.use(settings, cluster, "0000005")
    assert seen(cluster, settings) == [ids[4]]
    publishing.use(settings, cluster, "0000004")
    add("another", "Neglect.")
    assert (publish() or Published).id == "0000006"
    assert len(seen(cluster, settings)) == 2
    with pytest.raises(NoIndex, match="The stored generations are: 0000004, 0000005, 0000006"):
        publishing.use(settings, cluster, "0000001")


def test_a_rebuild_is_made_beside_and_another_fingerprint_makes_one(
    publish: Publish, add: AddReport, cluster: Cluster, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = add("one", "Neglect was seen.")
    first = publish()
    second = publish(rebuild=True)
    monkeypatch.setattr(publishing, "FINGERPRINT", "opensearch 999")
    third = publish()
    assert first
    assert second
    assert third
    assert len({first.index, second.index, third.index}) == 3
    monkeypatch.undo()
    with pytest.raises(ReviewsError, match="another version of the program"):
        seen(cluster, settings)
    publishing.use(settings, cluster, first.id)
    assert seen(cluster, settings) == [one]


def test_an_index_of_another_corpus_of_the_same_name_is_left_alone(
    publish: Publish, add: AddReport, tmp_path: Path, cluster: Cluster, settings: Settings
) -> None:
    one = add("one", "Neglect was seen.")
    publish()
    with Store.open(tmp_path / "other.db", create=True) as other:
        text = report("another", ["Neglect."])
        other.put(text, FileRecord("another.pdf", 1, 1, text.id))
        with pytest.raises(NoIndex, match="another library of the same name"):
            publishing.build(other, settings, cluster)
        assert seen(cluster, settings) == [one]


def test_of_two_runs_that_publish_one_library_one_is_refused(
    publish: Publish, add: AddReport, store: Store, cluster: Cluster, settings: Settings
) -> None:
    one = add("one", "Neglect was seen.")
    publish()
    two = add("two", "Domestic abuse.")

    def meanwhile(done: int, total: int) -> None:
        publishing.build(store, settings, cluster)

    with pytest.raises(Locked, match="Another run is publishing"):
        publish(progress=meanwhile)
    assert seen(cluster, settings) == sorted([one, two])
    assert [number for _, number in stored(cluster, settings)].count(3) == 1
    publish()
    assert sorted(report for report, _ in stored(cluster, settings)) == sorted([one, two])


def test_what_a_run_that_was_thought_dead_writes_is_never_visible(
    publish: Publish, add: AddReport, store: Store, cluster: Cluster, settings: Settings
) -> None:
    one = add("one", "Neglect was seen.")
    publish()
    two = add("two", "Domestic abuse.")

    def killed(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish(progress=killed)
    third = publish()
    assert third is not None
    cluster.bulk([Action("create", third.index, "late", made(store, settings, number=2))])
    cluster.refresh(third.index)
    assert seen(cluster, settings) == sorted([one, two])


def made(store: Store, settings: Settings, number: int) -> dict[str, object]:
    each = next(publishing.wanted(store, settings.opensearch_library))
    text = store.readings.text(each.reading)
    body = documents.document(settings.opensearch_library, each.reading, each.report, text, each.copies).body
    return {**body, "from": number}


def test_a_report_in_two_libraries_has_one_owner(
    settings_of: SettingsOf, store: Store, add: AddReport, tmp_path: Path, cluster: Cluster
) -> None:
    camden, leeds = settings_of(opensearch_library="camden"), settings_of(opensearch_library="leeds")
    both, mine = add("both", "Neglect was seen."), add("mine", "Domestic abuse.")
    publishing.build(store, camden, cluster)
    with Store.open(tmp_path / "other.db", create=True) as other:
        for name in ("both", "theirs"):
            text = report(name, ["Neglect was seen."])
            other.put(text, FileRecord(f"{name}.pdf", 1, 1, text.id))
        theirs = text.id
        second = publishing.build(other, leeds, cluster)
        assert second is not None
        assert (second.reports, second.elsewhere, second.coverage.reports) == (1, 1, 1)
        assert seen(cluster, camden) == sorted([both, mine, theirs])
        assert state(cluster, camden).coverage.reports == 3
        assert state(cluster, camden).generation == "camden 0000001, leeds 0000001"
        assert publishing.build(other, leeds, cluster) is None

        forget(store, "both")  # what one library releases, the other takes over
        publishing.build(store, camden, cluster)
        assert seen(cluster, camden) == sorted([mine, theirs])
        assert publishing.build(other, leeds, cluster) is not None
        assert seen(cluster, camden) == sorted([both, mine, theirs])

        publishing.use(camden, cluster, "0000001")  # and shows it only once if that library goes back
        assert seen(cluster, camden) == sorted([both, mine, theirs])


def test_a_run_verifies_what_it_wrote_before_it_is_seen(
    publish: Publish, add: AddReport, cluster: Cluster, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = add("one", "Neglect was seen.")
    publish()
    add("two", "Domestic abuse.")
    whole = documents.document
    monkeypatch.setattr(documents, "document", lambda *of: replaced(whole(*of)))
    with pytest.raises(Corrupt, match="is missing words of paragraph 0"):
        publish()
    assert seen(cluster, settings) == [one]


def replaced(document: documents.Document) -> documents.Document:
    return document._replace(body={**document.body, "t": "¶ ¶0 something else ¶"})


@pytest.mark.parametrize(("fault", "first"), [("refused", False), ("lost", False), ("dead", False), ("dead", True)])
def test_a_run_that_fails_at_any_request_leaves_what_was_before_or_what_it_made(
    publish: Publish,
    add: AddReport,
    store: Store,
    settings_of: SettingsOf,
    front: Front,
    cluster: Cluster,
    tmp_path: Path,
    fault: str,
    first: bool,
) -> None:
    for at, settings in failing(settings_of):
        with Store.open(tmp_path / f"{at}.db", create=True) as corpus:
            before: list[str] = []
            if not first:
                before = [put(corpus, "one", "Neglect."), put(corpus, "going", "Neglect.")]
                publishing.build(corpus, settings, cluster)
                corpus.forget_file("going.pdf")
            after = sorted([put(corpus, "one", "Neglect."), put(corpus, "two", "Domestic abuse.")])
            front.fail(at, fault)
            failed = False
            try:
                publishing.build(corpus, settings, cluster)
            except ReviewsError:
                failed = True
            happened = len(front.asked) >= at
            front.sound()
            found = visible(cluster, settings)
            assert found in ([after] if not failed else [sorted(before), after])
            publishing.build(corpus, settings, cluster)
            assert seen(cluster, settings) == after
            current = publication(cluster, settings)
            kept = {name for each in current.all() for name in publishing.visible(each, held(cluster, each.index))}
            assert len(stored(cluster, settings)) == len(kept)
            if not happened:
                assert at > 10
                return


def failing(settings_of: SettingsOf) -> Iterator[tuple[int, Settings]]:
    """Return the number of a request, and settings with a separate index."""
    at = 1
    while True:
        yield at, settings_of(at)
        at += EVERY


def put(store: Store, name: str, text: str) -> str:
    read = report(name, [text])
    store.put(read, FileRecord(f"{name}.pdf", 1, 1, read.id))
    return read.id


def visible(cluster: Cluster, settings: Settings) -> list[str]:
    """Return what a reader finds of this library: nothing before the first publication."""
    try:
        current = publication(cluster, settings).current
    except (NoIndex, KeyError):
        return []
    if current is None:
        return []
    shown = publishing.visible(current, held(cluster, current.index))
    return sorted(each.report for each in held(cluster, current.index) if each.id in shown)


def held(cluster: Cluster, index: str) -> list[publishing.Held]:
    cluster.refresh(index)
    return list(publishing.listed(cluster, index))


def test_a_generation_comes_back_from_the_cluster_as_it_was_written(
    publish: Publish, add: AddReport, cluster: Cluster, settings: Settings
) -> None:
    add("one", "Neglect was seen.")
    published = publish()
    assert published is not None
    assert publication(cluster, settings).current == published
    assert Published.from_dict(replace(published, dead=("a",), lost=(3,)).to_dict()).dead == ("a",)
