from corpus.reasons import REASONS, Reason, explain


def test_every_reason_has_an_explanation() -> None:
    assert set(REASONS) == set(Reason)
    assert explain("encrypted") == "it needs a password; ask the publisher for a copy without one"


def test_a_reason_from_a_newer_version_is_shown_as_it_is() -> None:
    assert explain("on_paper") == "on_paper"


def test_a_page_on_which_ocr_found_no_words_may_be_blank() -> None:
    assert "may be blank" in explain("no_words")
