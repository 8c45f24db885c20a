"""What goes wrong is told kindly, for the whole app, and always with a way on."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models.db import Base, Database
from tests.pages.reading import links, text_of


def kind(answer: TestResponse, status: int, title: str) -> None:
    words = text_of(answer.text)
    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    assert title in words
    assert not any(word in words for word in ("Error", "error", "Not Found", "Traceback", str(status)))
    assert {"/", "/plan"} <= set(links(answer.text))
    assert "tel:0562-5880000" in links(answer.text)
    assert "frame-ancestors" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "address", ["/nothing/here", "/a/zzz", "/a/zzz.ics", "/plan/2026-11?branch=x", "/static/pages/no.css"]
)
def test_what_is_not_there(client: FlaskClient, address: str) -> None:
    kind(client.get(address), 404, "没有找到这一页")


def test_a_wrong_way_of_asking_still_says_which_way_is_right(client: FlaskClient) -> None:
    answer = client.post("/plan/2026-11")
    kind(answer, 405, "这一步不能这样打开")
    assert "GET" in answer.headers["Allow"]


def test_a_form_without_its_field(client: FlaskClient) -> None:
    kind(client.post("/wants"), 400, "这个地址没看懂")


def test_a_fault_of_ours_anywhere_in_the_app(app: Flask, client: FlaskClient) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = client.get("/breaks")
    kind(answer, 500, "这一页暂时打不开")
    assert "on purpose" not in answer.text


def test_a_page_whose_database_is_gone_is_still_a_kind_one(
    app: Flask, client: FlaskClient, database: Database
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    Base.metadata.drop_all(database.engine)
    kind(client.get("/plan/2026-11"), 500, "这一页暂时打不开")
