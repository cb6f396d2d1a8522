from corpus.reasons import REASONS, Reason, explain


def test_every_reason_has_an_explanation() -> None:
    assert set(REASONS) == set(Reason)
    assert explain("encrypted") == "it needs a password; ask the publisher for a copy without one"


def test_a_reason_from_a_newer_version_is_shown_as_it_is() -> None:
    assert explain("on_paper") == "on_paper"
