"""The addresses and credentials of a cluster."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from corpus.errors import UsageError
from corpus.settings import Settings

PASSWORD = "REVIEWS_OPENSEARCH_PASSWORD"  # noqa: S105 - the name of a variable
"""The environment variable with the password, unless the password is in a file."""


@dataclass(frozen=True, slots=True)
class Access:
    """The addresses of a cluster and the user.

    `ca` is the certificate authority of the cluster, or None for the system's. The password does not appear in
    `repr()`.
    """

    urls: tuple[str, ...]
    ca: Path | None = None
    user: str = ""
    password: str = field(default="", repr=False)


def access(settings: Settings) -> Access:
    """Return the access configured in the settings. Raises UsageError if anything would be sent unencrypted."""
    urls = settings.opensearch_url
    if not urls:
        raise UsageError(f'{settings.settings_file} needs `url` in [opensearch], such as ["https://os1:9200"].')
    for url in urls:
        if urlsplit(url).scheme == "http" and not _loopback(url):
            raise UsageError(
                f"{url} in {settings.settings_file} must begin with https: only this computer may use http."
            )
    user = settings.opensearch_user
    return Access(urls, settings.opensearch_ca, user, _password(settings) if user else "")


def _loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _password(settings: Settings) -> str:
    """Return the password of the user. It is never stored in reviews.toml."""
    if given := os.environ.get(PASSWORD):
        return given
    file = settings.opensearch_password_file
    if file is None:
        raise UsageError(f"Set the environment variable {PASSWORD}, or name a file in `opensearch.password_file`.")
    try:
        if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise UsageError(f"{file} can be read by others. Run `chmod 600` on it.")
        return file.read_text("utf-8").strip()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error
