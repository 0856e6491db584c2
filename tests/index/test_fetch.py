"""Fetching against a real server: what is refused is refused before anything is asked."""

from __future__ import annotations

import contextlib
import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import time
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from index.fetch import Fetcher, FetchLimits
from index.fetch.address import is_public, locate
from index.fetch.fetcher import BadStatus
from rag.errors import SourceRejected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

    from conftest import Site

LIMITS = FetchLimits(
    seconds=5, pause_s=0, heeds_robots=False, private_hosts=frozenset({"127.0.0.1"})
)
PUBLIC = "93.184.216.34"


def fetcher(**changes: object) -> Fetcher:
    return Fetcher(replace(LIMITS, **changes))


def refused(url: str, resolved: list[str] | None = None) -> str:
    from index.fetch.address import resolve

    with pytest.raises(SourceRejected) as caught:
        locate(url, frozenset(), (lambda *_: resolved) if resolved else resolve)
    assert caught.value.kind == "refused"
    return str(caught.value)


def test_a_page_is_fetched_with_a_clear_name(site: Site) -> None:
    url = site.put(
        "/a?b=c", "<p>Hello</p>", ETag='"1"', Last_Modified="Tue, 18 Mar 2025 09:50:00 GMT"
    )
    answer = fetcher().get(url)
    assert (answer.content, answer.status, answer.url) == (b"<p>Hello</p>", 200, url)
    assert (answer.etag, answer.content_type) == ('"1"', "text/html")
    headers = site.asked[0][1]
    assert headers["User-Agent"].startswith("Dateline/")
    assert headers["Host"] == f"127.0.0.1:{site.port}"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "0",
        "localhost", "localhost.", "LOCALHOST", "[::1]", "[::]", "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "10.0.0.1", "192.168.1.1",
        "172.16.0.1", "169.254.169.254", "100.64.0.1", "[fe80::1]", "[fc00::1]", "224.0.0.1",
        "255.255.255.255", "①②⑦.⓪.⓪.①",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_refused_before_it_is_asked(site: Site, host: str) -> None:
    assert "not public" in refused(f"http://{host}:{site.port}/")
    with pytest.raises(SourceRejected):
        fetcher(private_hosts=frozenset()).get(f"http://{host}:{site.port}/")
    assert not site.asked


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "gopher://x/", "ftp://x/", "//x/", "http:///x", "x", "http://",
        "http://user:secret@example.com/", "http://example.com:99999/", "http://[::1", "data:,x",
        "http://" + "a" * 3000,
    ],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    refused(url, [PUBLIC])


def test_one_private_address_among_public_ones_refuses_the_name() -> None:
    assert "not public" in refused("http://mixed.example/", [PUBLIC, "127.0.0.1"])


def test_the_address_that_was_checked_is_the_one_that_is_asked(site: Site) -> None:
    answers = iter([["127.0.0.1"], [PUBLIC], ["127.0.0.1"]])
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    site.put("/", "here")
    found = Fetcher(replace(LIMITS, private_hosts=frozenset({"news.example"})), resolve=resolve)
    assert found.get(f"http://news.example:{site.port}/").content == b"here"
    assert asked == ["news.example"]  # one look-up a request: a second could give another address
    assert site.asked[0][1]["Host"] == f"news.example:{site.port}"


@pytest.mark.parametrize(
    "to", ["http://localhost:{port}/secret", "http://127.0.0.2:{port}/secret", "file:///etc/passwd",
           "http://169.254.169.254/latest", "//[::1]:{port}/secret"]
)  # fmt: skip
def test_a_redirect_to_a_private_address_is_refused(site: Site, to: str) -> None:
    site.put("/secret", "secret")
    url = site.redirect("/go", to.format(port=site.port))
    with pytest.raises(SourceRejected) as caught:
        fetcher().get(url)
    assert caught.value.kind == "refused"
    assert site.paths() == ["/go"]


def test_a_redirect_is_followed_and_named(site: Site) -> None:
    end = site.put("/end", "x")
    site.redirect("/b", "end", status=301)
    assert fetcher().get(site.redirect("/a", "/b", status=308)).url == end


def test_endless_redirects_end(site: Site) -> None:
    with pytest.raises(SourceRejected, match="more than 5 redirects"):
        fetcher().get(site.redirect("/a", "/a"))
    assert len(site.asked) == 6


def test_an_endless_body_ends_at_the_limit(site: Site) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 65_536)

    site.pages["/"] = endless
    with pytest.raises(SourceRejected, match="more than 100,000 bytes"):
        fetcher(bytes=100_000).get(site.root + "/")


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_slow_drip_ends_at_the_deadline(site: Site, part: str) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        if part == "body":
            handler.send_response(200)
            handler.end_headers()
        else:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while True:
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.02)

    site.pages["/"] = drip
    started = time.monotonic()
    with pytest.raises(SourceRejected, match=r"not answered within 0\.3 s"):
        fetcher(seconds=0.3).get(site.root + "/")
    assert time.monotonic() - started < 3


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_compressed_bomb_ends_early(site: Site, encoding: str) -> None:
    plain = b"\0" * 30_000_000
    packed = gzip.compress(plain) if encoding == "gzip" else zlib.compress(plain)
    url = site.put("/", packed, Content_Encoding=encoding)
    with pytest.raises(SourceRejected, match="unpacks to more than 200 times its size"):
        fetcher(bytes=100_000_000).get(url)
    with pytest.raises(SourceRejected, match="more than 500,000 bytes"):
        fetcher(bytes=500_000).get(url)


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"one ") + gzip.compress(b"two")),
        ("gzip", gzip.compress(b"one two") + b"\0" * 512),
        ("deflate", zlib.compress(b"one two")),
        ("deflate", zlib.compress(b"one two", wbits=-15)),
        ("identity", b"one two"),
    ],
    ids=["gzip members", "padded gzip", "zlib", "bare deflate", "identity"],
)
def test_packed_answers_are_unpacked(site: Site, encoding: str, packed: bytes) -> None:
    assert fetcher().get(site.put("/", packed, Content_Encoding=encoding)).content == b"one two"


@pytest.mark.parametrize(
    ("content", "headers", "said"),
    [
        (b"short", {"Content_Length": "500"}, "cut short"),
        (gzip.compress(b"x" * 999)[:-9], {"Content_Encoding": "gzip"}, "cut short"),
        (b"not gzip", {"Content_Encoding": "gzip"}, "damaged"),
        (b"x", {"Content_Encoding": "br"}, "did not ask for"),
    ],
)
def test_a_damaged_answer_is_refused(
    site: Site, content: bytes, headers: dict[str, str], said: str
) -> None:
    with pytest.raises(SourceRejected, match=said):
        fetcher().get(site.put("/", content, **headers))


def test_what_is_not_http_is_refused(site: Site) -> None:
    site.pages["/"] = lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH_9\r\n")
    with pytest.raises(SourceRejected, match="no answer"):
        fetcher().get(site.root + "/")


def test_nobody_there_is_unreachable() -> None:
    with pytest.raises(SourceRejected, match=r"no answer from 127\.0\.0\.1:1") as caught:
        fetcher().get("http://127.0.0.1:1/")
    assert caught.value.kind == "unreachable"


def test_an_error_of_the_server_says_how_long_to_wait(site: Site) -> None:
    with pytest.raises(BadStatus) as caught:
        fetcher().get(site.put("/", "", status=503, Retry_After="120"))
    assert (caught.value.status, caught.value.wait_s) == (503, 120.0)


def test_what_did_not_change_is_not_sent_again(site: Site) -> None:
    url = site.put("/", "x", ETag='"7"')
    first = fetcher().get(url)
    assert fetcher().get(url, etag=first.etag).is_unchanged


def test_robots_txt_is_asked_once_and_heeded(site: Site) -> None:
    site.put(
        "/robots.txt", "User-agent: dateline\nDisallow: /private*\nCrawl-delay: 7\n", "text/plain"
    )
    waits: list[float] = []
    guest = Fetcher(replace(LIMITS, heeds_robots=True), sleep=waits.append, clock=lambda: 100.0)
    guest.get(site.put("/a", "x"))
    with pytest.raises(SourceRejected, match=r"robots\.txt forbids /private/b"):
        guest.get(site.put("/private/b", "x"))
    guest.get(site.put("/c", "x"))
    assert site.paths() == ["/robots.txt", "/a", "/c"]
    assert waits == [7.0, 7.0]


def test_a_redirect_does_not_lead_around_robots_txt(site: Site) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /b\n", "text/plain")
    site.put("/b", "x")
    with pytest.raises(SourceRejected, match="forbids /b"):
        fetcher(heeds_robots=True).get(site.redirect("/a", "/b"))


@pytest.mark.parametrize(
    ("status", "is_allowed"), [(404, True), (403, True), (500, False), (503, False)]
)
def test_robots_txt_that_fails_allows_nothing_and_that_is_missing_all(
    site: Site, status: int, is_allowed: bool
) -> None:
    site.put("/robots.txt", "", status=status)
    url = site.put("/a", "x")
    if is_allowed:
        assert fetcher(heeds_robots=True).get(url).content == b"x"
    else:
        with pytest.raises(SourceRejected, match="forbids"):
            fetcher(heeds_robots=True).get(url)


def test_a_host_is_left_a_pause_between_two_requests(site: Site) -> None:
    waits: list[float] = []
    guest = Fetcher(replace(LIMITS, pause_s=2.0), sleep=waits.append, clock=lambda: 50.0)
    for path in ("/a", "/b"):
        guest.get(site.put(path, "x"))
    assert waits == [2.0]


def test_a_host_is_asked_for_so_many_pages_and_no_more(site: Site) -> None:
    guest = fetcher(pages=2)
    for path in ("/a", "/b"):
        guest.get(site.put(path, "x"))
    with pytest.raises(SourceRejected, match="more than 2 pages"):
        guest.get(site.put("/c", "x"))


def test_is_public_knows_wrapped_addresses() -> None:
    import ipaddress

    assert is_public(ipaddress.ip_address(PUBLIC))
    assert is_public(ipaddress.ip_address("2606:2800:220:1:248:1893:25c8:1946"))
    assert is_public(ipaddress.ip_address(f"::ffff:{PUBLIC}"))
    assert not is_public(ipaddress.ip_address("2002:0a00:0001::"))


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A TLS server for news.example; its port and its own certificate."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl: apt-get install openssl")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=x"
    names = ["-addext", "subjectAltName=DNS:news.example"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(["openssl", *made.split(), *names, *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                plain, _ = listening.accept()
            except OSError:
                return
            with (
                plain,
                contextlib.suppress(OSError),
                context.wrap_socket(plain, server_side=True) as client,
            ):
                client.recv(4096)
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nsafe")

    thread = threading.Thread(target=serve)
    thread.start()
    yield listening.getsockname()[1], certificate
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join()


@pytest.mark.parametrize(
    ("host", "is_trusted", "said"),
    [
        ("news.example", True, None),
        ("news.example", False, "certificate verify failed"),
        ("other.example", True, "Hostname mismatch"),
    ],
)
def test_the_certificate_must_be_the_hosts_though_the_address_is_pinned(
    secure: tuple[int, Path],
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    is_trusted: bool,
    said: str | None,
) -> None:
    port, certificate = secure
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    guest = Fetcher(
        replace(LIMITS, private_hosts=frozenset({host})), resolve=lambda *_: ["127.0.0.1"]
    )
    if said is None:
        assert guest.get(f"https://{host}:{port}/").content == b"safe"
    else:
        with pytest.raises(SourceRejected, match=said):
            guest.get(f"https://{host}:{port}/")
