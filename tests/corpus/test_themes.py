"""Themes are a plain file. Names are matched leniently, and a mistake in one theme does not affect the others."""

import re
from pathlib import Path

import pytest

from corpus.errors import LimitHit
from corpus.themes import Theme, Themes, load_themes

GOOD = "[[theme]]\nname = \"Trees\"\nqueries = '''\nelm\n\"old oak\"\n'''\n"


def own(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "themes.toml"
    path.write_text(text, "utf-8")
    return path


def told(themes: Themes) -> list[str]:
    return [str(problem) for problem in themes.problems]


class TestTheShippedThemes:
    def test_there_are_62_and_none_is_wrong(self) -> None:
        themes = load_themes()
        assert (len(themes.themes), themes.problems) == (62, ())
        assert sum(len(theme.queries) for theme in themes.themes) == 743

    def test_a_theme_holds_its_queries_as_they_are_asked(self) -> None:
        theme = load_themes().find("Drift and delay")
        assert theme is not None
        assert theme.queries[:2] == ("drift", '"drift and delay"')
        assert "and not its delay" in theme.note
        assert theme.sources.startswith("DC HF")

    def test_a_note_is_a_sentence_for_readers(self) -> None:
        """What the developers checked, and where, is recorded elsewhere."""
        for theme in load_themes().themes:
            assert re.fullmatch(r'([A-Z"`].*\.)?', theme.note), theme.note
            assert "Checked" not in theme.note
            assert len(theme.note) < 200

    def test_every_theme_is_found_by_its_own_name(self) -> None:
        themes = load_themes()
        assert [themes.find(theme.name) for theme in themes.themes] == list(themes.themes)


@pytest.mark.parametrize("text", ["", "\n", "# nothing yet\n"])
def test_a_file_without_themes_is_not_a_mistake_and_keeps_the_shipped_ones(tmp_path: Path, text: str) -> None:
    themes = load_themes(own(tmp_path, text))
    assert (len(themes.themes), themes.problems) == (62, ())


class TestAsking:
    @pytest.mark.parametrize(
        ("asked", "name"),
        [
            ("neglect", "Neglect (any)"),
            ("NEGLECT (ANY)", "Neglect (any)"),
            ("“Voice of the child”", "Voice of the child"),
            ("'voice  of the child'", "Voice of the child"),
            ("was not brought", "Was not brought / DNA"),
            ("drift-and-delay", "Drift and delay"),
        ],
    )
    def test_names_are_matched_leniently(self, asked: str, name: str) -> None:
        theme = load_themes().find(asked)
        assert theme is not None
        assert theme.name == name

    def test_a_full_name_takes_precedence_and_an_ambiguous_short_one_matches_nothing(self) -> None:
        plain, wide, narrow = Theme("Oak", ("a",)), Theme("Oak (any)", ("b",)), Theme("Elm (old)", ("c",))
        themes = Themes((wide, plain, narrow, Theme("Elm (young)", ("d",))))
        assert themes.find("oak") == plain
        assert themes.find("elm") is None
        assert themes.find("elm (old)") == narrow

    def test_an_unknown_name_offers_close_ones(self) -> None:
        themes = load_themes()
        assert themes.find("voice of a child") is None
        assert themes.close("voice of a child") == ["Voice of the child"]
        assert themes.close("qqqqq") == []
        assert themes.find("") is None


class TestALibrarysOwn:
    def test_it_adds_and_replaces_by_name(self, tmp_path: Path) -> None:
        path = own(tmp_path, GOOD + "[[theme]]\nname = 'neglect  (ANY)'\nqueries = ['mine']\nnote = 'n'\n")
        themes = load_themes(path)
        assert len(themes.themes) == 63
        assert themes.themes[0] == Theme("neglect  (ANY)", ("mine",), "n")
        assert themes.themes[-1] == Theme("Trees", ("elm", '"old oak"'))
        assert themes.problems == ()

    def test_none_is_fine(self, tmp_path: Path) -> None:
        assert load_themes(tmp_path / "themes.toml") == load_themes()

    def test_a_file_saved_by_notepad_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "themes.toml"
        path.write_bytes(b"\xef\xbb\xbf# mine\r\n" + GOOD.replace("\n", "\r\n").encode())
        theme = load_themes(path).find("trees")
        assert theme == Theme("Trees", ("elm", '"old oak"'))

    @pytest.mark.parametrize(
        ("bad", "line", "said"),
        [
            ("[[theme]]\nname = oops\nqueries = ['a']\n", 2, "Invalid value"),
            ("[[theme]]\nqueries = ['a']\n", 1, "needs a name"),
            ("[[theme]]\nname = 3\nqueries = ['a']\n", 2, "needs a name"),
            ("[[theme]]\nname = 'Bare'\n", 1, "needs queries"),
            ("[[theme]]\nname = 'Bare'\n\nqueries = ''\n", 4, "needs queries"),
            ("[[theme]]\nname = 'Bare'\nqueries = [1]\n", 3, "needs queries"),
            ("[[theme]]\nname = 'Open'\nqueries = '''\nelm\n", 1, "not used"),
        ],
    )
    @pytest.mark.parametrize("before", [True, False])
    def test_a_mistake_is_reported_with_its_line_and_the_rest_works(
        self, tmp_path: Path, bad: str, line: int, said: str, before: bool
    ) -> None:
        text = bad + GOOD if before else GOOD + bad
        themes = load_themes(own(tmp_path, text))
        (problem,) = themes.problems
        assert problem.line == line + (0 if before else GOOD.count("\n"))
        assert re.search(said, str(problem))
        assert themes.find("trees") == Theme("Trees", ("elm", '"old oak"'))
        assert len(themes.themes) == 63

    def test_text_before_the_first_theme_is_reported(self, tmp_path: Path) -> None:
        themes = load_themes(own(tmp_path, "# mine\nname = 'Early'\n" + GOOD))
        assert "starts with a line [[theme]]" in told(themes)[0]
        assert themes.find("trees") is not None

    def test_an_unknown_key_is_reported_and_the_theme_is_used(self, tmp_path: Path) -> None:
        themes = load_themes(own(tmp_path, GOOD + "colour = 'green'\nnote = 3\n[other]\nx = 1\n"))
        assert told(themes) == [
            "themes.toml, line 9: a theme has no 'other', only name, queries, note, sources",
            "themes.toml, line 7: a theme has no 'colour', only name, queries, note, sources",
            "themes.toml, line 8: 'note' must be text between quotation marks",
        ]
        assert themes.find("trees") is not None

    def test_a_duplicate_name_is_reported(self, tmp_path: Path) -> None:
        themes = load_themes(own(tmp_path, GOOD + GOOD.replace("Trees", "TREES").replace("elm", "yew")))
        assert told(themes) == ["themes.toml, line 7: the theme 'TREES' is already in line 1; that one is used"]
        assert themes.find("trees") == Theme("Trees", ("elm", '"old oak"'))

    def test_letters_in_another_encoding_are_reported(self, tmp_path: Path) -> None:
        path = tmp_path / "themes.toml"
        path.write_bytes(GOOD.encode() + "[[theme]]\nname = 'Café'\nqueries = ['x']\n".encode("cp1252"))
        themes = load_themes(path)
        assert told(themes)[0].startswith("themes.toml, line 8: it is not UTF-8")
        assert themes.find("trees") is not None

    def test_a_file_that_cannot_be_read_is_reported(self, tmp_path: Path) -> None:
        (tmp_path / "themes.toml").mkdir()
        with pytest.raises(LimitHit, match="cannot be read"):
            load_themes(tmp_path / "themes.toml")
