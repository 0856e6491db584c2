"""Which machine an address leads to, and whether it may be asked.

A feed or a page can name any address, and a name can lead anywhere: to this machine, to the
router, to a cloud's metadata service. So a name is resolved once, every address it has must be
public, and the connection goes to the very address that was checked: a second look-up could give
another (DNS rebinding). Every redirect goes the same way.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from rag.errors import SourceRejected

Resolve = Callable[[str, int], list[str]]
"""Gives the IP addresses of a host and port."""

IP = ipaddress.IPv4Address | ipaddress.IPv6Address

REFUSED = "refused"
UNREACHABLE = "unreachable"
_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LONGEST_CHARS = 2000


@dataclass(frozen=True, slots=True)
class Target:
    """One request's destination: the checked IP address, and what is asked of it."""

    scheme: str
    host: str
    port: int
    path: str
    ip: str

    @property
    def authority(self) -> str:
        """The host as a Host header writes it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def locate(url: str, private_hosts: frozenset[str], resolve: Resolve) -> Target:
    """Return where an address leads.

    Raises:
        SourceRejected: it is no http address, carries a password, cannot be resolved, or leads to
            an address that is not public.
    """
    if len(url) > _LONGEST_CHARS:
        raise SourceRejected(f"an address of {len(url):,} characters", REFUSED)
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").rstrip(".").lower().encode("idna").decode("ascii")
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except (ValueError, UnicodeError) as error:
        raise SourceRejected(f"not an address: {error}", REFUSED) from error
    if parts.scheme not in _PORTS or not host:
        raise SourceRejected(f"{parts.scheme or 'no'} address; only http and https", REFUSED)
    if parts.username is not None or parts.password is not None:
        raise SourceRejected("an address with a user name in it", REFUSED)
    path = quote(parts.path or "/", safe="/%:=&~+!$,;'@()*[]") + (
        "?" + quote(parts.query, safe="/%:=&~+!$,;'@()*[]?") if parts.query else ""
    )
    ips = resolve(host, port)
    if host not in private_hosts and f"{host}:{port}" not in private_hosts:
        _require_public(host, ips)
    return Target(parts.scheme, host, port, path, ips[0])


def resolve(host: str, port: int) -> list[str]:
    """Return the IP addresses of a host, as the system resolves it.

    Raises:
        SourceRejected: it has none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SourceRejected(f"{host} cannot be found: {error}", UNREACHABLE) from error
    return list(dict.fromkeys(str(info[4][0]).partition("%")[0] for info in found))


def is_public(ip: IP) -> bool:
    """Tell whether an address is on the public internet, however it is wrapped."""
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _require_public(host: str, ips: list[str]) -> None:
    for text in ips:
        if not is_public(ipaddress.ip_address(text)):
            raise SourceRejected(
                f"{host} leads to {text}, which is not public. If you mean it, name the host in "
                "the setting 'fetch_private'",
                REFUSED,
            )
