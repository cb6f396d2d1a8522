"""Decide which addresses count as one sender."""

import re
from ipaddress import IPv6Address, ip_address, ip_network

_PORT = re.compile(r"\[(.*)\](?::\d+)?|([0-9.]+):\d+")  # some proxies add the port, which changes all the time


def network_of(address: str) -> str:
    """Return the network that counts as one sender: an IPv4 address, or the half of an IPv6 address that identifies a
    customer. Anything else counts as it is.
    """
    with_port = _PORT.fullmatch(address)
    plain = (with_port[1] or with_port[2]) if with_port else address
    try:
        found = ip_address(plain.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ip_network((found, 64 if isinstance(found, IPv6Address) else 32), strict=False))
