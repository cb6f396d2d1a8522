"""The metadata in a file: board, child, type, kind, dates, author and language, and what is not in it."""

import pytest

from corpus.model import AsideRole, Found, SectionKind
from ingest.structure import metadata
from ingest.structure.draft import Draft
from ingest.structure.page import Line, RawPage

SIZE = 11.0
BODY = "The child was seen at home and the worker was told that all of it was well. " * 3


def draft(text: str, size: float = SIZE, page: int = 1) -> Draft:
    return Draft([Line(text, 72, 500, 700, size)], [page], text=text)


def found(
    *cover: str,
    title: str = "Overview Report",
    sheet: tuple[str, ...] = (),
    header: tuple[str, ...] = (),
    kinds: frozenset[SectionKind] = frozenset(),
    properties: dict[str, str] | None = None,
    stem: str = "wren",
    pages: int = 1,
    body: str = BODY,
    reader: str = "pdfium",
) -> dict[str, Found]:
    """Return what is found in a report with this title and these lines on its cover."""
    raw = [RawPage(number, str(number), 595, 842, [], reader=reader) for number in range(1, pages + 1)]
    for role, lines in ((AsideRole.COVER_SHEET, sheet), (AsideRole.HEADER, header)):
        for text in lines:
            line = Line(text, 72, 500, 800, 9)
            line.role = role
            raw[0].lines.append(line)
    drafts = [draft(title, 24.0)] if title else []
    drafts += [*(draft(line) for line in cover), draft(body, page=2)]
    return metadata.find(raw, drafts, set(kinds), properties or {}, stem, SIZE)


def value(told: dict[str, Found], field: str) -> str | None:
    return told[field].value if field in told else None


@pytest.mark.parametrize(
    ("line", "board", "area"),
    [
        (
            "STOW-ON-HAY AND FEN LOCAL SAFEGUARDING CHILDREN’S BOARD",
            "Stow-on-Hay and Fen Local Safeguarding Children’s Board",
            "Stow-on-Hay and Fen",
        ),
        ("Avonshire SCP", "Avonshire SCP", "Avonshire"),
        ("Commissioned by Moor and Fen LSCB", "Moor and Fen LSCB", "Moor and Fen"),
        ("Avonshire Safeguarding Children Board", "Avonshire Safeguarding Children Board", "Avonshire"),
        ("The Avonshire Local Safeguarding Children Board", "Avonshire Local Safeguarding Children Board", "Avonshire"),
        (
            "Moor and Fen Safeguarding Children Partnership",
            "Moor and Fen Safeguarding Children Partnership",
            "Moor and Fen",
        ),
        (
            "Stow-on-Hay Safeguarding Children’s Partnership",
            "Stow-on-Hay Safeguarding Children’s Partnership",
            "Stow-on-Hay",
        ),
        (
            "Commissioned by Avonshire Safeguarding Partnership in spring",
            "Avonshire Safeguarding Partnership",
            "Avonshire",
        ),
        ("the safeguarding of children is everyone's business", None, None),
        ("LSCB", None, None),
    ],
)
def test_a_board_is_named_in_full(line: str, board: str | None, area: str | None) -> None:
    told = found(line)
    assert (value(told, "board"), value(told, "area")) == (board, area)


@pytest.mark.parametrize(
    ("title", "child"),
    [
        ("Overview Report: Child Robin", "Child Robin"),
        ("Serious Case Review Baby W", "Baby W"),
        ("Review concerning Children A, B and C", "Children A, B and C"),
        ("Family M2: an overview", "Family M2"),
        ("Review of Child ‘Wren’", "Child ‘Wren’"),
        ("Child Q & S: Overview", "Child Q and S"),
        ("Child Protection in Avonshire", None),
        ("Child Sexual Exploitation: a review", None),
        ("Child Safeguarding Practice Review", None),
        ("Family Support Services Review", None),
    ],
)
def test_the_name_used_for_the_child_is_not_another_use_of_the_word(title: str, child: str | None) -> None:
    assert value(found(title=title), "child") == child


@pytest.mark.parametrize(
    ("title", "type_"),
    [
        ("Local Child Safeguarding Practice Review: Child W", "local child safeguarding practice review"),
        ("Child Safeguarding Practice Review: Child W", "child safeguarding practice review"),
        ("Serious Case Review: Child W", "serious case review"),
        ("SCR Child W", "serious case review"),
        ("Child W LCSPR", "local child safeguarding practice review"),
        ("Extended Child Practice Review: Child W", "extended child practice review"),
        ("A scrupulous account of Child W", None),
    ],
)
def test_the_type_of_review_is_the_most_particular_that_fits(title: str, type_: str | None) -> None:
    assert value(found(title=title), "type") == type_


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Child W: Overview Report", "overview report"),
        ("Child W: Executive Summary", "executive summary"),
        ("The Partnership's Response to the Review of Child W", "response"),
        ("Response times of the ambulance service", None),
        ("Response to an emergency", None),
        ("Seven-minute briefing: Child W", "7-minute briefing"),
        ("Child W: Learning Brief", "learning brief"),
    ],
)
def test_the_kind_of_document_is_what_its_title_says(title: str, kind: str | None) -> None:
    assert value(found(title=title), "kind") == kind


def test_a_long_review_with_findings_and_recommendations_is_an_overview_report() -> None:
    parts = frozenset({SectionKind.FINDINGS, SectionKind.RECOMMENDATIONS})
    told = found(title="Serious Case Review: Child W", kinds=parts, pages=20)
    assert (told["kind"].value, told["kind"].source) == ("overview report", "sections")
    assert value(found(title="Serious Case Review: Child W", kinds=parts, pages=2), "kind") is None


@pytest.mark.parametrize(
    ("lines", "published", "year"),
    [
        (("Published: 3rd March 2019",), "2019-03-03", "2019"),
        (("Child W died on 1 May 2016", "Published on 3 March 2019"), "2019-03-03", "2019"),
        (("3 March 2019",), "2019-03-03", "2019"),
        (("Sunday 3rd March, 2019",), "2019-03-03", "2019"),
        (("Published: 03/04/2019",), "2019-04-03", "2019"),
        (("Published: 03/14/2019",), None, None),
        (("03/04/2019",), None, None),
        (("3 March 2019", "4 May 2018"), None, None),
        (("Published: 31 February 2019",), None, None),
        (("March 2019",), None, "2019"),
        (("Child W died on 1 May 2016",), None, None),
        (("March 2019", "May 2018"), None, None),
    ],
)
def test_the_day_of_publication_is_not_that_of_the_events(
    lines: tuple[str, ...], published: str | None, year: str | None
) -> None:
    told = found(*lines)
    assert (value(told, "published"), value(told, "year")) == (published, year)


def test_a_year_in_the_title_serves_when_it_is_the_only_one() -> None:
    assert value(found(title="Overview Report 2014"), "year") == "2014"
    assert value(found(title="Deaths from 2010 to 2014"), "year") is None
    assert value(found(stem="Child W 2015"), "year") == "2015"


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("Independent Author: Jo Marsh", "Jo Marsh"),
        ("Lead Reviewers – Jo Marsh and Kit Reed", "Jo Marsh and Kit Reed"),
        ("Written by: Jo Marsh, consultant", "Jo Marsh"),
        ("The author: was asked to look again", None),
        ("Author: Jo Marsh March 2019", "Jo Marsh"),
        ("Author: Jo Marsh Independent Reviewer", "Jo Marsh"),
        ("Author: Theresa May", "Theresa May"),
        ("Jo Marsh", None),
    ],
)
def test_an_author_is_a_name_after_the_word(line: str, author: str | None) -> None:
    assert value(found(line), "author") == author


def test_the_line_below_an_author_is_no_part_of_the_name() -> None:
    lines = [
        Line(text, 72, 300, 700 + 14 * at, SIZE) for at, text in enumerate(("Author: Jo Marsh", "Avonshire Council"))
    ]
    merged = Draft(lines, [1, 1], text="Author: Jo Marsh Avonshire Council")
    assert value(read(merged), "author") == "Jo Marsh"


def test_the_cover_sheet_takes_precedence_over_the_cover_and_each_value_has_its_source() -> None:
    sheet = ("Title: Serious case review: overview report: Child Wren.", "LSCB: Fenland Safeguarding Children Board")
    told = found("Avonshire Safeguarding Children Board", title="Child Robin", sheet=sheet)
    assert told["title"] == Found("Serious case review: overview report: Child Wren", "cover sheet", 0.95)
    assert (told["board"].value, told["board"].source) == ("Fenland Safeguarding Children Board", "cover sheet")
    assert (told["child"].value, told["child"].source) == ("Child Wren", "cover sheet")
    header = found(title="", header=("Avonshire Safeguarding Children Board",))
    assert (header["board"].source, header["board"].confidence) == ("running header", 0.75)


def test_there_is_always_a_title() -> None:
    assert found(title="An Overview")["title"] == Found("An Overview", "cover", 0.8)
    assert found(title="Overview Report¹")["title"].value == "Overview Report"
    told = found("What happened to Child Wren", title="", properties={"title": "Review of Child Wren"})
    assert told["title"] == Found("Review of Child Wren", "pdf properties", 0.5)
    named = found(title="", properties={"title": "Microsoft Word - final v3.docx"}, stem="Child%20Wren_final")
    assert named["title"] == Found("Child Wren final", "file name", 0.3)


def test_on_a_scanned_cover_a_line_that_names_the_document_is_better_than_a_large_one() -> None:
    cover = ("Avonshire Committee", "Review of the death of Child Wren", "ee ed yt")
    noise = "ws Gap ws Yap 3 Gap"
    assert value(found(*cover, title=noise, reader="ocr"), "title") == "Review of the death of Child Wren"
    assert value(found(*cover, title=noise), "title") == noise
    assert value(found(*cover, title="Overview Report", reader="ocr"), "title") == "Overview Report"


@pytest.mark.parametrize("noise", ["ws Gap ws Yap 3 Gap", "A ee ed yt", "= = = yi", "YLL1EL CL77%7 J"])
def test_what_ocr_reads_from_a_picture_is_no_title(noise: str) -> None:
    assert value(found("Avonshire Committee", title=noise, reader="ocr"), "title") == "wren"
    assert value(found("Avonshire Committee", title=noise), "title") == noise


@pytest.mark.parametrize(
    "title", ["Child A and B", "Children F, G and H", "Family M", "Tŷ Gwyn", "CHILD FJ", "Teulu Dôl-y-bont"]
)
def test_a_short_title_on_a_scanned_cover_is_no_noise(title: str) -> None:
    assert value(found(title=title, reader="ocr"), "title") == title


def test_the_language_is_recognised_from_the_text() -> None:
    welsh = "Roedd y plentyn yn yr ysgol ac mae gan y teulu lawer o ffrindiau yn y dref. " * 5
    assert value(found(), "language") == "en"
    assert value(found(body=welsh), "language") == "cy"
    assert value(found(body="12 34 56"), "language") is None


def bold(text: str, size: float = SIZE) -> Draft:
    return Draft([Line(text, 72, 500, 700, size, bold=True, bold_end=True)], [1], text=text)


def read(*drafts: Draft, properties: dict[str, str] | None = None, stem: str = "wren") -> dict[str, Found]:
    """Return what is found in a report that begins with these paragraphs."""
    raw = [RawPage(1, "1", 595, 842, [])]
    return metadata.find(raw, [*drafts, draft(BODY)], set(), properties or {}, stem, SIZE)


class TestTitle:
    def test_is_not_what_the_properties_say_of_another_council(self) -> None:
        properties = {"title": "Focused visit to Fenshire County Council"}
        told = read(draft("Avonshire County Council"), draft("A visit in spring"), properties=properties, stem="letter")
        assert told["title"].value == "letter"

    def test_is_what_the_properties_say_when_the_page_bears_them_out(self) -> None:
        properties = {"title": "Focused visit to Avonshire County Council"}
        told = read(draft("Avonshire County Council"), draft("A visit in spring"), properties=properties)
        assert told["title"].value == "Focused visit to Avonshire County Council"

    @pytest.mark.parametrize("council", ["AVONSHIRE COUNTY COUNCIL", "Avonshire County Council"])
    def test_is_not_the_council_that_prints_it(self, council: str) -> None:
        told = read(draft(council, 24), draft("Review of the Safeguarding Hub", 22))
        assert told["title"].value == "Review of the Safeguarding Hub"

    @pytest.mark.parametrize(
        "placeholder",
        [
            "Report template",
            "Inspection report template",
            "LA NAME",
            "[Insert title]",
            "Title of report",
            "XXXX Council",
        ],
    )
    def test_is_no_placeholder(self, placeholder: str) -> None:
        told = read(draft(placeholder, 24), draft("Inspection of Avonshire", 22))
        assert told["title"].value == "Inspection of Avonshire"
        assert read(draft("Avonshire"), properties={"title": placeholder})["title"].value == "wren"

    def test_is_the_bold_subject_of_a_letter(self) -> None:
        told = read(
            draft("12 March 2022"),
            bold("Ofsted"),
            draft("Ms Hill, Director of Children’s Services, Avonshire County Council"),
            draft("Dear Ms Hill"),
            bold("Focused visit to Avonshire children’s services"),
        )
        assert told["title"].value == "Focused visit to Avonshire children’s services"

    @pytest.mark.parametrize(
        ("line", "title"),
        [
            ("Serious Case Review: Child Robin", "Serious Case Review: Child Robin"),
            ("Reason for review: the death of a child", "wren"),
            ("Scope of the review: three years", "wren"),
        ],
    )
    def test_is_the_bold_line_that_names_a_review_and_its_child(self, line: str, title: str) -> None:
        assert read(bold(line))["title"].value == title

    def test_is_the_bold_line_below_the_name_of_a_council(self) -> None:
        told = read(
            draft("Avonshire County Council", 16),
            bold("Inspection of local authority children’s services"),
            bold("Inspection dates: 3 to 14 March 2022"),
        )
        assert told["title"].value == "Avonshire County Council – Inspection of local authority children’s services"

    def test_names_the_council_where_only_the_page_does(self) -> None:
        told = read(draft("Inspection of local authority children’s services", 20), draft("Avonshire County Council"))
        assert told["title"].value == "Avonshire County Council – Inspection of local authority children’s services"

    @pytest.mark.parametrize(
        ("title", "page"),
        [
            (
                "Inspection of Fen local authority children’s services",
                "Until 2021 it was part of Avonshire County Council.",
            ),
            ("Inspection of local authority children’s services", "Avonshire County Council and Fen Borough Council"),
            ("Serious Case Review: Child Wren", "Avonshire County Council"),
        ],
    )
    def test_names_no_council_that_it_may_not_be_about(self, title: str, page: str) -> None:
        assert read(draft(title, 20), draft(page))["title"].value == title

    def test_a_title_continues_in_the_next_line_after_a_small_word(self) -> None:
        told = read(
            draft("Inspection of services for Avonshire and", 18), draft("Review of the Safeguarding Board", 18)
        )
        assert told["title"].value == "Inspection of services for Avonshire and Review of the Safeguarding Board"


@pytest.mark.parametrize(
    "line",
    [
        "Dear Moor and Fen Safeguarding Children Partnership",
        "Jane Hill, Chair of Moor and Fen Safeguarding Children Partnership",
        "Independent Chair of the Moor and Fen Safeguarding Children Partnership",
        "Avonshire Police and Moor and Fen Safeguarding Children Partnership",
        "Inspection of Moor and Fen Safeguarding Children Partnership",
    ],
)
def test_a_board_has_nothing_before_its_name(line: str) -> None:
    told = found(line)
    assert (value(told, "board"), value(told, "area")) == (
        "Moor and Fen Safeguarding Children Partnership",
        "Moor and Fen",
    )


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Inspection of the multi-agency response to children who are neglected", None),
        ("The multi-agency response to child sexual abuse in Avonshire: report", None),
        ("Police response to the 2031 summer floods", None),
        ("Police response to the 2031 summer floods: Government Response", "response"),
        ("Government response to the report on floods", "response"),
        ("Response to the Serious Case Review of Child W", "response"),
        ("ASCB response and action plan", "response"),
    ],
)
def test_a_response_answers_a_review_and_is_not_what_somebody_did(title: str, kind: str | None) -> None:
    assert value(found(title=title), "kind") == kind


@pytest.mark.parametrize(
    ("line", "year"),
    [
        ("Review under the Children Act 2004", None),
        ("In the light of Working Together to Safeguard Children 2018", None),
        ("Inspection dates: 3 to 14 December 2019", "2020"),
        ("Report of Session 2019–21", None),
        ("Police and the 2019 summer floods", None),
        ("Avonshire Review 2019", "2019"),
    ],
)
def test_the_year_of_an_act_or_a_visit_is_not_that_of_the_report(line: str, year: str | None) -> None:
    told = read(draft("Overview Report", 24), bold(line), stem="report 9 January 2020" if "dates" in line else "report")
    assert value(told, "year") == year


def test_an_author_has_no_letters_after_the_name() -> None:
    assert value(found("Lead inspector: Jane Hill HMI"), "author") == "Jane Hill"


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (("Rapid Review: Wren", "Chronology"), "Rapid Review: Wren"),
        (("Rapid Review: Wren", "1. Why we met"), "Rapid Review: Wren"),
        (("Rapid Review: Wren", "Who saw the father", "Who saw the baby", "Who asked"), "Rapid Review: Wren"),
        (("Serious Case Review", "Child Wren"), "Serious Case Review – Child Wren"),
        (("Serious Case Review", "Child Wren", "Background", "Analysis"), "Serious Case Review – Child Wren"),
        (("Serious Case Review", "Executive Summary"), "Serious Case Review – Executive Summary"),
        (("Fernshire", "Findings of the Rapid Review"), "Fernshire – Findings of the Rapid Review"),
    ],
)
def test_a_title_has_no_heading_of_the_text_below_it(lines: tuple[str, ...], title: str) -> None:
    # Other headings of the same look stand above other texts further down.
    first, *others = (part for line in lines[1:] for part in (draft(line, 16.0), draft(BODY)))
    drafts = [draft(lines[0], 24.0), first, *others]
    told = metadata.find([RawPage(1, "1", 595, 842)], drafts, set(), {}, "wren", SIZE)
    assert told["title"].value == title


def test_a_line_on_a_cover_without_text_is_part_of_the_title() -> None:
    drafts = [draft("Rapid Review: Wren", 24.0), draft("Findings", 16.0), draft(BODY, page=2)]
    told = metadata.find([RawPage(1, "1", 595, 842)], drafts, set(), {}, "wren", SIZE)
    assert told["title"].value == "Rapid Review: Wren – Findings"
