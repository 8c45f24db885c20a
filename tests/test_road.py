"""The road to the platform: what surely did not leave, what nobody knows, and where it never goes."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from urllib3 import Timeout

from bot.road import REAL, Road
from models.errors import FateUnknown, TryLater
from tests.served import listening

PATIENCE = Timeout(connect=2, read=2)
SEND = f"{REAL}/cgi-bin/message/custom/send"


class Somebody(ThreadingHTTPServer):
    """Whoever listens at the base address, with what was asked of it."""

    status, location = 200, ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.asked: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Asked(BaseHTTPRequestHandler):
    server: Somebody
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append(f"{self.command} {self.path} {body.decode()} from {self.client_address[1]}")
        self.send_response(self.server.status)
        self.send_header("Location", self.server.location)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST = answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Tests look at `asked`."""


@pytest.fixture
def somebody() -> Iterator[Somebody]:
    with listening(Somebody()) as server:
        yield server


def test_a_call_goes_to_the_base_address_below_its_path(somebody: Somebody) -> None:
    road = Road(somebody.url + "/wx/", connections=2)
    told = road.request("post", SEND, timeout=PATIENCE, params={"access_token": "a b&c"}, data="{}")
    assert (told.json(), len(somebody.asked)) == ({}, 1)
    assert somebody.asked[0].startswith("POST /wx/cgi-bin/message/custom/send?access_token=a+b%26c {} from ")


def test_one_call_after_another_shares_a_connection(somebody: Somebody) -> None:
    road = Road(somebody.url, connections=2)
    for _ in range(3):
        road.request("get", SEND, timeout=PATIENCE)
    assert len(somebody.asked) == 3
    assert len({asked.rpartition(" from ")[2] for asked in somebody.asked}) == 1


def test_a_redirect_is_not_followed(somebody: Somebody) -> None:
    """It would take the token, or the message, to wherever it says."""
    with listening(Somebody()) as elsewhere:
        somebody.status, somebody.location = 302, elsewhere.url
        with pytest.raises(FateUnknown, match="HTTP 302"):
            Road(somebody.url, connections=2).request("post", SEND, timeout=PATIENCE, data="{}")
        assert (len(somebody.asked), elsewhere.asked) == (1, [])


def test_nothing_but_the_platform_is_asked(somebody: Somebody) -> None:
    for address in ("https://api.weixin.qq.com.example.org/x", f"{somebody.url}/x"):
        with pytest.raises(ValueError, match="not an address of the platform"):
            Road(somebody.url, connections=2).request("get", address, timeout=PATIENCE)
    assert somebody.asked == []


def test_nobody_there_means_surely_not_sent() -> None:
    server = Somebody()
    server.server_close()
    with pytest.raises(TryLater, match="no connection"):
        Road(server.url, connections=2).request("post", SEND, timeout=PATIENCE, data="{}")


def test_a_certificate_only_the_environment_believes_is_refused(
    somebody: Somebody, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was sent: the handshake comes first."""
    own = _certificate(tmp_path)
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(own))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    with listening(Somebody()) as sealed:
        sealed.socket = context.wrap_socket(sealed.socket, server_side=True)
        base = sealed.url.replace("http:", "https:")
        assert ssl.create_default_context().cert_store_stats()["x509"] == 1  # others listen to the environment
        with pytest.raises(TryLater, match="no connection: SSLError"):
            Road(base, connections=2).request("post", SEND, timeout=PATIENCE, data="{}")
        assert sealed.asked == []


def _certificate(folder: Path) -> Path:
    """Key and certificate of 127.0.0.1, signed by itself."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "own")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "own.pem"
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return file
