"""Decide which addresses may be requested: http and https, public names and public IP addresses, standard ports.

All other addresses are refused. An address in a page, a redirect or the DNS is untrusted, and could make this computer
send a request to a machine that only it can reach (server-side request forgery, SSRF).
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}
_LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_NAME = re.compile(rf"(?:{_LABEL}\.)+(?![0-9]+$|0x[0-9a-f]*$){_LABEL}")
_LONGEST = 2_000  # characters of an address
_INNER = (
    "localhost",
    "local",
    "localdomain",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "private",
    "arpa",
    "onion",
)


@dataclass(frozen=True, slots=True)
class Allowance:
    """Extra addresses that tests may use, such as a server on this computer. No file or option can set it.

    `names` maps each host name to the addresses that the DNS returns, in order. `places` lists the (IP address, port)
    pairs that may be connected to. `authority` is the certificate file of the authority that signs the server's
    certificate.
    """

    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    places: frozenset[tuple[str, int]] = frozenset()
    authority: str = ""

    def to_dict(self) -> dict[str, Any]:
        names = {name: list(given) for name, given in self.names.items()}
        return {"names": names, "places": sorted(self.places), "authority": self.authority}

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Self:
        names = {name: tuple(given) for name, given in told["names"].items()}
        return cls(names, frozenset((host, port) for host, port in told["places"]), told["authority"])


NOTHING_MORE = Allowance()


def refusal(url: str, allowance: Allowance = NOTHING_MORE) -> str | None:
    """Return why an address may not be requested, or None.

    Checks only the address; `is_public` checks what its host name resolves to.
    """
    if len(url) > _LONGEST or re.search(r"[\x00-\x20\x7f\\]", url):
        return "it is not a web address"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "it is not a web address"
    if parts.scheme not in _PORTS:
        return "it is not http or https"
    if "@" in parts.netloc:
        return "it contains a user name"
    host = (parts.hostname or "").lower().removesuffix(".")
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return "its host has no name"
    if not _NAME.fullmatch(host):
        return "its host has no name"
    if host.rpartition(".")[2] in _INNER:
        return "its host is on an internal network"
    if (port or _PORTS[parts.scheme]) not in {_PORTS[parts.scheme], *(port for _, port in allowance.places)}:
        return "its port is not the usual one"
    return None


def is_public(host: str, port: int, allowance: Allowance = NOTHING_MORE) -> bool:
    """Return whether an IP address is on the public internet, or is one that tests may connect to."""
    if (host, port) in allowance.places:
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    inner = [address]
    if isinstance(address, ipaddress.IPv6Address):  # notations of an IPv4 address
        inner += [
            each for each in (address.ipv4_mapped, address.sixtofour, *(address.teredo or ())) if each is not None
        ]
        if address in _NAT64 or address in _COMPATIBLE:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return all((each.is_global and not each.is_multicast and not each.is_reserved) or each in _NAT64 for each in inner)


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")
