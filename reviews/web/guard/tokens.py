"""Access tokens: one per person, stored as a hash in the library's tokens.json, revocable at once."""

import hashlib
import hmac
import json
import os
import secrets
from dataclasses import asdict, astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path

from corpus.disk.atomic import write_atomic
from corpus.disk.disk_errors import refused
from corpus.disk.regular_file import read_list
from corpus.disk.typed_json import typed
from corpus.errors import FileCorrupt, NotFound, UsageError
from corpus.paths import LibraryPaths

_FORM = {"tokens": [{"person": str, "hash": str, "made_at": str}]}
_LONGEST = 100  # characters of a name


@dataclass(frozen=True, slots=True)
class Token:
    """A stored token. `hash` is its SHA-256; a token has 256 random bits, so a slower hash is not needed."""

    person: str
    hash: str
    made_at: str


class Tokens:
    """The tokens of a library. The file is checked for each request, so a revoked token stops working at once."""

    def __init__(self, library: Path) -> None:
        self._path = LibraryPaths(library).tokens
        self._seen: tuple[int, int] | None = None
        self._held: tuple[Token, ...] = ()

    def add(self, person: str) -> str:
        """Create a token for a person and return it. It is not stored and cannot be shown again."""
        person = " ".join(person.split())
        if not person or len(person) > _LONGEST or not person.isprintable():
            raise UsageError(f"A token needs a person's name of at most {_LONGEST} characters. Give one.")
        if any(token.person.casefold() == person.casefold() for token in self.held()):
            raise UsageError(f"{person} already has a token. Revoke it first with `reviews token revoke`.")
        token = secrets.token_urlsafe(32)
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        self._write((*self.held(), Token(person, _hash(token), made_at)))
        return token

    def revoke(self, person: str) -> None:
        """Delete a person's token."""
        kept = tuple(token for token in self.held() if token.person.casefold() != person.casefold())
        if len(kept) == len(self.held()):
            raise NotFound(f"{person} does not have a token. `reviews token list` shows who does.")
        self._write(kept)

    def held(self) -> tuple[Token, ...]:
        """Return all stored tokens."""
        try:
            found = self._path.stat()
        except FileNotFoundError as error:
            if self._path.is_symlink():
                raise refused(self._path, error, doing="read") from error
            self._seen, self._held = None, ()
            return ()
        except OSError as error:
            raise refused(self._path, error, doing="read") from error
        seen = (found.st_mtime_ns, found.st_ino)
        if seen != self._seen:
            try:
                told = typed(read_list(self._path), _FORM)
                read = tuple(Token(each["person"], each["hash"], each["made_at"]) for each in told["tokens"])
                if not all(part.isprintable() for token in read for part in astuple(token)):
                    raise ValueError("not a name")
                if not all(token.hash.isascii() for token in read):
                    raise ValueError("not a hash")
                self._held = read
            except OSError as error:
                raise refused(self._path, error, doing="read") from error
            except ValueError as error:
                raise FileCorrupt(f"{self._path} is damaged. Delete it and create the tokens again.") from error
            self._seen = seen
        return self._held

    def find(self, token: str) -> Token | None:
        """Return the stored entry of a token, or None if the token is invalid."""
        given = _hash(token)
        found = None
        for each in self.held():  # all of them, so that the response time reveals nothing
            if hmac.compare_digest(each.hash, given):
                found = each
        return found

    def person(self, token: str) -> str | None:
        """Return the name of the person with this token, or None."""
        found = self.find(token)
        return found.person if found else None

    def _write(self, tokens: tuple[Token, ...]) -> None:
        text = json.dumps({"tokens": [asdict(token) for token in tokens]}, ensure_ascii=False, indent=1)
        write_atomic(self._path, (text + "\n").encode())
        if os.name == "posix":
            self._path.chmod(0o600)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
