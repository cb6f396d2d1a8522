"""Access to a cluster: unencrypted only on this computer, and no password where others can read it."""

import os
from pathlib import Path

import pytest

from corpus.errors import UsageError
from corpus.settings import Settings, load_settings
from index.opensearch.access import PASSWORD, access

SECURE = ("https://os1:9200", "https://os2:9200")


def test_the_settings_name_addresses_and_the_certificate(tmp_path: Path) -> None:
    (tmp_path / "reviews.toml").write_text(
        'engine = "opensearch"\n[opensearch]\nurl = ["https://os1:9200/"]\nca = "ca.pem"\nshards = 6\nreplicas = 0\n'
    )
    settings = load_settings(tmp_path)
    found = access(settings)
    assert (found.urls, found.ca, found.user, found.password) == (("https://os1:9200",), tmp_path / "ca.pem", "", "")
    assert (settings.engine, settings.opensearch_shards, settings.opensearch_replicas) == ("opensearch", 6, 0)


@pytest.mark.parametrize("url", ["os1:9200", "ftp://os1", "https://user:secret@os1:9200", "https://os1/path", ""])
def test_an_address_with_a_user_or_a_path_is_not_accepted(tmp_path: Path, url: str) -> None:
    (tmp_path / "reviews.toml").write_text(f'[opensearch]\nurl = ["{url}"]\n')
    with pytest.raises(UsageError, match=r"opensearch\.url"):
        load_settings(tmp_path)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://127.0.0.1:9200", True),
        ("http://localhost:9200", True),
        ("http://[::1]:9200", True),
        ("http://os1:9200", False),
        ("http://10.0.0.1:9200", False),
        ("http://localhost.example.org", False),
    ],
)
def test_plain_http_is_for_this_computer_only(tmp_path: Path, url: str, allowed: bool) -> None:
    settings = Settings(library=tmp_path, opensearch_url=(url,))
    if allowed:
        assert access(settings).urls == (url,)
    else:
        with pytest.raises(UsageError, match="must begin with https"):
            access(settings)


def test_addresses_are_needed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"needs `url` in \[opensearch\]"):
        access(Settings(library=tmp_path))


def test_the_password_comes_from_the_environment_or_a_private_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PASSWORD, raising=False)
    file = tmp_path / "password"
    with pytest.raises(UsageError, match=PASSWORD):
        access(Settings(library=tmp_path, opensearch_url=SECURE, opensearch_user="reader"))
    settings = Settings(
        library=tmp_path, opensearch_url=SECURE, opensearch_user="reader", opensearch_password_file=file
    )
    with pytest.raises(UsageError, match="cannot be read"):
        access(settings)
    file.write_text("from the file\n")
    file.chmod(0o600)
    assert access(settings).password == "from the file"
    if os.name == "posix":
        file.chmod(0o640)
        with pytest.raises(UsageError, match="chmod 600"):
            access(settings)
    monkeypatch.setenv(PASSWORD, "from the environment")
    assert access(settings).password == "from the environment"
