"""A backup is everything, restored is the same, and nothing is lost on the way or overwritten by a slip."""

import json
import socket
import stat
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from models import archive, schema, times
from models.activity import Branch
from models.db import Database
from models.errors import BadInput
from models.outbox import CallState, OutboxCall
from tests.filled import assert_kept, everything, fill
from tests.live import Live
from tests.world import World, demo_settings

LEFT_OUT = archive.LEFT_OUT
Fresh = Callable[[str], Database]


@pytest.fixture
def fresh(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Fresh]:
    """An empty database of either kind."""
    made: list[Database] = []

    def make(kind: str) -> Database:
        url = f"sqlite:///{tmp_path / 'fresh' / 'shusheng.db'}"
        if kind == "postgres":
            url = request.getfixturevalue("postgres_url")
        database = Database(url)
        if kind == "postgres":
            with schema.writing(database) as connection:
                schema.clear(connection)
        made.append(database)
        return database

    yield make
    for database in made:
        if not database.is_sqlite:
            with schema.writing(database) as connection:
                schema.clear(connection)
            schema.migrate(database)
        database.close()


def packed(database: Database, file: Path, *, media: Path | None = None) -> archive.Manifest:
    with file.open("w+b") as raw:
        return archive.write(
            raw, database, media or file.parent / "none", library="馆", is_demo=False, now=times.now()
        )


def unpacked(file: Path, database: Database, *, may_repeat: bool = True) -> None:
    whole, manifest = archive.opened(file)
    with whole:
        archive.read(whole, manifest, database, may_repeat=may_repeat, now=times.now())


@pytest.mark.parametrize("source", ["sqlite", "postgres"])
@pytest.mark.parametrize("target", ["sqlite", "postgres"])
def test_what_is_restored_is_what_was_there_on_either_database(
    source: str, target: str, fresh: Fresh, tmp_path: Path
) -> None:
    old = fresh(source) if source == "postgres" else Database(f"sqlite:///{tmp_path / 'old.db'}")
    schema.migrate(old)
    fill(old)
    before = everything(old, but=LEFT_OUT)
    manifest = packed(old, tmp_path / "a.zip")
    new = fresh(target)
    unpacked(tmp_path / "a.zip", new)
    assert everything(new, but=LEFT_OUT) == before
    assert manifest.tables == {name: len(rows) for name, rows in before.items()}
    assert all(manifest.tables.values())
    with new.units() as session:  # numbers go on where they were
        session.add(Branch(name="新馆"))
    old.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_branch_comes_back_before_the_one_it_is_being_merged_into(kind: str, fresh: Fresh, tmp_path: Path) -> None:
    old = Database(f"sqlite:///{tmp_path / 'old.db'}")
    schema.migrate(old)
    with old.units() as session:
        session.add_all([Branch(name="官塘分馆", merges_into=2), Branch(name="官塘社区分馆")])
    packed(old, tmp_path / "a.zip")
    new = fresh(kind)
    unpacked(tmp_path / "a.zip", new)
    with new.reading() as session:
        assert session.scalars(sa.select(Branch.merges_into).order_by(Branch.id)).all() == [2, None]
    old.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_an_older_archive_is_upgraded_on_its_way_in(kind: str, fresh: Fresh, tmp_path: Path) -> None:
    old = Database(f"sqlite:///{tmp_path / 'old.db'}")
    schema.migrate(old, to="0001")
    fill(old)
    packed(old, tmp_path / "a.zip")
    before = everything(old, but=LEFT_OUT)
    new = fresh(kind)
    unpacked(tmp_path / "a.zip", new)
    assert schema.revision_of(new) == schema.newest()
    assert_kept(before, everything(new, but=LEFT_OUT))
    old.close()


def test_no_key_and_no_session_is_in_a_backup(sqlite_world: World, tmp_path: Path) -> None:
    fill(sqlite_world.database)
    manifest = packed(sqlite_world.database, tmp_path / "a.zip")
    assert {"tokens", "staff_sessions"} <= LEFT_OUT
    assert not LEFT_OUT & set(manifest.tables)
    with zipfile.ZipFile(tmp_path / "a.zip") as whole:
        assert not any("token" in name for name in whole.namelist())
        text = "".join(whole.read(name).decode() for name in whole.namelist())
    assert "0书声'value" not in text  # tokens.value of the filled table
    assert sqlite_world.settings.wechat_app_secret not in text


def test_a_backup_is_of_one_moment_while_others_write(world: World, tmp_path: Path) -> None:
    """Each unit puts in a branch and a call; never is one seen without the other."""
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with world.database.units() as session:
                session.add(Branch(name=f"第{number}馆"))
                session.add(_call(number))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for n in range(5):
            tables = packed(world.database, tmp_path / f"{n}.zip").tables
            assert tables["branches"] == tables["outbox"]
    finally:
        stop.set()
        writer.join()


def _call(number: int) -> OutboxCall:
    now = times.now()
    return OutboxCall(
        kind="menu", key=f"k{number}", payload={}, state=CallState.DONE, due_at=now, attempts=0, cause="", created_at=now,
    )  # fmt: skip


def test_what_was_owed_at_the_backup_is_not_sent_twice_after_it(live: Live, tmp_path: Path) -> None:
    reader = live.reader()
    live.owes(reader, "明天的讲座改到二楼")
    packed(live.database, tmp_path / "a.zip")
    live.delivers()
    assert live.screen(reader).count("明天的讲座改到二楼") == 1
    unpacked(tmp_path / "a.zip", live.database, may_repeat=False)
    live.delivers()
    assert live.screen(reader).count("明天的讲座改到二楼") == 1
    assert live.states()["明天的讲座改到二楼"] == "unsure"


def test_after_a_move_what_is_owed_is_sent(live: Live, tmp_path: Path) -> None:
    reader = live.reader()
    live.owes(reader, "您的书到了")
    packed(live.database, tmp_path / "a.zip")
    unpacked(tmp_path / "a.zip", live.database, may_repeat=True)
    live.delivers()
    assert live.screen(reader).count("您的书到了") == 1


def damaged(file: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    """Rewrite the archive, each member changed or left out."""
    with zipfile.ZipFile(file) as whole:
        members = [(name, change(name, whole.read(name))) for name in whole.namelist()]
    with zipfile.ZipFile(file, "w") as whole:
        for name, body in members:
            if body is not None:
                whole.writestr(name, body)


def _shorter(name: str, body: bytes) -> bytes:
    return body.rsplit(b"\n", 2)[0] + b"\n" if name == "tables/branches.jsonl" else body


def _newer(name: str, body: bytes) -> bytes:
    return json.dumps({**json.loads(body), "revision": "9999"}).encode() if name == archive.MANIFEST else body


def _headless(name: str, body: bytes) -> bytes | None:
    return None if name == archive.MANIFEST else body


@pytest.mark.parametrize(("change", "said"), [(_shorter, "备份不完整"), (_newer, "来自更新的程序"), (_headless, "不是书声的备份")])  # fmt: skip
def test_a_bad_archive_is_refused_and_what_was_there_stays(
    world: World, tmp_path: Path, change: Callable[[str, bytes], bytes | None], said: str
) -> None:
    fill(world.database)
    packed(world.database, tmp_path / "a.zip")
    damaged(tmp_path / "a.zip", change)
    before = everything(world.database)
    with pytest.raises(BadInput, match=said):
        unpacked(tmp_path / "a.zip", world.database)
    assert everything(world.database) == before


def test_anything_else_than_a_backup_is_named_as_such(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK not a zip")
    with pytest.raises(BadInput, match="不是书声的备份"):
        archive.opened(tmp_path / "a.zip")


class _Hasty(zipfile.ZipFile):
    """While one file is written, the next one goes."""

    def write(self, filename: object, *more: object) -> None:
        super().write(filename, *more)  # type: ignore[arg-type]
        Path(str(filename)).with_name("b.part").unlink(missing_ok=True)


def test_a_file_that_goes_while_the_backup_is_made_does_not_stop_it(tmp_path: Path) -> None:
    media = tmp_path / "media"
    media.mkdir()
    for name in ("a.jpg", "b.part", "c.jpg"):
        (media / name).write_bytes(b"x")
    with _Hasty(tmp_path / "backup.zip", "w") as packed:
        assert archive._write_media(packed, media) == 2
        assert packed.namelist() == ["media/a.jpg", "media/c.jpg"]


def test_media_come_back_and_never_lead_elsewhere(sqlite_world: World, tmp_path: Path) -> None:
    media = tmp_path / "media"
    (media / "2026").mkdir(parents=True)
    (media / "2026/a.jpg").write_bytes(b"\xff\xd8picture")
    packed(sqlite_world.database, tmp_path / "a.zip", media=media)
    elsewhere = tmp_path / "new/media"
    elsewhere.mkdir(parents=True)
    (elsewhere / "old.jpg").write_bytes(b"old")
    whole, _ = archive.opened(tmp_path / "a.zip")
    archive.media_into(whole, elsewhere)
    assert {path.name: path.read_bytes() for path in elsewhere.rglob("*.*")} == {"a.jpg": b"\xff\xd8picture"}
    assert [path.name for path in elsewhere.parent.iterdir()] == ["media"]
    with zipfile.ZipFile(tmp_path / "a.zip", "a") as more:
        more.writestr("media/../../evil", b"x")
    whole, _ = archive.opened(tmp_path / "a.zip")
    with pytest.raises(BadInput, match="指向别处"):
        archive.media_into(whole, elsewhere)
    assert not (tmp_path / "evil").exists()


# ── the commands ──


def another(tmp_path: Path) -> World:
    """An installation beside the first, with a port of its own."""
    data = tmp_path / "another"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    return World(demo_settings(data, f"sqlite:///{data / 'shusheng.db'}", PORT=port))


def test_a_library_moves_by_two_commands(sqlite_world: World, tmp_path: Path) -> None:
    sqlite_world.plans(sqlite_world.activity("听绘本"))
    file = tmp_path / "whole.zip"
    made = sqlite_world.run("backup", str(file))
    assert "不在里面" in made.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    other = another(tmp_path)
    other.run("restore", str(file))
    assert other.titles(other.says("小林", "绘本")) == ["听绘本"]
    other.close()


def test_a_backup_never_overwrites_another(sqlite_world: World, tmp_path: Path) -> None:
    (tmp_path / "whole.zip").write_text("yesterday's")
    assert "备份不覆盖旧的" in sqlite_world.run("backup", str(tmp_path / "whole.zip"), code=1).output
    assert (tmp_path / "whole.zip").read_text() == "yesterday's"


def test_a_library_with_something_in_it_is_replaced_only_by_force(sqlite_world: World, tmp_path: Path) -> None:
    sqlite_world.plans(sqlite_world.activity("听绘本"))
    file = str(tmp_path / "whole.zip")
    sqlite_world.run("backup", file)
    other = another(tmp_path)
    other.plans(other.activity("旧活动"))
    before = everything(other.database)
    assert "没有覆盖" in other.run("restore", file, code=1).output
    assert everything(other.database) == before
    other.run("restore", file, "--force")
    assert other.titles(other.says("小林", "活动")) == ["听绘本"]
    other.close()


def test_a_real_librarys_backup_stays_out_of_the_demo(sqlite_world: World, tmp_path: Path) -> None:
    packed(sqlite_world.database, tmp_path / "a.zip")  # is_demo=False
    other = another(tmp_path)
    assert "演示的备份只能" in other.run("restore", str(tmp_path / "a.zip"), code=1).output
    other.close()


def test_a_library_that_is_open_is_not_replaced_under_its_readers(sqlite_world: World, tmp_path: Path) -> None:
    sqlite_world.run("backup", str(tmp_path / "whole.zip"))
    other = another(tmp_path)
    with socket.socket() as server:
        server.bind(("127.0.0.1", other.settings.port))
        server.listen()
        assert "先停下 serve" in other.run("restore", str(tmp_path / "whole.zip"), code=1).output
    other.close()


def test_before_there_is_a_library_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'none.db'}")
    with pytest.raises(BadInput, match="没有什么可备份"):
        packed(database, tmp_path / "a.zip")
    database.close()


def test_every_act_on_the_whole_library_is_in_the_audit(sqlite_world: World, tmp_path: Path) -> None:
    sqlite_world.run("backup", str(tmp_path / "whole.zip"))
    with sqlite_world.database.reading() as session:
        acts = list(session.scalars(sa.text("SELECT act FROM audit")))
    assert acts == ["backup made"]


def test_long_work_is_heard_of(sqlite_world: World, tmp_path: Path) -> None:
    with sqlite_world.database.units() as session:
        session.execute(sa.insert(Branch), [{"name": f"第{n}馆"} for n in range(10_000)])
    assert "branches：10000 行" in sqlite_world.run("backup", str(tmp_path / "whole.zip")).output
