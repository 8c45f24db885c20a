"""A child reads aloud with the simulator's phone: four voice messages, a guardian, one clear recording."""

import re

import sqlalchemy as sa

from contests import awarding, files, screening, service, tiers
from contests.rules import Limits
from contests.service import GroupWanted
from contests.tiers import TierWanted
from models import times
from models.award import Award
from models.contest import Agreement, Contest, Genre, Piece, PieceState, Purpose, Submission, SubmissionState
from tests.contests.judged import browser_of, closes, invites, marks, round_of
from tests.contests.judged import sends as judged_by
from tests.contests.sounds import amr, needs_ffmpeg, silence
from tests.contests.staged import WORDINGS, by, set_up
from tests.contests.test_pieces import sends
from tests.live import Live

S = SubmissionState
VOICE = {Genre.VOICE: Limits(most_seconds=180, most_pieces=6, most_megabytes=20)}


def says(live: Live, who: str, *words: str) -> str:
    """One after the other: what the screen shows last."""
    for one in words:
        live.phone(who, type="text", content=one)
    return str(live.screen(who)[-1])


def only_work(live: Live) -> Submission:
    with live.database.reading() as session:
        return session.scalars(sa.select(Submission)).one()


def test_four_voice_messages_of_a_child_become_one_recording_that_is_judged_and_wins_a_certificate(
    live: Live,
) -> None:
    needs_ffmpeg()
    set_up(live, genres=VOICE, groups=(GroupWanted("少儿组"),))
    child = live.reader("小朋友")
    says(live, child, "投稿", "没满", "咏鹅", "林小小")
    for seconds in (2, 3, 1.5, 2.5):
        sends(live, child, amr(seconds))
    assert "收到第 4 段。" in str(live.screen(child)[-1])
    live.delivers()
    assert "还差监护人同意" in says(live, child, "录完了", "同意")
    assert only_work(live).state is S.WAITING
    assert WORDINGS[Purpose.GUARDIAN] in says(live, child, "我是监护人", "王芳 妈妈")
    assert "第 1 号《咏鹅》交上了" in says(live, child, "同意")
    done = only_work(live)
    assert done.state is S.SUBMITTED
    assert abs(done.length_ms - 9000) < 15
    assert files.playable(live.settings.media, done.whole) is not None
    assert live.count(Agreement, Agreement.withdrawn_at.is_(None)) == 2

    number = done.contest_id
    live.passes(days=11)
    with live.database.units() as session:
        contest = session.get_one(Contest, number)
        service.close_due(session, times.now())
        screening.accept(session, session.get_one(Submission, done.id), by=by())
        service.begin_judging(session, contest, by=by())
        tiers.set_tiers(session, contest, [TierWanted("一等奖", 1)])
    judge, token = invites(live, number, "周老师")
    this = round_of(live, number, judges_each=1)
    browser = browser_of(live, token)
    (mark,) = marks(live, judge)
    blind = browser.get(f"/judge/works/{mark.id}").text
    assert "林小小" not in blind, "a judge does not know whose it is"
    sound = re.search(r'<audio[^>]* src="([^"]+)"', blind)
    assert sound, blind
    heard = browser.get(sound[1])
    assert heard.status_code == 200
    assert heard.mimetype == "audio/mp4"
    assert judged_by(browser, mark.id, 9, 9).status_code == 303
    closes(live, this)
    with live.database.units() as session:
        contest = session.get_one(Contest, number)
        assert awarding.propose(session, contest, by=by()) == 1
        awarding.show(session, contest, times.today(times.now()), page="http://x/results", by=by())
    live.passes(days=1)
    with live.database.units() as session:
        awarding.give(session, session.get_one(Contest, number), page="http://x/results", by=by())
    with live.database.reading() as session:
        code = session.scalars(sa.select(Award.code)).one()
    assert code
    assert "得了一等奖" in says(live, child, "我的作品")
    checked = live.http.get(f"/c/{code}").text
    assert "这张证书是真的" in checked
    assert "作品《咏鹅》荣获少儿组一等奖" in checked
    assert "林小小" not in checked


def test_a_silent_message_is_told_and_dropped_by_its_word(live: Live) -> None:
    needs_ffmpeg()
    set_up(live, genres=VOICE, groups=(GroupWanted("成人组"),))
    reader = live.reader("小林")
    says(live, reader, "投稿", "咏鹅", "林晓")
    sends(live, reader, amr(2))
    sends(live, reader, silence(3))
    sends(live, reader, amr(1))
    live.delivers()
    assert any("第 2 段" in line for line in live.screen(reader)[-2:])
    mistakes = says(live, reader, "录完了")
    assert "还不能提交" in mistakes
    assert "删掉第2段" in mistakes
    assert "没有这一段" in says(live, reader, "删掉第9段")
    assert "朗读 2 段" in says(live, reader, "删掉第2段", "录完了")
    live.delivers()
    assert "第 1 号《咏鹅》" in says(live, reader, "同意")
    assert live.count(Piece, Piece.state == PieceState.READY) == 2
