"""A server that we do not know costs a call its deadline at most, and never leads back inside."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from bench.gear import servers
from bench.gear.servers import serving
from oms.core.refusals import Refusal
from oms_aws.platform.outgoing import Outcome, Outgoing, is_public

OUT = Outgoing(local=True, seconds=0.4)
AWS = Outgoing(local=False, seconds=2)


def post(url: str) -> Outcome:
    """Post in a thread, and give up on one that does not come back: the test must end."""
    done: list[Outcome] = []
    caller = threading.Thread(target=lambda: done.append(OUT.post(url, b"{}", {})), daemon=True)
    caller.start()
    caller.join(10)
    assert done, "the call has no end"
    return done[0]


def test_good_server_gets_the_request_whole() -> None:
    with serving() as server:
        body = "ä" * 100_000
        outcome = OUT.post(server.url, body.encode(), {"webhook-id": "evt_1"})
    assert outcome == Outcome(204, "")
    (request,) = server.requests
    head, _, sent = request.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /hooks?from=auftakt HTTP/1.1\r\n")
    assert b"webhook-id: evt_1" in head
    assert sent.decode() == body


@pytest.mark.parametrize("behaves", [servers.stalls, servers.drips, servers.says_only_to_go_on])
def test_server_that_takes_its_time_is_left_at_the_deadline(behaves: servers.Behaviour) -> None:
    with serving(behaves) as server:
        assert post(server.url) == Outcome(0, "no answer within 0.4 seconds")


@pytest.mark.parametrize("behaves", [servers.drips_its_body, servers.never_ends_its_body])
def test_body_of_an_answer_is_not_waited_for(behaves: servers.Behaviour) -> None:
    with serving(behaves) as server:
        assert post(server.url) == Outcome(200, "")


def test_headers_without_end_are_not_read_on() -> None:
    with serving(servers.never_ends_its_headers) as server:
        assert "no end" in post(server.url).error


def test_broken_connection_is_a_failure() -> None:
    with serving(servers.resets) as server:
        outcome = post(server.url)
    assert outcome.status == 0
    assert outcome.error


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 2x0 OK\r\n\r\n"])
def test_answer_that_is_not_http_is_a_failure(answer: bytes) -> None:
    with serving(servers.answers(answer)) as server:
        outcome = post(server.url)
    assert (outcome.status, outcome.ok) == (0, False)


def test_redirect_is_not_followed() -> None:
    with serving() as other:
        to = f"HTTP/1.1 307 Go\r\nLocation: {other.url}\r\n\r\n".encode()
        with serving(servers.answers(to)) as server:
            assert post(server.url) == Outcome(307, "HTTP 307")
        assert other.requests == []


def test_interim_answer_is_passed_over() -> None:
    both = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\n\r\n"
    with serving(servers.answers(both)) as server:
        assert post(server.url) == Outcome(202, "")


def test_nobody_listens_at_the_address() -> None:
    assert post("http://127.0.0.1:9/").status == 0


def test_server_that_does_not_speak_tls_is_left_at_the_deadline() -> None:
    with serving(servers.stalls) as server:
        outcome = post(server.url.replace("http:", "https:"))
    assert outcome == Outcome(0, "no answer within 0.4 seconds")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.1",
        "192.0.0.9",
        "192.0.0.170",
        "192.88.99.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.250",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::8.8.8.8",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::8.8.8.8",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:db8::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "fd00::1",
        "fd00:ec2::254",
        "ff02::1",
        "ff0e::1",
    ],
)
def test_address_that_is_not_on_the_internet_is_not_called(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    assert not is_public(address)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: resolved(address))
    with pytest.raises(Refusal, match="not on the internet"):
        AWS.check("https://shop.example/hooks")
    assert AWS.post("https://shop.example/", b"", {}).error == "The address is not on the internet."


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_address_of_the_internet_is(address: str) -> None:
    assert is_public(address)


def resolved(*addresses: str) -> list[Any]:
    return [(0, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]


def test_one_inner_address_among_others_refuses_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    found = resolved("8.8.8.8", "10.0.0.1")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(Refusal):
        AWS.check("https://shop.example/")


def test_address_that_was_looked_at_is_the_one_that_is_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name that leads inside when it is asked for again (DNS rebinding) leads nowhere."""
    answers: Iterator[str] = iter(["8.8.8.8", "127.0.0.1", "127.0.0.1"])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: resolved(next(answers)))
    reached: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], timeout: float) -> Any:
        assert 0 < timeout <= 2
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    assert AWS.post("https://rebinding.example/", b"", {}).status == 0
    assert reached == [("8.8.8.8", 443)]


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/",
        "https://shop.example:8443/",
        "https://shop.example:22/",
        "https://shop.example:0/",
        "https://shop.example:99999/",
        "https://[x",
        "https://",
        "https:///hooks",
        "https://me:secret@shop.example/",
        "https://shop.example/\r\nX-Header: 1",
        "https://shop.example/a b",
        "https://" + "a" * 70 + ".example/",
        "ftp://shop.example/",
        "file:///etc/passwd",
    ],
)
def test_what_is_no_address_for_webhooks_is_refused(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: resolved("8.8.8.8"))
    with pytest.raises(Refusal):
        AWS.check(url)


def test_resolver_that_stalls_is_left_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [over.wait(20)][:0])
    assert post("http://slow.example/") == Outcome(0, "no answer within 0.4 seconds")
    over.set()
