"""Reports that are 98% alike are found when they are stored, in groups that do not depend on the order."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.files import FileRecord
from corpus.layout import create_library
from corpus.model import Page, Paragraph, Section, SectionKind, Text
from corpus.storage.near_duplicates import Pair, copies
from corpus.storage.store import Store

STORY = [f"In week {n} the health visitor of Fernshire saw Child Elm and wrote down number {n * 7}." for n in range(60)]


def text_of(name: str, paragraphs: list[str], reader: str = "1") -> Text:
    said = tuple(Paragraph(n, 1, None, 0, each) for n, each in enumerate(paragraphs))
    return Text(name * 64, (Page(1, "1"),), (Section(0, SectionKind.BODY, ""),), said, reader=reader)


def put(store: Store, text: Text) -> None:
    store.put(text, FileRecord(f"{text.id[:4]}.pdf", 1, 1, text.id))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(create_library(tmp_path / "library").database) as opened:
        yield opened


def changed(words: int) -> list[str]:
    """Return the story with `words` different words, spread over the whole text. It has about 960 words."""
    return [each.replace("visitor", "nurse", 1) if n < words else each for n, each in enumerate(STORY)]


def test_one_changed_word_gives_a_near_duplicate_but_three_in_a_hundred_do_not(store: Store) -> None:
    put(store, text_of("a", STORY))
    assert store.near_duplicates.find() == []
    put(store, text_of("b", changed(1)))
    put(store, text_of("c", changed(30)))
    put(store, text_of("d", ["Another report, on Child Oak and the school in Wendlemere."]))
    put(store, text_of("e", []))
    assert store.near_duplicates.find() == [Pair("a" * 64, "b" * 64)]
    assert store.near_duplicates.find() == [], "each reading is compared once"
    assert store.near_duplicates.pairs() == [Pair("a" * 64, "b" * 64)]
    assert store.near_duplicates.of("b" * 64) == ["a" * 64]
    assert store.near_duplicates.of("c" * 64) == []


def test_words_changed_all_over_the_text_are_found_up_to_two_in_a_hundred(store: Store) -> None:
    put(store, text_of("a", STORY))
    put(store, text_of("b", changed(17)))  # 1.8 %
    assert store.near_duplicates.find() == [Pair("a" * 64, "b" * 64)]


def test_a_pair_disappears_with_either_report_and_returns_with_a_new_reading(store: Store) -> None:
    put(store, text_of("a", STORY))
    put(store, text_of("b", changed(1)))
    put(store, text_of("c", changed(2)))
    assert len(store.near_duplicates.find()) == 3
    put(store, text_of("a", changed(50), reader="2"))
    assert store.near_duplicates.find() == []
    assert store.near_duplicates.pairs() == [Pair("b" * 64, "c" * 64)]
    store.forget_file("bbbb.pdf")
    assert store.near_duplicates.pairs() == []
    put(store, text_of("b", changed(1)))
    store.near_duplicates.find()
    assert store.near_duplicates.pairs() == [Pair("b" * 64, "c" * 64)]
    store.remove("c" * 64, "asked by the family")
    assert store.near_duplicates.pairs() == []
    assert store.check() == []


def test_groups_are_transitive_and_represented_by_the_smallest_id() -> None:
    pairs = [Pair("b", "d"), Pair("c", "d"), Pair("a", "c"), Pair("x", "y"), Pair("m", "n")]
    assert copies(pairs, set("abcdxym")) == {"b": "a", "c": "a", "d": "a", "y": "x"}
    assert copies(pairs[::-1], set("bcdx")) == {"c": "b", "d": "b"}
