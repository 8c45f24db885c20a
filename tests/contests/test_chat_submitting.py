"""投稿 in the chat: a work step by step, left and come back to, until it is handed in with a number."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from contests import queries, service
from contests.refusals import Closed
from contests.rules import Limits
from contests.service import GroupWanted, OrganisationWanted, TextWanted
from models import times
from models.contest import (
    Agreement,
    Contest,
    Genre,
    GroupKind,
    Piece,
    PieceKind,
    PieceState,
    Purpose,
    SubmissionState,
)
from models.outbox import CallKind, OutboxCall
from tests.contests.staged import WORDINGS, by, drafts, sends, sent, set_up, wanted
from tests.wechat import shown
from tests.world import World, openid

S = SubmissionState
VOICE = {Genre.VOICE: Limits(most_seconds=180, most_pieces=4)}
GROWN_UPS = (GroupWanted("成人组"),)
THREE = (
    GroupWanted("小学组", least_characters=300, most_characters=500),
    GroupWanted("初中组", least_characters=600, most_characters=800),
    GroupWanted("高中组", least_characters=1000, most_characters=1200),
)


def says_all(world: World, *words: str, name: str = "小林") -> str:
    """One after the other: what is said to the last."""
    return [world.says(name, one) for one in words][-1]


def pieces(world: World, *where: sa.ColumnElement[bool]) -> int:
    return world.count(Piece, *where)


# ── from the first word to the number ──


def test_an_essay_is_put_together_in_the_chat_and_handed_in(world: World) -> None:
    set_up(world, groups=THREE)
    assert "1. 小学组" in world.says("小林", "投稿")
    assert "满 14 岁了吗" in world.says("小林", "2")
    assert "作品叫什么" in world.says("小林", "满了")
    assert "作者叫什么" in world.says("小林", "《春天》")
    assert "要 600–800 字" in world.says("小林", "林小小")
    assert "已收到 320 字（要 600–800 字）" in world.says("小林", "春" * 320)
    assert "已收到 640 字" in world.says("小林", "夏" * 320)
    last_look = world.says("小林", "写完了")
    assert "《春天》　初中组" in last_look
    assert WORDINGS[Purpose.ENTRY] in last_look
    assert world.says("小林", "同意").startswith("收到了：第 1 号《春天》，“书香征文”。")
    (work,) = drafts(world)
    assert (work.state, work.number, work.title, work.author) == (S.SUBMITTED, 1, "春天", "林小小")
    assert (work.characters, work.words) == (640, "春" * 320 + "\n" + "夏" * 320)
    assert world.count(Agreement, Agreement.purpose == Purpose.ENTRY, Agreement.openid == openid("小林")) == 1


def test_a_recording_of_several_voice_messages_with_a_set_text(world: World) -> None:
    texts = (TextWanted("咏鹅", "骆宾王", "鹅鹅鹅，曲项向天歌。"), TextWanted("春晓", "孟浩然"))
    set_up(world, genres=VOICE, groups=GROWN_UPS, texts=texts)
    assert "1. 《咏鹅》骆宾王" in world.says("小林", "投稿")
    assert "作品名就用篇名" in world.says("小林", "咏鹅")
    assert "鹅鹅鹅，曲项向天歌。" in world.says("小林", "林小小")
    assert sends(world, "小林", "voice", "V1").startswith("收到第 1 段。")
    assert sends(world, "小林", "voice", "V2").startswith("收到第 2 段。")
    assert "朗读 2 段" in world.says("小林", "录完了")
    receipt = world.says("小林", "同意")
    assert "第 1 号《咏鹅》" in receipt
    assert "文件还在处理" in receipt
    assert pieces(world, Piece.kind == PieceKind.SOUND) == 2
    assert world.count(OutboxCall, OutboxCall.kind == CallKind.FETCH_PIECE) == 2


def test_pictures_and_a_video_are_taken_where_they_are_asked_for(world: World) -> None:
    genres = {Genre.PICTURE: Limits(most_pieces=2), Genre.VIDEO: Limits()}
    set_up(world, genres=genres, groups=GROWN_UPS, works_each=2)
    assert "1. 视频" in world.says("小林", "投稿")
    says_all(world, "图片", "我的画", "林小小")
    assert "收的是图片" in sends(world, "小林", "voice", "V1")
    for number in (1, 2):
        assert f"收到第 {number} 张" in sends(world, "小林", "image", f"P{number}")
    assert "最多 2 张" in sends(world, "小林", "image", "P3")
    says_all(world, "确认", "同意")
    says_all(world, "投稿", "1", "我的片子", "林小小")
    assert "收到第 1 个" in sends(world, "小林", "video", "W1", ThumbMediaId="T1")
    assert "第 2 号" in says_all(world, "确认", "同意")
    assert [work.genre for work in drafts(world)] == [Genre.PICTURE, Genre.VIDEO]


def test_a_family_reads_together_and_both_are_named(world: World) -> None:
    set_up(world, genres=VOICE, groups=(GroupWanted("亲子组", GroupKind.FAMILY),))
    assert "一起读的家长" in says_all(world, "投稿", "满了", "咏鹅", "林小小")
    world.says("小林", "林妈妈")
    sends(world, "小林", "voice", "V1")
    assert "作者：林小小，和林妈妈一起" in world.says("小林", "确认")
    assert drafts(world)[0].partner == "林妈妈"


# ── a long text, counted and mended ──


def test_a_long_text_comes_in_five_messages(world: World) -> None:
    set_up(world, groups=THREE)
    says_all(world, "投稿", "高中组", "满了", "长篇", "林小小")
    for number in range(1, 6):
        assert f"已收到 {number * 220} 字（要 1000–1200 字）" in world.says("小林", "长" * 220)
    assert "第 1 号《长篇》" in says_all(world, "写完了", "同意")
    assert drafts(world)[0].words.count("\n") == 4


def test_the_last_message_is_dropped_and_all_is_written_again(world: World) -> None:
    set_up(world, groups=GROWN_UPS)
    says_all(world, "投稿", "春天", "林小小", "第一段\n还是第一条", "第二段")
    assert "从最后一条删起" in world.says("小林", "删掉第1段")
    assert "已收到 8 字" in world.says("小林", "删掉最后一段")
    assert drafts(world)[0].words == "第一段\n还是第一条"
    world.says("小林", "删掉最后一段")
    assert drafts(world)[0].words == "第一段"
    assert "正文发过来" in world.says("小林", "重写")
    assert drafts(world)[0].words == ""


def test_too_short_is_told_with_the_count_and_the_draft_stays(world: World) -> None:
    set_up(world, groups=THREE)
    says_all(world, "投稿", "1", "满了", "春天", "林小小", "春" * 299)
    assert "正文 299 字，至少要 300 字" in world.says("小林", "写完了")
    assert "已收到 300 字" in world.says("小林", "天")
    assert "第 1 号" in says_all(world, "写完了", "同意")


@pytest.mark.parametrize(
    "line", ["周末去哪里", "答题", "报名那天下着雨", "12", "投稿那天我很紧张", "提醒我写作业", "🌸🌸"]
)
def test_lines_of_a_text_are_never_taken_for_questions(sqlite_world: World, line: str) -> None:
    set_up(sqlite_world, groups=GROWN_UPS)
    says_all(sqlite_world, "投稿", "春天", "林小小")
    assert "已收到" in sqlite_world.says("小林", line)
    assert drafts(sqlite_world)[0].words == line


# ── mending what was said ──


def test_title_author_and_group_are_changed_and_what_came_in_stays(world: World) -> None:
    set_up(world, genres=VOICE, groups=(GroupWanted("成人组"), GroupWanted("教师组")))
    says_all(world, "投稿", "成人组", "咏鹅", "林小小")
    sends(world, "小林", "voice", "V1")
    assert "已经有 1 段" in says_all(world, "改作品名", "咏大鹅")
    assert "已经有 1 段" in says_all(world, "改作者", "林大大")
    assert "已经有 1 段" in says_all(world, "改组别", "2")
    assert "《咏大鹅》　教师组\n作者：林大大" in world.says("小林", "确认")
    assert "先不交" in world.says("小林", "不同意")
    assert drafts(world)[0].state is S.DRAFT


def test_a_change_may_come_with_its_order_and_a_teacher_is_named(world: World) -> None:
    set_up(world, groups=GROWN_UPS)
    says_all(world, "投稿", "春天", "林小小", "春天来了。")
    assert "作品名：《春天来了》" in world.says("小林", "改作品名：《春天来了》")
    assert "作者：林大大" in world.says("小林", "改作者 林大大")
    assert "指导老师：周老师" in world.says("小林", "指导老师 周老师")
    (work,) = drafts(world)
    assert (work.title, work.author, work.teacher, work.words) == ("春天来了", "林大大", "周老师", "春天来了。")


def test_what_is_not_understood_at_the_last_look_shows_it_again_and_hands_nothing_in(world: World) -> None:
    set_up(world, genres=VOICE, groups=GROWN_UPS)
    says_all(world, "投稿", "咏鹅", "林小小")
    sends(world, "小林", "voice", "V1")
    world.says("小林", "确认")
    assert "回复“同意”就交上" in world.says("小林", "鹅鹅鹅鹅")
    assert "请打“同意”两个字" in world.says("小林", "好的")
    assert "收到第 2 段" in sends(world, "小林", "voice", "V2")
    assert drafts(world)[0].state is S.DRAFT
    assert "朗读 2 段" in world.says("小林", "确认")


def test_keeping_the_work_is_asked_after_it_is_in_and_is_no_condition(world: World) -> None:
    set_up(world, groups=GROWN_UPS)
    receipt = says_all(world, "投稿", "春天", "林小小", "春天来了。", "写完了", "同意")
    assert "同意留存" in receipt
    assert WORDINGS[Purpose.KEEP] in world.says("小林", "同意留存")
    assert world.count(Agreement, Agreement.purpose == Purpose.KEEP) == 0
    assert "会一直留着" in world.says("小林", "同意")
    assert world.count(Agreement, Agreement.purpose == Purpose.KEEP) == 1
    assert "没有要问您的" in world.says("小林", "同意留存")


def test_recorded_again_nothing_of_before_is_kept(world: World) -> None:
    set_up(world, genres=VOICE, groups=GROWN_UPS)
    says_all(world, "投稿", "咏鹅", "林小小")
    for number in range(4):
        sends(world, "小林", "voice", f"V{number}")
    assert "最多 4 段" in sends(world, "小林", "voice", "V5")
    assert "已经有 3 段" in world.says("小林", "删掉最后一段")
    assert "按住说话" in world.says("小林", "重录")
    assert "收到第 1 段" in sends(world, "小林", "voice", "V6")
    assert pieces(world, Piece.state == PieceState.WANTED) == 1


# ── leaving and coming back ──


@pytest.mark.parametrize("steps", range(5))
def test_one_may_leave_at_any_step_and_come_back(sqlite_world: World, steps: int) -> None:
    world = sqlite_world
    world.plans(world.activity("听绘本"))
    set_up(world, groups=THREE)
    said = ["小学组", "满了", "春天", "林小小"]
    asked = ["哪个组", "满 14 岁了吗", "满 14 岁了吗", "作者叫什么", "正文发过来"]  # a yes alone is kept nowhere
    says_all(world, "投稿", *said[:steps])
    assert "已退出" in world.says("小林", "取消")
    assert "听绘本" in world.says("小林", "活动")
    assert asked[steps] in world.says("小林", "继续投稿")
    assert asked[steps] in world.says("小林", "投稿")
    assert len(drafts(world)) == 1


def test_a_look_at_the_calendar_leaves_the_draft_where_it_is(world: World) -> None:
    world.plans(world.activity("听绘本"))
    set_up(world, genres=VOICE, groups=GROWN_UPS)
    says_all(world, "投稿", "咏鹅", "林小小")
    sends(world, "小林", "voice", "V1")
    assert "听绘本" in world.says("小林", "今天有什么")
    assert "收到第 2 段" in sends(world, "小林", "voice", "V2")
    assert "朗读 2 段" in world.says("小林", "确认")


def test_what_is_sent_before_the_questions_are_answered_is_kept_and_they_are_asked_again(world: World) -> None:
    set_up(world, genres=VOICE, groups=GROWN_UPS)
    world.says("小林", "投稿")
    reply = sends(world, "小林", "voice", "V1")
    assert reply.splitlines() == ["收到第 1 段。", "作品叫什么名字？"]
    assert "已经有 1 段" in says_all(world, "咏鹅", "林小小")


def test_a_push_that_comes_again_is_one_piece_and_one_line(world: World) -> None:
    set_up(world, genres=VOICE, groups=GROWN_UPS)
    says_all(world, "投稿", "咏鹅", "林小小")
    push = sent(world, "小林", "voice", "V1")
    assert shown(world.platform.push(**push)) == shown(world.platform.push(**push))
    assert pieces(world) == 1
    assert sends(world, "小林", "voice", "V1").startswith("收到第 1 段")  # another push of the same file
    assert pieces(world) == 1


# ── time ──


def test_the_deadline_passes_while_typing_and_a_late_code_lets_the_draft_in(world: World) -> None:
    number = set_up(world, groups=GROWN_UPS, closes_at=times.now() + timedelta(hours=1))
    says_all(world, "投稿", "春天", "林小小", "春天来了。", "写完了")
    world.passes(hours=2)
    assert world.says("小林", "同意") == shown(Closed.to_reader)
    assert drafts(world)[0].state is S.DRAFT
    assert world.says("小林", "还有一段") != ""
    assert drafts(world)[0].words == "春天来了。"
    with world.database.units() as session:
        contest = session.get_one(Contest, number)
        service.close_due(session, times.now())
        late = service.give_late_code(session, contest, until=times.now() + timedelta(1), reason="停电", by=by())
        code = late.code
    assert "已收到 5 字" in world.says("小林", f"补交 {code.lower()}")
    assert "第 1 号《春天》" in says_all(world, "写完了", "同意")
    assert "补交码不对" in world.says("老周", f"补交 {code}")


def test_a_wrong_late_code_and_a_wrong_organisation_are_told(world: World) -> None:
    number = set_up(world, groups=GROWN_UPS, organisations=(OrganisationWanted("实验小学"),))
    assert "补交码不对" in world.says("小林", "补交 ABCD2345")
    assert "先回复“投稿”" in world.says("小林", "单位码 abcdef")
    says_all(world, "投稿", "春天")
    assert "没有这个单位码" in world.says("小林", "单位码 zzzzzz")
    with world.database.reading() as session:
        (school,) = queries.organisations_of(session, session.get_one(Contest, number))
        code = school.code
    assert "代表实验小学参加" in world.says("小林", f"单位码{code.upper()}")
    assert drafts(world)[0].organisation_id is not None


def test_which_contests_there_are_and_when_they_close(world: World) -> None:
    assert "现在没有在征集" in world.says("小林", "投稿")
    set_up(world, groups=THREE, call="写一写您读过的书。", judged_by=times.today(times.now()) + timedelta(days=40))
    set_up(world, title="童声朗读", genres=VOICE, groups=GROWN_UPS)
    set_up(
        world, title="冬天的诗", opens_at=times.now() + timedelta(days=1), closes_at=times.now() + timedelta(days=2)
    )
    listed = world.says("小林", "比赛")
    assert world.titles(listed) == ["冬天的诗", "书香征文", "童声朗读"]
    assert "开始收稿" in listed
    rules = world.says("小林", "2")
    assert "写一写您读过的书。" in rules
    assert "· 小学组 300–500 字" in rules
    assert "前评完" in rules
    assert "截稿" in world.says("小林", "什么时候截稿")
    assert "最长3分钟，最多 4 段" in says_all(world, "比赛", "3")
    assert "投稿“童声朗读”" in world.says("小林", "投稿")
    assert world.titles(world.says("老周", "投稿")) == ["书香征文", "童声朗读"]
    assert "投稿“童声朗读”" in world.says("老周", "投稿 朗读")
    assert "明天" in world.says("o3", "投稿 冬天的诗")


def test_help_names_the_word_only_while_works_are_taken(world: World) -> None:
    assert "投稿" not in world.says("小林", "帮助")
    set_up(world, closes_at=times.now() + timedelta(hours=1))
    assert "投稿　正在征集“书香征文”" in world.says("小林", "帮助")
    assert "书香征文" in world.happens("小林", "subscribe")
    assert "您是想说“投稿”吗" in world.says("小林", "透稿")
    world.passes(hours=2)
    assert "投稿" not in world.says("小林", "帮助")


def test_without_a_contest_its_words_are_words_like_any_other(world: World) -> None:
    world.plans(world.activity("朗读比赛"))
    assert "朗读比赛" in world.says("小林", "比赛")
    set_up(world)
    assert "📖 书香征文" in world.says("小林", "比赛")


def test_a_voice_message_without_a_draft_is_shown_the_way(world: World) -> None:
    assert "投稿" not in sends(world, "小林", "voice", "V1")
    set_up(world, genres=VOICE, groups=GROWN_UPS)
    assert "先回复“投稿”" in sends(world, "小林", "voice", "V2")


def test_a_word_that_has_nothing_to_do_with_it_asks_no_contest_and_no_work(sqlite_world: World) -> None:
    """A post brings thousands of messages a minute: what there is of contests and programmes is kept."""
    world = sqlite_world
    set_up(world)
    for words in ("帮助", "讲座"):
        world.says("小林", words)
    asked: list[str] = []
    sa.event.listen(world.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    for words in ("帮助", "周末", "活动", "绘本"):
        world.says("小林", words)
    assert asked
    assert [one for one in asked if "submissions" in one or "contest" in one] == []


# ── birthdays, names ──


@pytest.mark.parametrize(
    ("born", "fits"),
    [
        ("2012年8月31日", False),
        ("2012-09-01", True),
        ("2016.8.31", True),
        ("20160901", False),
        ("2012年9月1号", True),
    ],
)
def test_both_days_of_a_window_belong_to_it(sqlite_world: World, born: str, fits: bool) -> None:
    world = sqlite_world
    window = GroupWanted("少儿组", GroupKind.BIRTH, born_from=date(2012, 9, 1), born_until=date(2016, 8, 31))
    set_up(world, groups=(window, GroupWanted("成人组")))
    assert "哪天出生" in says_all(world, "投稿", "1")
    assert ("作品叫什么" if fits else "不在少儿组（2012年9月1日至2016年8月31日出生）里") in world.says("小林", born)


def test_who_is_in_no_window_chooses_a_group_that_fits(world: World) -> None:
    groups = (
        GroupWanted("少儿组", GroupKind.BIRTH, born_from=date(2012, 9, 1)),
        GroupWanted("青年组", GroupKind.BIRTH, born_until=date(2012, 8, 31)),
    )
    set_up(world, groups=groups)
    says_all(world, "投稿", "少儿组")
    assert "没看懂" in world.says("小林", "2012年13月1日")
    assert "没看懂" in world.says("小林", "2112年1月1日")
    assert "合适的是青年组" in world.says("小林", "2012年8月31日")
    assert "作品叫什么" in world.says("小林", "2")


def test_emoji_and_markup_stay_words(world: World) -> None:
    set_up(world, groups=GROWN_UPS)
    title, author = '春天🌸<a href="https://evil.example">点我</a>', "小林👨‍👩‍👧<b>"
    said = says_all(world, "投稿", title)
    assert "＜a href" in said
    assert "作者：小林👨‍👩‍👧＜b＞" in world.says("小林", author)
    raw = world.platform.push(**world.platform.text(openid("小林"), "<b>春天</b>来了"))
    assert raw is not None
    last = world.platform.push(**world.platform.text(openid("小林"), "写完了"))
    assert last is not None
    assert 'evil.example">点我' not in last
    assert "第 1 号" in world.says("小林", "同意")
    (work,) = drafts(world)
    assert (work.title, work.author, work.words) == (title, author, "<b>春天</b>来了")


def test_a_title_too_long_is_told_and_asked_again(world: World) -> None:
    set_up(world, groups=GROWN_UPS)
    world.says("小林", "投稿")
    assert "最多 100 个字" in world.says("小林", "长" * 101)
    assert "作者叫什么" in world.says("小林", "长" * 100)


# ── what is refused ──


def test_who_has_handed_in_as_many_as_may_be_is_told_so(world: World) -> None:
    set_up(world, groups=GROWN_UPS)
    says_all(world, "投稿", "春天", "林小小", "春天来了。", "写完了", "同意")
    assert "每人最多 1 件" in world.says("小林", "投稿")
    assert len(drafts(world)) == 1


def test_a_wording_that_changed_meanwhile_is_shown_before_it_is_agreed_to(world: World) -> None:
    number = set_up(world, groups=GROWN_UPS)
    says_all(world, "投稿", "春天", "林小小", "春天来了。", "写完了")
    with world.database.units() as session:
        contest = session.get_one(Contest, number)
        words = {**WORDINGS, Purpose.ENTRY: "新的须知。"}
        more = {"opens_at": contest.opens_at, "groups": GROWN_UPS, "wordings": words}
        service.set_up(session, wanted(**more), by=by(), contest=contest)
    assert "新的须知。" in world.says("小林", "同意")
    assert drafts(world)[0].state is S.DRAFT
    assert "第 1 号" in world.says("小林", "同意")


def test_a_long_wording_and_many_groups_fit_into_one_message(world: World) -> None:
    groups = tuple(GroupWanted(f"{number}号组", least_characters=0) for number in range(1, 41))
    set_up(world, groups=groups, wordings={**WORDINGS, Purpose.ENTRY: "须知" * 1500})
    assert "还有，回复“更多”" not in world.says("小林", "投稿")
    says_all(world, "40", "满了", "很长的题目" * 6, "很长的名字" * 10, "春天来了。")
    last = world.platform.push(**world.platform.text(openid("小林"), "写完了"))
    assert last is not None
    assert len(last.encode()) <= 2048
    assert "回复“同意”就交上" in shown(last)
    assert "看参赛须知全文" in shown(last)
    assert "第 1 号" in world.says("小林", "同意")


def test_staff_with_a_record_send_photos_there_and_nobody_elses_draft_is_touched(world: World) -> None:
    set_up(world, genres={Genre.PICTURE: Limits(most_pieces=3)}, groups=GROWN_UPS)
    says_all(world, "投稿", "我的画", "林小小")
    assert "看不懂图片" in sends(world, "老周", "image", "P1")
    assert "收到第 1 张" in sends(world, "小林", "image", "P1")
