"""The front page: what this is, what is next, where to go; the demo's own card only in the demo."""

from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from models.db import Database
from tests.pages.reading import links, text_of
from tests.pages.shelf import Shelf, app_of, nov


def test_the_front_page_names_the_library_and_the_soonest_activities(
    client: FlaskClient, codes: dict[str, str]
) -> None:
    page = client.get("/").text
    shown = [href for href in links(page) if href.startswith("/a/")]
    assert "书声图书馆" in text_of(page)
    assert shown == [f"/a/{codes[name]}" for name in ("today", "online", "timed", "long", "day")]


def test_the_front_page_leads_to_this_month_and_the_next(client: FlaskClient) -> None:
    months = [href for href in links(client.get("/").text) if href.startswith("/plan/")]
    assert months == ["/plan/2026-11", "/plan/2026-12"]


def test_without_activities_the_front_page_says_so_kindly(client: FlaskClient) -> None:
    assert "眼下没有排定的活动" in text_of(client.get("/").text)


def test_the_phone_simulator_is_offered_in_the_demo_only(client: FlaskClient, database: Database) -> None:
    demo = app_of(database, simulator_url="http://127.0.0.1:8001").test_client()
    assert "http://127.0.0.1:8001/" in links(demo.get("/").text)
    assert "模拟手机" not in client.get("/").text


def test_plan_leads_to_the_current_month(client: FlaskClient) -> None:
    answer = client.get("/plan")
    assert (answer.status_code, answer.location) == (302, "/plan/2026-11")


def test_the_number_of_statements_does_not_grow_with_the_activities(
    client: FlaskClient, shelf: Shelf, statements: list[Any]
) -> None:
    shelf.put("一场", "11月28日", nov(28))
    statements.clear()
    client.get("/")
    few = len(statements)
    for n in range(20):
        shelf.put(f"第{n}场", "11月28日", nov(28))
    statements.clear()
    client.get("/")
    assert len(statements) == few


def test_wechat_finds_its_proof_of_the_domain(database: Database, tmp_path: Path) -> None:
    (tmp_path / "MP_verify_aB3.txt").write_text("aB3")
    (tmp_path / "MP_verify_long.txt").write_text("x" * 2000)
    (tmp_path / "shusheng.db").write_text("secret")
    client = app_of(database, data=tmp_path).test_client()
    found = client.get("/MP_verify_aB3.txt")
    assert (found.status_code, found.mimetype, found.text) == (200, "text/plain", "aB3")
    for elsewhere in (
        "/MP_verify_no.txt",
        "/MP_verify_long.txt",
        "/MP_verify_..%2Fshusheng.db.txt",
        "/MP_verify_.txt",
    ):
        assert client.get(elsewhere).status_code == 404
