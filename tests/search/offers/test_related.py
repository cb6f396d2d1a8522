"""Further queries that are offered with an answer: each finds something, and says how much."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.layout import create_library
from corpus.storage.store import Store
from corpus.themes import Themes, load_themes
from index import build
from reviews.library import Library
from search.filters import Filters
from search.offers import themes as theme_offers_module
from search.offers.themes import theme_offers
from search.parsing.parser import parse
from search.results import Offer
from search.searcher import Searcher
from tests.search.answering.test_theme_index import put
from tests.search.plain_reports import FILLER, library_of


def offered(searcher: Searcher | Library, query: str, filters: Filters | None = None) -> dict[str, list[Offer]]:
    """Return the offers of each kind."""
    found: dict[str, list[Offer]] = {}
    for offer in searcher.search(query, filters or Filters()).offers:
        found.setdefault(offer.kind, []).append(offer)
    return found


def queries(offers: list[Offer]) -> list[str]:
    return [offer.query for offer in offers]


@pytest.mark.parametrize(
    ("typed", "theme"),
    [
        ("missed appointments", "Was not brought / DNA"),
        ("missed appointment", "Was not brought / DNA"),
        ('"missed appointments"', "Was not brought / DNA"),
        ("was not brought", "Was not brought / DNA"),
        ("voice of child", "Voice of the child"),
        ("Voice of the Child", "Voice of the child"),
        ("professional curiosity", "Professional curiosity"),
        ("thresholds", "Thresholds & referral"),
        ("fathers", "Hidden/unseen men, fathers"),
    ],
)
def test_a_theme_that_covers_what_was_typed_is_offered_first(demo: Library, typed: str, theme: str) -> None:
    first = demo.search(typed).offers[0]
    assert (first.kind, first.query, first.name) == ("theme", f'theme:"{theme}"', theme)
    assert first.words == next(each.queries for each in demo.themes().themes if each.name == theme)
    assert first.reports == demo.search(first.query).total > 0


@pytest.mark.parametrize(
    ("typed", "theme", "part"),
    [
        ("babies not brought to appointments", "Was not brought / DNA", "not brought"),
        ("lack of professional curiosity by the school", "Professional curiosity", "professional curiosity"),
        ("GP information sharing", "Information sharing & communication", "information sharing"),
        ("how the voice of the child was heard", "Voice of the child", "voice of the child"),
    ],
)
def test_a_theme_that_covers_a_part_is_offered_with_that_part(demo: Library, typed: str, theme: str, part: str) -> None:
    first = demo.search(typed).offers[0]
    assert (first.kind, first.query, first.name, first.words[0]) == ("part", f'theme:"{theme}"', theme, part)
    assert first.words[1:] == next(each.queries for each in demo.themes().themes if each.name == theme)
    assert first.reports == demo.search(first.query).total > 0


def test_for_a_word_that_no_report_has_a_theme_with_that_word_is_offered(tmp_path: Path) -> None:
    reports = {"Wren": ["The drug use of the mother was known.", FILLER], "Robin": ["Information sharing was poor."]}
    with library_of(tmp_path, reports) as library:
        theme, *_ = library.search("cannabis use").offers
        assert (theme.kind, theme.name, theme.words[0]) == ("part", "Substance misuse (parent)", "cannabis")
        first, second = (
            each for each in library.search("information sharing about cannabis").offers if each.kind == "part"
        )
        assert (first.words[0], second.words[0]) == ("cannabis", "information sharing")
        assert "part" not in offered(library, "drug use")
        assert "part" not in offered(library, "zebra use")


@pytest.mark.parametrize("typed", ["missed appointments", "school appointments", "brought not", "neglect of babies"])
def test_a_theme_is_not_offered_for_a_part_that_is_the_whole_or_one_word(demo: Library, typed: str) -> None:
    assert "part" not in offered(demo, typed)


@pytest.mark.parametrize(
    "typed",
    ["appointments", "missed", "brought", "not", "missed appointments AND school", "neglect -school", "the", ""],
)
def test_a_theme_of_other_words_is_not_offered(demo: Library, typed: str) -> None:
    assert 'theme:"Was not brought / DNA"' not in queries(offered(demo, typed).get("theme", []))


@pytest.mark.parametrize(
    ("typed", "first", "later"),
    [
        ("the father was not seen by the health visitor", "Health visiting", "Pre-birth, concealed pregnancy, infants"),
        ("a social worker and the school nurse", "School nursing", "Children's social care / social services"),
    ],
)
def test_a_theme_named_after_a_part_comes_before_one_that_has_it_among_its_terms(
    typed: str, first: str, later: str
) -> None:
    names = [offer.name for offer in theme_offers(parse(typed).tree, load_themes(), lambda theme: 1)]
    assert names == [first, later]


PARTLY = """
[[theme]]
name = "Visitors"
queries = ["health visitor"]

[[theme]]
name = "Weighing"
queries = ["seen by the health visitor"]
"""


def test_a_theme_with_one_word_of_a_part_in_its_name_does_not_come_before_a_longer_part(tmp_path: Path) -> None:
    (tmp_path / "themes.toml").write_text(PARTLY)
    own = load_themes(tmp_path / "themes.toml").themes[-2:]
    offered = theme_offers(parse("baby seen by the health visitor").tree, Themes(own), lambda theme: 1)
    assert [offer.words[0] for offer in offered] == ["seen by the health visitor", "health visitor"]


COVERING = """
[[theme]]
name = "Harm by peers (child)"
queries = ["child on child", "peer*", "killed by", "in:summary visit"]

[[theme]]
name = "Missing from home/care / absence"
queries = ["runaway"]
"""


@pytest.mark.parametrize(
    ("typed", "covered"),
    [
        ("child on child", True),
        ("peers", True),
        ("missing from care", True),
        ("missing from home", True),
        ("harm by peers", True),
        ("the runaway", True),
        ("child", False),
        ("killed", False),
        ("care", False),
        ("absence", False),
        ("visit", False),
        ("home care", False),
    ],
)
def test_a_theme_covers_what_its_terms_and_its_name_say_and_no_part_of_them(
    typed: str, covered: bool, tmp_path: Path
) -> None:
    (tmp_path / "themes.toml").write_text(COVERING)
    own = load_themes(tmp_path / "themes.toml").themes[-2:]
    offered = theme_offers(parse(typed).tree, Themes(own), lambda theme: 1)
    assert bool(offered) == covered


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("HV", "Health visiting"),
        ("HVs", "Health visiting"),
        ("HV's", "Health visiting"),
        ("H.V.", "Health visiting"),
        ("C.S.E.", "Child sexual exploitation"),
        ("SEND", "SEND / disability"),
        ("DA", "Domestic abuse"),
        ("send", None),
        ("hv", None),
        ("=HV", None),
        ("HV DA", None),
    ],
)
def test_a_theme_is_offered_by_its_abbreviations_in_capitals(typed: str, name: str | None) -> None:
    offered = theme_offers(parse(typed).tree, load_themes(), lambda theme: 1)
    assert [offer.name for offer in offered][:1] == [name] * (name is not None)


def test_the_count_of_a_theme_is_with_the_filters(demo: Library) -> None:
    year = next(report.year for report in demo.reports() if report.year)
    for filters in (Filters(years=(year, year)), Filters(sections=("findings",))):
        for offer in offered(demo, "missed appointments", filters).get("theme", []):
            assert offer.reports == demo.search(offer.query, filters).total


def test_every_word_of_a_misspelt_query_is_corrected(demo: Library) -> None:
    (spelling,) = offered(demo, "neglct adolesents")["spelling"]
    assert spelling.query == "neglect adolescents"
    assert spelling.reports == demo.search("neglect adolescents").total > 0


@pytest.mark.parametrize(
    ("typed", "wider"),
    [
        ("neglect zzyzx", ["neglect"]),
        ("neglect school zzyzx qqqq", ["neglect school"]),
        ("toothbrushes dental", ["dental", "toothbrushes"]),
        ("toothbrushes dental neglect", ["dental neglect", "toothbrushes neglect"]),
        ('"adolescents neglect"', ["adolescents neglect"]),
        ("neglect NEAR/0 school", ["neglect school"]),
        ("in:methodology neglect", ["neglect"]),
        ("neglect -neglect", ["neglect"]),
        ("neglect/toothbrushes", ["neglect OR toothbrushes", "neglect toothbrushes"]),
        ("dental/toothbrushes", ["dental OR toothbrushes"]),
        ("dental/toothbrushes neglect", ["(dental OR toothbrushes) neglect"]),
        ("neglect,toothbrushes", ["neglect OR toothbrushes", "neglect toothbrushes"]),
        ("zzyzx/neglect", ["zzyzx OR neglect"]),
        ("24/neglect", []),
        ("neglect-toothbrushes", []),
        ("zzyzx qqqq", []),
        ("zzyzx -qqqq", []),
        ("neglect", []),
    ],
)
def test_each_way_on_from_nothing_finds_what_it_says(demo: Library, typed: str, wider: list[str]) -> None:
    offers = offered(demo, typed).get("wider", [])
    assert queries(offers) == wider
    assert [offer.reports for offer in offers] == [demo.search(query).total for query in wider]
    assert all(offer.reports for offer in offers)


def test_the_rest_of_a_family_is_offered(demo: Library) -> None:
    (family,) = offered(demo, "appointed")["family"]
    assert (family.query, family.words, family.name) == ("appointment", ("appointment",), "appointed")
    assert family.reports == demo.search("appointment").total > 0


@pytest.mark.parametrize("typed", ["=appointed", "appoint*", "appointed school", "the", "zzyzx", '"appointed"~2'])
def test_there_is_no_family_of_anything_but_one_word(demo: Library, typed: str) -> None:
    assert "family" not in offered(demo, typed)


def test_no_query_is_offered_twice(demo: Library) -> None:
    for typed in ("manage", "neglct", '"adolescents neglect"'):
        found = queries(list(demo.search(typed).offers))
        assert len(found) == len(set(found))


def test_a_list_of_all_hits_offers_nothing(demo: Library) -> None:
    assert demo.search("missed appointments", limit=None).offers == ()


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("GP", "GP / general practice"),
        ("general practitioner", "GP / general practice"),
        ("A&E", "Emergency department / A&E"),
        ("health visitor", "Health visiting"),
        ("social services", "Children's social care / social services"),
    ],
)
def test_a_service_of_several_names_is_offered_by_any_of_them(demo: Library, typed: str, name: str) -> None:
    assert [offer.name for offer in offered(demo, typed)["theme"]][:1] == [name]


@pytest.fixture
def slipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    """Yield a searcher over thirty reports about Child A, one of which is misspelt."""
    settings = create_library(tmp_path_factory.mktemp("slip") / "library")
    with Store.open(settings.database) as store:
        for number in range(30):
            put(store, f"report {number}", str(number), ["The school had a concern about neglect."])
        put(store, "misspelt", "misspelt", ["The shcool had a concren."])
        build.build(store, settings.index)
    with Searcher(settings.database, settings.index, Themes((), ())) as searcher:
        yield searcher


def test_of_words_that_are_as_near_the_one_with_the_same_consonants_is_meant(tmp_path: Path) -> None:
    settings = create_library(tmp_path / "library")
    with Store.open(settings.database) as store:
        for number in range(4):
            put(store, f"report {number}", str(number), ["The family was visited by the health board."])
        put(store, "visitor", "visitor", ["The health visitor came."])
        build.build(store, settings.index)
    with Searcher(settings.database, settings.index, Themes((), ())) as searcher:
        (spelling,) = offered(searcher, "helth visiter")["spelling"]
        assert (spelling.query, spelling.reports) == ("health visitor", 1)


def test_a_slip_that_one_report_shares_is_corrected_too(slipped: Searcher) -> None:
    (spelling,) = offered(slipped, "concren neglct")["spelling"]
    assert (spelling.query, spelling.reports) == ("concern neglect", 30)
    assert "spelling" not in offered(slipped, "concren")


APART = {
    **{
        f"report {number}": ["The safeguarding lead saw to the wellbeing of each girl in care."] for number in range(25)
    },
    "hyphen": ["Her well-being was a concern. A multi-agency plan, a multiagency visit. They were safe in the end."],
    "step": ["The step-down was late, a stepdown to a guarding role. It was safe. It was well. He went down a step."],
}


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with library_of(tmp_path_factory.mktemp("apart"), APART) as library:
        yield library


@pytest.mark.parametrize(
    ("typed", "one"),
    [
        ("safe guarding", "safeguarding"),
        ("Safe Guarding lead", "Safeguarding lead"),
        ("well being", "wellbeing"),
        ("the well being of each girl", "the wellbeing of each girl"),
        ("multi agency", None),  # searched as one word anyway
        ("step down", None),  # both words are searched
        ("girl in care", None),
        ("lead saw", None),
        ('"well being"', None),
        ("safe AND guarding", None),
    ],
)
def test_two_words_that_the_reports_print_as_one_are_offered_as_one(
    apart: Library, typed: str, one: str | None
) -> None:
    found = offered(apart, typed).get("spelling", [])
    assert queries(found) == [one] * (one is not None)
    assert [offer.reports for offer in found] == [apart.search(offer.query).total for offer in found]


def test_a_word_for_a_section_is_not_corrected(tmp_path: Path) -> None:
    reports = {f"report {number}": ["They see 17 girls, and 17 cases of neglect."] for number in range(9)}
    with library_of(tmp_path, reports) as library:
        assert "spelling" not in offered(library, "sec 17 neglect")
        (seen,) = offered(library, "sees 17 neglct")["spelling"]
        assert seen.query == "sees 17 neglect"


def test_words_that_few_reports_print_without_the_space_are_not_offered_as_one(tmp_path: Path) -> None:
    reports = {f"report {number}": ["The end of care."] for number in range(25)}
    with library_of(tmp_path, {**reports, "glued": ["The end ofcare."], "hyphen": ["An end-of-care plan."]}) as library:
        assert "spelling" not in offered(library, "end of care")


def test_no_way_to_say_a_theme_is_passed_over_for_having_too_many_words() -> None:
    for theme in load_themes().themes:
        for text in theme_offers_module._ways_to_say(theme):
            assert theme_offers_module._min_content_words(text) <= len(theme_offers_module._read(text).content), text
