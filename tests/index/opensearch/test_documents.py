"""A report as a document of the cluster: every term at its position, and nothing else."""

import base64
from collections.abc import Sequence
from dataclasses import replace

import pytest

from corpus.errors import Corrupt
from corpus.model import Aside, AsideRole, Found, Hidden, Item, ItemKind, Page, Paragraph, Section, SectionKind, Text
from corpus.report import Report
from index.opensearch import leaf, texts
from index.opensearch.asking.leaf_snapshot import LeafSnapshot
from index.opensearch.asking.vocabulary import Vocabulary
from index.opensearch.documents import document, mapping, stored
from index.opensearch.leaf import Part, pack, part_of
from index.opensearch.texts import PackedText
from index.storage.engine import IndexedParagraph
from index.storage.segment_builder import TERM, Inverted

SECTIONS = (Section(0, SectionKind.BODY, ""), Section(1, SectionKind.FINDINGS, "Findings"))
PARAGRAPHS = (
    Paragraph(0, 1, None, 0, "The LSCB saw neglect; C.S.E. was missed.", turns=((9, 2),)),
    Paragraph(1, 2, "4.1", 1, "4.1 Multi-agency work on neglect"),
    Paragraph(2, 2, None, 1, "Findings", heading=True),
)
TEXT = Text(
    id="ab" * 32,
    pages=(Page(1, "i"), Page(2, "ii", "ocr", "partly_read", 71.5, (Hidden.BOX,))),
    sections=SECTIONS,
    paragraphs=PARAGRAPHS,
    asides=(Aside(1, 0, AsideRole.HEADER, "Private"),),
    found={"title": Found("Child Y", "cover", 0.9)},
    reader="reader 1",
    items=(Item.of(ItemKind.FINDING, PARAGRAPHS[1:2], SECTIONS[1], "the board"),),
)
REPORT = Report(TEXT.id, ("y.pdf",), "Child Y", 2, 1)


def made() -> dict[str, object]:
    return document("library", 7, REPORT, TEXT, ["cd" * 32]).body


def test_terms_are_in_order_with_marks_before_each_paragraph_and_after_the_last() -> None:
    assert made()["t"] == (
        "¶ ¶0 the lscb saw neglect c s e was missed ¶ ¶a multi agency work on neglect ¶ ¶a findings ¶"
    )


def test_capitals_and_abbreviations_are_at_the_positions_of_their_words() -> None:
    body = made()
    assert str(body["c"]).split() == ["_"] * 3 + ["LSCB"] + ["_"] * 17
    assert str(body["s"]).split() == ["_"] * 6 + [".cse"] + ["_"] * 14


def test_each_term_has_its_weight_and_how_often_it_is_in_each_kind_of_section() -> None:
    body = made()
    assert {"neglect|52", "findings|48", ".cse|20", "#4.1|20", "LSCB|20"} <= {*str(body["w"]).split()}
    assert {"0neglect|1", "aneglect|1", "0.cse|1", "a#4.1|1"} <= {*str(body["k"]).split()}
    assert isinstance(body["v"], list)
    assert len(str(body["w"]).split()) == len(body["v"])
    assert body["h"] == ["multiagency\tmulti"]


def test_the_id_of_a_document_depends_on_its_content() -> None:
    same, other = (document("library", 7, REPORT, TEXT, copies) for copies in (["cd" * 32], []))
    assert same == document("library", 7, REPORT, TEXT, ["cd" * 32])
    assert same.id != other.id
    assert same.body["key"] == int(same.id[:15], 16) < 1 << 63


def test_a_report_without_text_is_a_document_too() -> None:
    empty = Text(id="ef" * 32, pages=(Page(1, "1", None, "no_text"),), sections=(), paragraphs=())
    body = document("library", 8, REPORT, empty, []).body
    assert (body["t"], body["w"], body["v"]) == ("¶", "", [])


def test_the_mapping_knows_every_field_and_no_other() -> None:
    assert {*made(), "from"} == {*mapping()["mappings"]["properties"]}


def test_the_text_comes_back_as_it_was() -> None:
    assert PackedText(base64.b64decode(str(made()["text"]))).text() == TEXT


def test_a_paragraph_is_read_without_the_others() -> None:
    paragraphs = tuple(Paragraph(at, 1, None, 0, f"Paragraph {at} about Sam.") for at in range(100))
    kept = PackedText(texts.pack(replace(TEXT, paragraphs=paragraphs, items=())))
    assert (kept.paragraph(0), kept.paragraph(63), kept.paragraph(99)) == (paragraphs[0], *paragraphs[63::36])
    assert kept.paragraphs() == [*paragraphs]
    with pytest.raises(IndexError):
        kept.paragraph(100)


@pytest.mark.parametrize("cut", [1, 10, 10_000])
def test_a_damaged_text_is_refused(cut: int) -> None:
    data = texts.pack(TEXT)
    with pytest.raises(Corrupt, match="reviews index --rebuild"):
        PackedText(data[:-cut]).text()


def test_no_term_contains_white_space_or_marks_or_is_too_long_for_lucene() -> None:
    assert stored("a b") == "a_b"
    assert stored("#4|3 b") == "#4_3_b"
    assert stored("LSCB") == "LSCB"
    assert len(stored("ä" * 9000).encode()) < 8_000
    assert stored("ä" * 9000) != stored("ä" * 9001)


def packed(text: str = "no no neglect") -> tuple[dict[str, bytes], Inverted]:
    inverted = Inverted()
    layout, _ = inverted.add([IndexedParagraph(text, SectionKind.FINDINGS, False), *_BEHIND])
    return pack(inverted.by_field()[TERM], layout), inverted


_BEHIND = [IndexedParagraph("No neglect DNA", SectionKind.BODY, True)]


def test_a_leaf_holds_what_the_index_holds_of_a_report() -> None:
    fields, inverted = packed()
    assert (*fields,) == leaf.FIELDS
    parts = {name: Part(fields[name]) for name in leaf.PARTS}
    built = inverted.by_field()[TERM]
    assert sorted(term for part in parts.values() for term in part.terms()) == sorted(built)
    for term, postings in built.items():
        assert parts[part_of(term)].places(term) == (postings.positions, postings.masks[0])
    assert all(part.places("absent") is None for part in parts.values())
    layout = leaf.unpack_layout(fields[leaf.LAYOUT])
    assert ([*layout.starts], layout.kinds) == ([0, 4], bytes((10, 0)))


def test_a_leaf_of_a_very_long_report_keeps_its_places() -> None:
    fields, _ = packed("neglect " + "no " * 70_000 + "rare")
    for term, expected in (("rare", [70_001]), ("no", [*range(1, 70_001), 70_003])):
        places = Part(fields[part_of(term)]).places(term)
        assert places is not None
        assert [*places[0]] == expected


def test_a_leaf_without_words_is_none_of_the_trouble() -> None:
    inverted = Inverted()
    layout, _ = inverted.add([])
    fields = pack(inverted.by_field()[TERM], layout)
    part = Part(fields[part_of("neglect")])
    assert ([*part.terms()], part.places("neglect")) == ([], None)
    assert [*leaf.unpack_layout(fields[leaf.LAYOUT]).starts] == []


def test_several_leaves_are_searched_as_one_index() -> None:
    held = {3: packed()[0], 9: packed("neglect")[0]}

    def read(documents: Sequence[int], name: str) -> dict[int, bytes]:
        return {number: held[number][name] for number in documents}

    snapshot = LeafSnapshot({9: 4, 3: 6}, read, Vocabulary({"neglect": 2, "no": 2, "other": 1}))
    ((base, postings),) = snapshot.postings("neglect")
    assert (base, [*postings.documents], [*postings.ends], [*postings.positions]) == (0, [3, 9], [2, 4], [2, 5, 0, 3])
    assert (snapshot.frequency("neglect"), snapshot.occurrences("neglect")) == (2, 4)
    assert [*snapshot.among([9]).documents()] == [9]
    assert snapshot.lengths() == {3: 6, 9: 4}
    assert snapshot.postings("absent") == snapshot.postings("other") == []
    assert {*snapshot.terms()} == {"DNA", "dna", "neglect", "no"}


@pytest.mark.parametrize("cut", [1, 5, 10])
def test_a_damaged_leaf_is_refused(cut: int) -> None:
    fields, _ = packed()
    part = fields[part_of("neglect")]
    for damaged in (part[:-cut], part[:cut]):
        with pytest.raises(Corrupt, match="reviews index --rebuild"):
            Part(damaged)
    for damaged in (fields[leaf.LAYOUT][:-cut], fields[leaf.LAYOUT][:cut]):
        with pytest.raises(Corrupt):
            leaf.unpack_layout(damaged)


def test_a_part_with_counts_that_do_not_fit_is_refused() -> None:
    fields, _ = packed()
    part = fields[part_of("neglect")]
    places = part.rindex(bytes((2, 0)), 0, -3)  # how many positions the term has
    with pytest.raises(Corrupt, match="reviews index --rebuild"):
        Part(part[:places] + bytes((9, 0)) + part[places + 2 :]).places("neglect")
