"""A file name is stored as clean text, from which the file can be found again."""

import os
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.disk.names import readable_name, real_path, safe_name


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        (b"Child Elm.pdf", "Child Elm.pdf"),
        ("Siân – Family M & Co (1)%20.pdf".encode(), "Siân – Family M & Co (1)%20.pdf"),
        (b"caf\xe9.pdf", "caf<E9>.pdf"),
        (b"two\nlines\x1b[31m.pdf", "two<0A>lines<1B>[31m.pdf"),
        ("turned \u202efdp.exe".encode(), "turned <E2><80><AE>fdp.exe"),
        ("c1 \x85.pdf".encode(), "c1 <C2><85>.pdf"),
        (b"says <E9>.pdf", "says <3C>E9>.pdf"),
        (b"a <b> <zz> <e9>.pdf", "a <b> <zz> <e9>.pdf"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="names are no bytes on Windows")
def test_names_that_are_not_clean_text_are_shown_byte_by_byte(name: bytes, kept: str) -> None:
    assert safe_name(os.fsdecode(name)) == kept


@pytest.mark.skipif(sys.platform == "win32", reason="names are no bytes on Windows")
@given(st.binary(min_size=1, max_size=60))
def test_every_name_is_clean_and_leads_back_to_its_file(name: bytes) -> None:
    name = b"x" + name.replace(b"\0", b"<").replace(b"/", b"<3C>")
    kept = safe_name(os.fsdecode(name))
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in kept)
    assert os.fsencode(real_path(Path("lib"), kept)) == b"lib/" + name


@pytest.mark.skipif(sys.platform != "win32", reason="only Windows has such names")
def test_a_lone_surrogate_is_not_text() -> None:
    assert safe_name("a\ud800.pdf") == "a<ED><A0><80>.pdf"
    assert real_path(Path("lib"), "a<ED><A0><80>.pdf").name == "a\ud800.pdf"


def test_a_name_is_compared_as_people_write_it() -> None:
    assert readable_name(unicodedata.normalize("NFD", "Siân.pdf")) == "Siân.pdf"
    assert readable_name("caf<E9>.pdf") == "café.pdf"
    assert readable_name("two<0A>lines.pdf") == "two<0A>lines.pdf"
