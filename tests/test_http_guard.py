"""Which addresses are dialled, and whom TLS lets us believe."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from conversation.errors import Unreachable
from conversation.http import Client
from conversation.http.guard import Found, NotPublic, Route, is_public
from loopback import Answer, Request, drip, serve

TOKEN = "s3cr3t-t0ken"  # noqa: S105 - of no service
OK: Answer = (200, {}, b"ok")
PRIVATE = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.9.9.9", "169.254.169.254", "172.16.0.1", "192.0.0.1",  # noqa: S104
    "192.168.1.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0",
    "fc00::1", "fd12::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1",
    "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_not_public(address: str) -> None:
    """Addresses of this machine, its network, the provider's network and reserved ones are told apart."""
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_public(address: str) -> None:
    """Ordinary addresses are let through, also where an IPv6 network translates IPv4."""
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_wrapping_changes_nothing(address: object) -> None:
    """An IPv4 address is no more public for being written as an IPv6 one."""
    assert is_public(f"::ffff:{address}") == is_public(str(address)) == is_public(f"64:ff9b::{address}")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0", "[::ffff:127.0.0.1]"])
def test_public_only(host: str) -> None:
    """However loopback is spelt, nothing is sent there where only public addresses are wanted."""
    with serve(lambda _: OK) as server, Client() as client:
        port = server.url.rpartition(":")[2]
        with pytest.raises(Unreachable, match="not on the public internet"):
            client.get(f"http://{host}:{port}/", public_only=True)
    assert server.requests == []


def test_public_only_can_be_widened() -> None:
    """A test, or a blogger within one house, may say what counts as public."""
    with serve(lambda _: OK) as server, Client(public=lambda address: address == "127.0.0.1") as client:
        assert client.get(server.url, public_only=True).body == b"ok"


def names(**hosts: str) -> Route:
    """A route by which ``a="10.0.0.1 127.0.0.1"`` makes a.example have these addresses."""

    def lookup(host: str, port: int) -> list[Found]:
        known = hosts.get(host.removesuffix(".example"), host)
        return [found for one in known.split() for found in socket.getaddrinfo(one, port, type=socket.SOCK_STREAM)]

    return Route(lookup)


@pytest.mark.parametrize("hop", ["http://inner.example:{port}/x", "//127.0.0.2:{port}/x", "http://localhost:{port}/"])
def test_redirect_to_another_host_is_guarded(hop: str) -> None:
    """A configured host may be private, but it cannot send the client on to another private host."""

    def handler(request: Request) -> Answer:
        return 302, {"Location": hop.format(port=request.headers["Host"].rpartition(":")[2])}, b""

    with (
        serve(handler) as server,
        Client(route=names(inner="127.0.0.1")) as client,
        pytest.raises(Unreachable, match="not on the public internet"),
    ):
        client.get(server.url)
    assert len(server.requests) == 1


def test_redirect_to_another_public_host_is_followed() -> None:
    """Another host is followed to where it is public, without the token."""

    def handler(request: Request) -> Answer:
        host, _, port = request.headers["Host"].partition(":")
        return OK if host == "b.example" else (302, {"Location": f"http://b.example:{port}/"}, b"")

    with serve(handler) as server, Client(route=names(a="127.0.0.1", b="127.0.0.1"), public=lambda _: True) as client:
        port = server.url.rpartition(":")[2]
        assert client.get(f"http://a.example:{port}/", token=TOKEN).url == f"http://b.example:{port}/"
    assert [request.headers["Authorization"] for request in server.requests] == [f"Bearer {TOKEN}", None]


def test_dials_what_was_checked() -> None:
    """The name is looked up once, and only an address that passed the check is dialled: rebinding gains nothing."""
    lookups: list[str] = []

    def lookup(host: str, port: int) -> list[Found]:
        lookups.append(host)
        address = ["10.255.255.1", "127.0.0.1"] if len(lookups) == 1 else ["127.0.0.2"]
        return [found for one in address for found in socket.getaddrinfo(one, port, type=socket.SOCK_STREAM)]

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        route = Route(lookup, permits=lambda address: address == "127.0.0.1")
        with route.dial("blog.example", port, 2, socket.socket) as connected:
            assert connected.getpeername() == ("127.0.0.1", port)
        assert lookups == ["blog.example"]
        with pytest.raises(NotPublic, match=r"127\.0\.0\.2"):
            route.dial("blog.example", port, 2, socket.socket)


def test_tries_the_next_address() -> None:
    """A host whose first address is dead is reached by its second."""
    with serve(lambda _: OK) as server, Client(route=names(a="127.0.0.2 127.0.0.1")) as client:
        assert client.get(f"http://a.example:{server.url.rpartition(':')[2]}/").body == b"ok"


def test_networks_that_cannot_be_reached() -> None:
    """A host that this machine has no way to is told apart from one that is slow."""

    def lookup(_: str, port: int) -> list[Found]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("255.255.255.255", port))]

    with (
        Client(route=Route(lookup), retries=0) as client,
        pytest.raises(Unreachable, match="cannot be reached from this"),
    ):
        client.get("http://blog.example/")


@pytest.mark.parametrize("host", ["unknown.example", "a" * 70 + ".example", "x..example"])
def test_unknown_names(host: str) -> None:
    """A name that does not exist, or cannot, is called unknown and not tried again."""

    def lookup(asked: str, _: int) -> list[Found]:
        asked.encode("idna")
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    with (
        Client(route=Route(lookup)) as client,
        pytest.raises(Unreachable, match=r"name is not known|cannot be sent"),
    ):
        client.get(f"http://{host}/")


def test_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP_PROXY is used for configured hosts, and never where only public addresses are wanted."""
    with serve(lambda _: OK) as proxy, Client(route=names(a="127.0.0.1"), retries=0) as client:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert client.get("http://blog.example/a").body == b"ok"
        with pytest.raises(Unreachable, match="not on the public internet"):
            client.get("http://a.example:9/", public_only=True)
    assert len(proxy.requests) == 1


def test_the_environment_is_asked_once_for_each_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking through it takes longer than everything else that this client does for a request."""
    asked: list[str] = []
    ours = requests.Session.merge_environment_settings

    def counted(self: requests.Session, url: str, **more: Any) -> Any:  # noqa: ANN401 - as the original
        asked.append(url)
        return ours(self, url, **more)

    monkeypatch.setattr(requests.Session, "merge_environment_settings", counted)
    with serve(lambda _: OK) as one, serve(lambda _: OK) as other, Client() as client:
        for url in (f"{one.url}/a", f"{one.url}/b", f"{other.url}/a", f"{one.url}/a"):
            client.get(url)
        assert asked == [f"{one.url}/a", f"{other.url}/a"]


def test_proxy_that_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that does not answer is named as the cause, for it is not the service that is down."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
    with Client(retries=0) as client, pytest.raises(Unreachable, match="the proxy that this machine"):
        client.get("http://blog.example/a")


def test_netrc_is_not_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What ~/.netrc holds for a host neither replaces the token nor is sent."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login ada password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with serve(lambda _: OK) as server, Client() as client:
        client.get(server.url, token=TOKEN)
        client.get(server.url)
    assert [request.headers["Authorization"] for request in server.requests] == [f"Bearer {TOKEN}", None]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A key and a certificate for 127.0.0.1, signed by itself."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed, and makes the certificate of this test")
    folder = tmp_path_factory.mktemp("tls")
    key, pem = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", pem],
        check=True, capture_output=True,
    )  # fmt: skip
    pem.write_text(pem.read_text() + key.read_text())
    return pem


def test_certificates_are_verified(certificate: Path) -> None:
    """A certificate that nobody trusts ends the request before anything is sent, once, with OpenSSL's reason."""
    with (
        serve(lambda _: OK, certificate) as server,
        Client() as client,
        pytest.raises(Unreachable, match=r"cannot be trusted \(self-signed certificate") as failure,
    ):
        client.get(server.url, token=TOKEN)
    assert failure.value.__context__ is None
    assert server.requests == []


def test_trusted_certificates(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """REQUESTS_CA_BUNDLE makes a house's own certificate trusted, for the names that stand in it only."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with (
        serve(lambda _: (200, {}, bytes(200_000)), certificate) as server,
        Client(route=names(a="127.0.0.1")) as client,
    ):
        for _ in range(3):
            assert len(client.get(server.url).body) == 200_000
        with pytest.raises(Unreachable, match=r"cannot be trusted \(Hostname mismatch"):
            client.get(f"https://a.example:{server.url.rpartition(':')[2]}/")


def test_deadline_holds_over_tls(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that drips through TLS ends at the deadline, too."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    raw = drip(b"x", first=b"HTTP/1.1 200 OK\r\n\r\n")
    with (
        serve(lambda _: raw, certificate) as server,
        Client() as client,
        pytest.raises(Unreachable, match=r"no full answer within 0\.3"),
    ):
        client.get(server.url, deadline=0.3)


def test_plain_server_on_a_tls_port() -> None:
    """Https to a server that speaks http is explained."""
    with (
        serve(lambda _: OK) as server,
        Client(retries=0) as client,
        pytest.raises(Unreachable, match=r"does it speak https|broke off"),
    ):
        client.get(server.url.replace("http:", "https:"))
