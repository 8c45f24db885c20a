"""A child reads aloud with the simulator's phone: four voice messages, a guardian, one clear recording."""

import sqlalchemy as sa

from contests import files
from contests.rules import Limits
from contests.service import GroupWanted
from models.contest import Agreement, Genre, Piece, PieceState, Purpose, Submission, SubmissionState
from tests.contests.sounds import amr, needs_ffmpeg, silence
from tests.contests.staged import WORDINGS, set_up
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


def test_four_voice_messages_of_a_child_become_one_recording_after_the_guardians_consent(live: Live) -> None:
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
