"""Whose address counts: the reader's, as a proxy of ours tells it, and nobody's own word."""

import pytest
from flask import Flask

from web.address import client_address


@pytest.mark.parametrize(
    ("direct", "said", "trusted", "believed"),
    [
        ("198.51.100.7", "", "", "198.51.100.7"),
        ("198.51.100.7", "203.0.113.1", "", "198.51.100.7"),  # a reader who invents another
        ("127.0.0.1", "203.0.113.1", "", "203.0.113.1"),
        ("127.0.0.1", "10.0.0.1, 203.0.113.1", "", "203.0.113.1"),  # only what the nearest proxy saw itself
        ("::1", "203.0.113.1", "", "203.0.113.1"),
        ("172.18.0.1", "203.0.113.1", "", "172.18.0.1"),
        ("172.18.0.1", "203.0.113.1", "172.16.0.0/12", "203.0.113.1"),
        ("127.0.0.1", "", "", "127.0.0.1"),
    ],
)
def test_only_a_proxy_of_ours_may_speak_for_another(direct: str, said: str, trusted: str, believed: str) -> None:
    app = Flask("address")
    app.config["TRUSTED_PROXY"] = trusted
    headers = {"X-Forwarded-For": said} if said else {}
    with app.test_request_context(headers=headers, environ_base={"REMOTE_ADDR": direct}):
        assert client_address() == believed
