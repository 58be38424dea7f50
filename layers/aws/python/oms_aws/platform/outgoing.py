"""Calls to servers that we do not know: one deadline over everything, and no address of our own."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from typing import NamedTuple, Protocol
from urllib.parse import SplitResult, quote, urlsplit

from oms.core.refusals import Refusal

SECONDS = 8.0
"""From looking up the host's name to the last byte of the answer's headers."""

LARGEST_HEAD = 16_384
"""Bytes of an answer that are read at most: its status and headers. Its body never is."""

AT_ONCE = 16_384
CLOSED_NETWORKS = tuple(
    ipaddress.ip_network(text)
    for text in (
        "64:ff9b::/96",  # NAT64 (RFC 6052): an IPv4 address in disguise
        "64:ff9b:1::/48",  # NAT64 of one's own (RFC 8215)
        "2001::/32",  # Teredo (RFC 4380)
        "2002::/16",  # 6to4 (RFC 3056)
        "::/96",  # IPv4-compatible (RFC 4291), unspecified and loopback
        "fec0::/10",  # site-local (RFC 3879)
        "192.0.0.0/24",  # protocol assignments (RFC 6890), those called global too
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "100.64.0.0/10",  # carrier-grade NAT (RFC 6598)
    )
)


class Outcome(NamedTuple):
    """Answer of a server: its HTTP status (0 for none), and what went wrong."""

    status: int
    error: str

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


class Way(NamedTuple):
    """Way of a call: the addresses that were looked at are those that are connected to."""

    url: SplitResult
    host: str
    addresses: tuple[str, ...]
    port: int


class Poster(Protocol):
    """Whatever sends a body to an address of the internet."""

    def check(self, url: str) -> None:
        """Refuse an address that must not be called; raises Refusal."""

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, seconds: float = SECONDS
    ) -> Outcome:
        """Send a body and answer how that went, within the deadline or so many seconds."""


class Outgoing:
    """Posts to the internet; in the embedded cloud (`local`) also to this machine, without TLS."""

    def __init__(
        self, *, local: bool, seconds: float = SECONDS, trust: ssl.SSLContext | None = None
    ) -> None:
        self._local = local
        self._seconds = seconds
        self._trust = trust

    def check(self, url: str) -> None:
        """Refuse an address that is not HTTPS on port 443, or not on the internet.

        In the embedded cloud a host need not be known yet: it is looked up when it is called.
        """
        named = self._named(url)
        if not self._local:
            self._found(named, _Deadline(self._seconds))

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, seconds: float = SECONDS
    ) -> Outcome:
        """Send a body; a redirect is not followed, and what is answered is not read to its end."""
        seconds = min(seconds, self._seconds)
        deadline = _Deadline(seconds)
        try:
            way = self._found(self._named(url), deadline)
            with self._connected(way, deadline) as connection:
                _sent(connection, _request(way, body, headers), deadline)
                status = _status(connection, deadline)
        except Refusal as refusal:
            return Outcome(0, refusal.text)
        except TimeoutError:
            return Outcome(0, f"no answer within {seconds:g} seconds")
        except (OSError, ValueError) as error:
            return Outcome(0, f"{type(error).__name__}: {error}"[:200])
        return Outcome(status, "" if 200 <= status < 300 else f"HTTP {status}")

    def _named(self, url: str) -> Way:
        """Way that an address names, before it is looked up."""
        parts, port = _parsed(url)
        secure = parts.scheme == "https"
        port = (443 if secure else 80) if port is None else port
        if not (secure or (self._local and parts.scheme == "http")) or not parts.hostname:
            raise _refused("A webhook needs an https:// address.", "no https://")
        if parts.username is not None or parts.password is not None:
            raise _refused("The address must not hold a user or password.", "has a user")
        if not self._local and port != 443:
            raise _refused("A webhook is called on port 443 alone.", "port is not 443")
        try:
            host = parts.hostname.encode("idna").decode()
        except UnicodeError:
            raise _refused("The host's name is none.", "no host name") from None
        return Way(parts, host, (), port)

    def _found(self, way: Way, deadline: _Deadline) -> Way:
        found = _looked_up(way.host, way.port, deadline)
        if not self._local and not all(is_public(address) for address in found):
            raise _refused("The address is not on the internet.", "not a public address")
        return way._replace(addresses=tuple(found))

    def _connected(self, way: Way, deadline: _Deadline) -> socket.socket:
        plain = _reached(way, deadline)
        if way.url.scheme != "https":
            return plain
        try:
            plain.settimeout(deadline.left())
            if self._trust is None:
                self._trust = ssl.create_default_context()
            return self._trust.wrap_socket(plain, server_hostname=way.host)
        except BaseException:
            plain.close()
            raise


class _Deadline:
    """The end of one call, whatever it spends its time on."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """The seconds that are left; raises TimeoutError when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def is_public(text: str) -> bool:
    """True for an IP address of the internet, and none of ours in disguise.

    Source: the IANA registries of special-purpose addresses (RFC 6890), as Python knows them, and
    the networks above, which lead to an IPv4 address that they hold.
    """
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    closed = any(address in network for network in CLOSED_NETWORKS)
    return address.is_global and not address.is_multicast and not closed


def _parsed(url: str) -> tuple[SplitResult, int | None]:
    if any(character <= " " or character == "\x7f" for character in url):
        raise _refused("The address has blanks or control characters.", "no address")
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError:
        raise _refused("The address is none.", "no address") from None


def _looked_up(host: str, port: int, deadline: _Deadline) -> list[str]:
    """The addresses of a host, those of IPv4 first: Lambda has no other way out.

    The resolver knows no deadline, so it is not waited for beyond ours.
    """
    found: list[str] = []

    def look() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        found.extend(str(answer[4][0]) for answer in answers)

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    looking.join(deadline.left())
    if not found:
        deadline.left()
        raise _refused("The host has no address.", "unknown host")
    return sorted(dict.fromkeys(found), key=lambda address: ":" in address)


def _reached(way: Way, deadline: _Deadline) -> socket.socket:
    """A connection to the first address that takes one."""
    for address in way.addresses[:-1]:
        try:
            return socket.create_connection((address, way.port), timeout=deadline.left())
        except OSError:
            continue
    return socket.create_connection((way.addresses[-1], way.port), timeout=deadline.left())


def _request(way: Way, body: bytes, headers: Mapping[str, str]) -> bytes:
    target = f"{way.url.path or '/'}{'?' + way.url.query if way.url.query else ''}"
    host = f"[{way.host}]" if ":" in way.host else way.host
    named = host if way.port in (80, 443) else f"{host}:{way.port}"
    said = {"Host": named, "Content-Length": str(len(body)), "Connection": "close", **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    return f"POST {_quoted(target)} HTTP/1.1\r\n{lines}\r\n".encode() + body


def _quoted(target: str) -> str:
    """A path and query as they may stand in a request: ASCII, what is quoted already stays so."""
    return quote(target, safe="/?&=:;@!$'()*+,-._~%[]")


def _sent(connection: socket.socket, request: bytes, deadline: _Deadline) -> None:
    view = memoryview(request)
    while view:
        connection.settimeout(deadline.left())
        view = view[connection.send(view[:AT_ONCE]) :]


def _status(connection: socket.socket, deadline: _Deadline) -> int:
    """The status of the answer, once its headers are complete; interim answers are passed over."""
    head = b""
    while True:
        while b"\r\n\r\n" not in head:
            if len(head) > LARGEST_HEAD:
                raise ValueError("the answer's headers have no end")
            connection.settimeout(deadline.left())
            more = connection.recv(AT_ONCE)
            if not more:
                raise ConnectionError("the answer was cut off")
            head += more
        line, _, _ = head.partition(b"\r\n")
        version, _, rest = line.partition(b" ")
        code = rest[:3]
        if not version.startswith(b"HTTP/1.") or len(code) != 3 or not code.isdigit():
            raise ValueError("the answer is not HTTP/1.1")
        if not 100 <= (status := int(code)) < 200:
            return status
        _, _, head = head.partition(b"\r\n\r\n")


def _refused(text: str, why: str) -> Refusal:
    return Refusal("url_refused", text, {"url": why})
