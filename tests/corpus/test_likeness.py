"""Fingerprints are stored in removals.json, so every version must compute the same ones."""

import hashlib
from itertools import pairwise

import pytest

from corpus.likeness import fingerprint

WORDS = "Child Wren lived with Zebedee Quill in Elm Street ŵ ever since"


@pytest.mark.parametrize("salt", [b"", b"a library's own"])
@pytest.mark.parametrize("text", [WORDS, "Wren", "Child Wren was seen at her school again", f"{WORDS} {WORDS}"])
def test_a_fingerprint_is_the_smallest_hashes_of_all_runs_of_eight_words(text: str, salt: bytes) -> None:
    words = text.casefold().split()
    runs = {" ".join(words[at : at + 8]) for at in range(max(1, len(words) - 7))}
    hashes = sorted(
        int.from_bytes(hashlib.blake2b(run.encode(), digest_size=8, key=salt).digest(), "big") for run in runs
    )
    assert fingerprint(text.split(), salt) == tuple(hashes)


def test_no_more_than_128_hashes_are_kept_in_order() -> None:
    found = fingerprint([str(number) for number in range(500)], b"")
    assert len(found) == 128
    assert all(one < other for one, other in pairwise(found))


def test_a_text_without_words_has_no_fingerprint() -> None:
    assert fingerprint(["…", ""], b"") == ()
