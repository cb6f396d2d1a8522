"""The shipped vocabulary is read without a doubt, and says what it says it does."""

import pytest

from corpus.themes import Theme, load_themes
from index import query as tree
from search.parser import parse
from search.theming import theme_lookup, theme_tree

THEMES = load_themes()


@pytest.mark.parametrize("theme", THEMES.themes, ids=lambda theme: theme.name)
def test_every_query_of_a_theme_is_read_as_it_is_written(theme: Theme) -> None:
    for query in theme.queries:
        parsed = parse(query, theme_lookup(THEMES))
        assert parsed.warnings == (), query
        assert parse(str(parsed.tree), theme_lookup(THEMES)).tree == parsed.tree


def test_a_theme_may_name_another() -> None:
    medical = theme_tree(THEMES, "Medical neglect / missed health care")
    assert isinstance(medical, tree.Theme)
    assert theme_tree(THEMES, "Was not brought / DNA") in medical.parts


@pytest.mark.parametrize(
    ("name", "misleading"),
    [
        ("SEND / disability", "SEND"),
        ("Serious youth violence / extra-familial harm", "stab*"),
        ("Radicalisation / Prevent", "Prevent"),
        ("Race, ethnicity, culture, faith", "culture"),
        ("Drift and delay", '"permanence"'),
        ("Was not brought / DNA", "DNA"),
    ],
)
def test_terms_that_mostly_find_something_else_are_not_asked_alone(name: str, misleading: str) -> None:
    theme = THEMES.find(name)
    assert theme is not None
    assert misleading not in theme.queries
