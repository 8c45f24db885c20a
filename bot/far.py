"""Files that WeChat keeps elsewhere: from its own content network and nobody else's.

The address comes from WeChat, and is believed no further than its host's name and where that leads: a name that leads into
our own network is not followed, nor is an answer that points on.
"""

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import SplitResult, urlsplit

import certifi
import urllib3
from urllib3 import Timeout

from bot.road import streamed
from config.limits import VIDEO_HOSTS
from models.errors import LibraryBotError, TryLater

PATIENCE = Timeout(connect=3.05, read=10)
SECONDS = 600.0  # for a whole film; contests.pieces.VIDEO_LEASE is above
PORTS = {"http": 80, "https": 443}


class Foreign(LibraryBotError):
    """Not a place where WeChat keeps files."""


@contextmanager
def stream(url: str, *, beside: str) -> Iterator[Iterator[bytes]]:
    """The file, piece by piece. `beside`: where the platform itself is asked; the simulator keeps its files with itself.

    Raises: Foreign, TryLater, FateUnknown.
    """
    try:
        asked = urlsplit(url)
        pool = _simulators(asked, beside) or _of_wechat(asked)
    except ValueError:
        raise Foreign(f"no address: {url[:80]!r}") from None
    try:
        path = f"{asked.path or '/'}?{asked.query}" if asked.query else asked.path or "/"
        with streamed(pool, path, timeout=PATIENCE, headers={"Host": asked.netloc}, seconds=SECONDS) as chunks:
            yield chunks
    finally:
        pool.close()


def _simulators(asked: SplitResult, beside: str) -> urllib3.HTTPConnectionPool | None:
    """Where the platform is on this machine, its files are as well, and nowhere else."""
    home = urlsplit(beside)
    if not _is_loopback(home.hostname or ""):
        return None
    if (asked.scheme, asked.hostname, asked.port) != (home.scheme, home.hostname, home.port):
        raise Foreign(f"not the simulator: {asked.netloc}")
    return urllib3.HTTPConnectionPool(asked.hostname or "", asked.port)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _of_wechat(asked: SplitResult) -> urllib3.HTTPConnectionPool:
    """Straight to the address that was looked at: a name asked a second time may lead elsewhere."""
    host = (asked.hostname or "").lower()
    if not is_wechats(asked):
        raise Foreign(f"not WeChat's: {host}")
    address, port = _public_address(host, PORTS[asked.scheme]), PORTS[asked.scheme]
    if asked.scheme == "http":
        return urllib3.HTTPConnectionPool(address, port)
    return urllib3.HTTPSConnectionPool(
        address, port, ca_certs=certifi.where(), server_hostname=host, assert_hostname=host
    )


def is_wechats(asked: SplitResult) -> bool:
    """By its name: a host of the content network, at the usual port, without anybody's password."""
    host = (asked.hostname or "").lower()
    is_usual = asked.scheme in PORTS and asked.port in (None, PORTS[asked.scheme]) and "@" not in asked.netloc
    return is_usual and any(host == known or host.endswith(f".{known}") for known in VIDEO_HOSTS)


def _public_address(host: str, port: int) -> str:
    try:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except OSError:
        raise TryLater(f"no address of {host}") from None
    for address in found:
        if not ipaddress.ip_address(address).is_global:
            raise Foreign(f"{host} leads to {address}")
    return found[0]
