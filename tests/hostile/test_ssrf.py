"""Attack 7: a source's address is made to reach what the operator did not list.

`good` is listed. `decoy` listens on every address of this machine, IPv4 and IPv6, and must count
no connection; nor must `good` for an address that names it otherwise than the operator did.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import ValidationError

from cockpit.connect import registry, urls
from cockpit.errors import BadDelivery, BadSource, CockpitError
from tests.connectors.reading import Reading, home_allowing
from tests.connectors.servers.http import Asking, Reply, Server, _Web, as_json, serving

SECRET = "canari-ssrf-51aa"


@dataclass(frozen=True)
class Ground:
    good: Server
    decoy: Server
    decoy6: Server
    reading: Reading

    def hits(self) -> int:
        return self.decoy.connections + self.decoy6.connections


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    with ExitStack() as running:
        good = running.enter_context(serving(lambda _: as_json([{"n": 1}])))
        decoy = running.enter_context(serving(lambda _: as_json([{"n": 666}]), host="0.0.0.0"))
        decoy6 = running.enter_context(_on_ipv6(decoy.port))
        home = home_allowing(tmp_path, good.place)
        yield Ground(good, decoy, decoy6, Reading("rest", home, {"url": good.url("/lits")}))


def _on_ipv6(port: int):
    """The same decoy on IPv6, where this machine has it."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return serving(lambda _: Reply())
    return serving(lambda _: as_json([{"n": 666}]), host="::1", port=port, web_of=_Web6)


class _Web6(_Web):
    address_family = socket.AF_INET6

    def server_bind(self) -> None:
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        super().server_bind()


# {g}: port of the good server; {d}: port of the decoy.
URLS = [
    # the decoy by its own name
    "http://127.0.0.1:{d}/", "https://127.0.0.1:{d}/", "http://localhost:{d}/", "http://[::1]:{d}/",
    "http://0.0.0.0:{d}/", "http://127.0.0.2:{d}/", "HTTP://127.0.0.1:{d}/", "http://[::]:{d}/",
    # one address written as another
    "http://127.1:{d}/", "http://127.0.1:{d}/", "http://2130706433:{d}/", "http://0x7f000001:{d}/",
    "http://0x7f.0.0.1:{d}/", "http://0x7f.1:{d}/", "http://017700000001:{d}/",
    "http://0177.0.0.1:{d}/", "http://127.0.0.01:{d}/", "http://127.000.000.001:{d}/",
    "http://0:{d}/", "http://127.0.0.1.:{d}/", "http://localhost.:{d}/", "http://LOCALHOST:{d}/",
    "http://[::ffff:127.0.0.1]:{d}/", "http://[::ffff:7f00:1]:{d}/", "http://[::127.0.0.1]:{d}/",
    "http://[0:0:0:0:0:0:0:1]:{d}/", "http://[::1%25lo]:{d}/", "http://[::1%lo]:{d}/",
    "http://１２７.0.0.1:{d}/", "http://127。0。0。1:{d}/", "http://①②⑦.0.0.1:{d}/",
    "http://ⓛocalhost:{d}/", "http://loc%61lhost:{d}/", "http://127.0.0.1%2e:{d}/",
    # the good server as a decoration
    "http://127.0.0.1:{g}@127.0.0.1:{d}/", "http://good@127.0.0.1:{d}/",
    "http://127.0.0.1:{g}@localhost:{d}/", "http://127.0.0.1:{d}#@127.0.0.1:{g}/",
    "http://127.0.0.1:{d}\\@127.0.0.1:{g}/", "http://127.0.0.1:{g}\\@127.0.0.1:{d}/",
    "http://127.0.0.1:{d}?@127.0.0.1:{g}/", "http://127.0.0.1:{g}:{d}/", "http://:{d}/",
    "http://127.0.0.1:{d} 127.0.0.1:{g}/", "http://127.0.0.1:{d}\t/", "http://127.0.0.1:{d}\r\n/",
    "http://127.0.0.1:{d}%00@127.0.0.1:{g}/", "http:///127.0.0.1:{d}/", "http:/127.0.0.1:{d}/",
    "http:127.0.0.1:{d}/", "//127.0.0.1:{d}/", "\\\\127.0.0.1:{d}/", "127.0.0.1:{d}",
    " http://127.0.0.1:{d}/", "http://127.0.0.1.nip.io:{d}/", "http://127.0.0.1;127.0.0.1:{d}/",
    # other ways than http
    "file:///etc/passwd", "file://127.0.0.1:{d}/x", "gopher://127.0.0.1:{d}/_x", "data:,[]",
    "ftp://127.0.0.1:{d}/", "dict://127.0.0.1:{d}/", "ws://127.0.0.1:{d}/", "unix:///run/x.sock",
    "jar:http://127.0.0.1:{d}/!/", "ldap://127.0.0.1:{d}/", "javascript:alert(1)",
    # metadata services, and ports that are not listed
    "http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://127.0.0.1/",
    "http://127.0.0.1:22/", "http://127.0.0.1:0/", "http://127.0.0.1:65536/",
    "http://127.0.0.1:-1/", "http://127.0.0.1:{d}{d}/", "http://127.0.0.1:/",
    # the good server, named otherwise than the operator did
    "http://127.1:{g}/", "http://localhost:{g}/", "http://2130706433:{g}/", "http://0.0.0.0:{g}/",
    "http://[::ffff:127.0.0.1]:{g}/", "http://127.0.0.1.:{g}/", "http://user:pw@127.0.0.1:{g}/",
    "http://１２７.0.0.1:{g}/",
]  # fmt: skip


@pytest.mark.parametrize("pattern", URLS, ids=range(len(URLS)))
@pytest.mark.parametrize("field", ["url", "token_url"])
def test_only_the_listed_server_receives_a_connection(ground, pattern: str, field: str) -> None:
    url = pattern.replace("{g}", str(ground.good.port)).replace("{d}", str(ground.decoy.port))
    secret = ground.reading.secret(SECRET)
    oauth = {"auth": "oauth2", "client_id": "c", "client_secret": secret, "token_url": url}
    given = {"url": url} if field == "url" else oauth
    with pytest.raises((ValidationError, BadSource)) as refused:
        ground.reading.deliveries("n", seconds=2, **given)
    assert (ground.hits(), ground.good.connections) == (0, 0)
    if isinstance(refused.value, BadSource):
        assert refused.value.facts["field"] == field
        assert url not in refused.value.sentence()


def test_there_are_at_least_sixty_addresses() -> None:
    assert len(set(URLS)) == len(URLS) >= 60


def test_the_listed_server_is_read(ground: Ground) -> None:
    assert ground.reading.rows("n") == [("1",)]
    assert (ground.good.connections, ground.hits()) == (1, 0)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 300, 304])
@pytest.mark.parametrize("to", ["decoy", "good"])
def test_a_redirect_is_never_followed(ground: Ground, status: int, to: str) -> None:
    """Not even on the same server, where the second path might say anything."""
    url = getattr(ground, to).url("/ailleurs")
    headers = {"Location": url, "Refresh": f"0; url={url}"}
    ground.good.answer = lambda _: Reply(b"", status, headers)
    with pytest.raises(CockpitError):
        ground.reading.deliveries("n")
    assert (ground.hits(), ground.good.paths()) == (0, ["/lits"])


LINKS = [
    "http://127.0.0.1:{d}/", "//127.0.0.1:{d}/", "http://127.0.0.1:{g}@127.0.0.1:{d}/",
    "https://127.0.0.1:{g}/", "http://localhost:{g}/", "\\\\127.0.0.1:{d}\\", "file:///etc/passwd",
    "http://127.0.0.1:{g}\\@127.0.0.1:{d}/", "http://１２７.0.0.1:{d}/", "http:\\\\127.0.0.1:{d}/",
    "///127.0.0.1:{d}/", "http://127.0.0.1:{d}#http://127.0.0.1:{g}/", "javascript:x", "/x y",
]  # fmt: skip


@pytest.mark.parametrize("way", ["next", "link"])
@pytest.mark.parametrize("pattern", LINKS, ids=range(len(LINKS)))
def test_a_next_page_elsewhere_refuses_the_whole_delivery(ground, way: str, pattern: str) -> None:
    link = pattern.replace("{g}", str(ground.good.port)).replace("{d}", str(ground.decoy.port))
    raw = f'<{link}>; rel="next"'.encode().decode("latin-1")
    headers = {"Link": raw} if way == "link" else {}
    document = {"items": [{"n": 1}], "next": link}
    ground.good.answer = lambda _: as_json(document, **headers)
    (refusal,) = ground.reading.deliveries(
        "n", paging=way, next_path="next" if way == "next" else "", records="items", seconds=2
    )
    assert isinstance(refusal, BadDelivery)
    assert ground.hits() == 0
    assert len(ground.good.asked) == 1


def test_a_name_that_changes_its_address_changes_nothing(ground: Ground, monkeypatch) -> None:
    """DNS rebinding: the first answer is the good server; every later one would be the decoy."""
    answers: list[str] = []

    def lying(host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        if host == "lits.hopital.test":
            answers.append(host)
            address = "127.0.0.1" if len(answers) == 1 else "127.0.0.2"
        else:
            address = host
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", lying)
    port = ground.good.port
    with serving(lambda _: as_json([{"n": 666}]), host="127.0.0.2", port=port) as rebound:
        home = home_allowing(ground.reading.home.root, f"lits.hopital.test:{port}")
        pages = [[{"n": page}] for page in range(4)] + [[]]
        ground.good.answer = lambda asking: Reply(
            as_json(pages[int(asking.query["p"])]).body, 200, {"Connection": "close"}
        )
        reading = Reading("rest", home, {"url": f"http://lits.hopital.test:{port}/"})
        rows = reading.rows("n", paging="page", page_param="p", first_page=0)
        assert rows == [("0",), ("1",), ("2",), ("3",)]
        assert (len(answers), rebound.connections) == (1, 0)
        assert ground.good.connections == 5
        assert ground.good.asked[0].headers["host"] == f"lits.hopital.test:{port}"


def test_no_proxy_of_the_environment_is_used(ground: Ground, monkeypatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, ground.decoy.url("/"))
    monkeypatch.setenv("no_proxy", "")
    assert ground.reading.rows("n") == [("1",)]
    assert ground.hits() == 0


def test_no_password_file_of_the_account_is_read(ground: Ground, monkeypatch, tmp_path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine 127.0.0.1 login u password {SECRET}\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    ground.reading.rows("n")
    assert "authorization" not in ground.good.asked[0].headers


def test_a_cookie_or_a_header_of_an_answer_moves_nothing(ground: Ground) -> None:
    headers = {
        "Alt-Svc": f'h2="127.0.0.1:{ground.decoy.port}"', "Content-Location": ground.decoy.url(),
        "Set-Cookie": "a=b; Domain=127.0.0.2", "Connection": "close",
    }  # fmt: skip
    pages = [[{"n": 1}], [{"n": 2}], []]
    ground.good.answer = lambda a: Reply(as_json(pages[int(a.query["p"])]).body, 200, headers)
    reading = ground.reading
    assert reading.rows("n", paging="page", page_param="p", first_page=0) == [("1",), ("2",)]
    assert ground.hits() == 0


def test_fhir_goes_through_the_same_door(ground: Ground) -> None:
    """The same client, so a few addresses are enough."""
    config = {"mode": "locations", "unit_system": "urn:uf"}
    fhir = Reading("fhir", ground.reading.home, config)
    for url in (ground.decoy.url("/fhir"), "http://127.1/fhir", "file:///etc"):
        with pytest.raises((ValidationError, BadSource)):
            fhir.deliveries("jour", base_url=url)
    moved = {"relation": "next", "url": ground.decoy.url("/fhir")}

    def bundle(_asking: Asking) -> Reply:
        return as_json({"resourceType": "Bundle", "type": "searchset", "link": [moved]})

    ground.good.answer = bundle
    assert isinstance(fhir.refusal("jour", base_url=ground.good.url("/fhir")), BadDelivery)
    assert (ground.hits(), len(ground.good.asked)) == (0, 1)


@pytest.mark.parametrize("pattern", URLS, ids=range(len(URLS)))
def test_two_readers_of_an_accepted_address_agree_on_its_server(pattern: str) -> None:
    """What our reader accepts, the HTTP library reads alike."""
    httpx2 = pytest.importorskip("httpx2")
    try:
        ours = urls.address(pattern.replace("{g}", "8001").replace("{d}", "8002"))
    except ValueError:
        return
    theirs = httpx2.URL(ours.url)
    assert theirs.raw_host.decode() == ours.host
    assert (theirs.port or {"http": 80, "https": 443}[theirs.scheme]) == ours.port
    assert theirs.userinfo == b""


def test_the_form_has_no_way_to_list_a_server() -> None:
    for kind in ("rest", "fhir"):
        fields = registry.connector(kind).Config.model_json_schema()["properties"]
        assert not {"allow", "network", "verify", "proxy", "follow_redirects"} & set(fields)
