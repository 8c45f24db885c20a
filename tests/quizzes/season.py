"""A season of quizzes: one in every state, with whatever its pages may have to show, in the console and on phones."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import sqlalchemy as sa
from PIL import Image

from activities.picture_files import keep, made_anew
from models import times
from models.payout import PayWay, Prize, PrizeState
from models.quiz import Answer, BankQuestion, PaperQuestion, Quiz
from payouts import appeals, pools
from payouts import service as prizes
from payouts.plan import Plan, Tier
from quizzes import certificates, groups, names, rules, service
from quizzes.bank import editing, rows
from quizzes.bank.question import Kind, Question
from quizzes.service import Wanted
from tests.quizzes.staged import EDITOR, FINANCE, REVIEWER, by, plays, questions, stand, ticks
from tests.quizzes.test_fairness import SLOW, clock, plays_in
from tests.quizzes.test_rounds import lets_out, right_letter, stops
from tests.world import World, openid

LONG = "“童心向党 书香润德”2026年全民阅读月系列活动之少年儿童生态文明与传统节气知识线上有奖竞答（总馆与官塘社区分馆联合举办）"
SCHOOLS = ("枞阳县实验小学", "枞阳县浮山中学教育集团附属初级中学", "官塘中心小学", "会宫镇中心学校")
RING = ("oRingJia00000000000000000001", "oRingYi000000000000000000002", "oRingBing0000000000000000003")
OTHERS = ("oReader1aaaaaaaaaaaaaaaaaaaa", "oReader2bbbbbbbbbbbbbbbbbbbb", "oReader3cccccccccccccccccccc")
PASSAGE = (
    "从前，江边有一座老塔。每到中秋，镇上的人就在塔下点灯，灯一直亮到天明。\n\n" + "老人说，灯是给远行的人看的。" * 12
)
EVERY_KIND = [
    Question(Kind.JUDGE, "《红楼梦》又名《石头记》。", (), True, source="《红楼梦》", shelf_mark="I242.4/12"),
    Question(Kind.MULTIPLE, "下面哪些书属于中国古典四大名著？", ("水浒传", "聊斋志异", "西游记", "儒林外史"), [0, 2]),
    Question(Kind.BLANK, "《三国演义》通行本有多少回？", (), ["120回", "120"]),
    Question(Kind.ORDER, "按成书先后排：", ("诗经", "楚辞", "史记", "资治通鉴"), [0, 1, 2, 3]),
    Question(
        Kind.SINGLE, "明代编成、收书七八千种、正本至今下落不明，被称为“世界有史以来最大的百科全书”的是哪一部？",
        ("《永乐大典》，由解缙、姚广孝等人主持编纂", "《四库全书》，由纪昀、陆锡熊等人主持编纂", "《古今图书集成》", "《太平御览》"), [0],
        explanation="《永乐大典》成书于永乐六年，共22937卷，现存约八百卷。", source="《中国古代藏书史话》", shelf_mark="G259.29/7",
        tags=("书史",), difficulty=4,
    ),
    Question(Kind.SINGLE, "塔下的灯是给谁看的？", ("远行的人", "打鱼的人", "读书的人"), [0], passage=PASSAGE),
]  # fmt: skip


class Season:
    """The quizzes by what they are, and the prizes by their state."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.quizzes: dict[str, int] = {}
        self.codes: dict[str, str] = {}
        self.prizes: dict[str, int] = {}

    def has(self, name: str, number: int) -> int:
        with self.world.database.reading() as session:
            self.codes[name] = session.get_one(Quiz, number).code
        self.quizzes[name] = number
        return number


def season(world: World) -> Season:
    """Everything: what is over first, since time only goes on."""
    found = Season(world)
    _ended(found)
    _running(found)
    _planned(found)
    _live(found)
    _kinds(found)
    return found


def _quiz(
    world: World, title: str, bank: list[Question], *, until: str = "open", days: float = 3, starts: float = 0, **more: Any
) -> int:  # fmt: skip
    """One that has come so far: draft, checking, approved (or on)."""
    tag = title[:8]
    shape: dict[str, Any] = {
        "groups": (rules.Group(tag),), "seconds_each": 60, "seconds_in_all": 0, "tries_a_day": 3, "tries_in_all": 0,
        "pass_score": 0, "prizes_each": 1 if more.get("prizes") else 0, "prizes_a_day": 0,
    }  # fmt: skip
    shape |= {name: more.pop(name) for name in list(more) if name in shape}
    hours = rules.Hours(times.now() + timedelta(days=starts), times.now() + timedelta(days=starts + days))
    intro = more.pop("intro", "读书月的有奖答题，答完还会推荐可以接着读的书。")
    with world.database.units() as session:
        rows.add(session, [(_tagged(one, tag), "书香悦读.docx 第 1 页") for one in bank], by=by(EDITOR))
        quiz = service.set_up(session, Wanted(title, intro, hours, rules.Shape(**shape), **more), by=by(EDITOR))
        if until != "draft":
            service.fix_paper(session, quiz, by=by(EDITOR))
            service.check_paper(session, quiz, by=by(EDITOR))
        if until == "open":
            service.check_paper(session, quiz, by=by(REVIEWER))
            if (pool := service.pool_of(session, quiz)) is not None:
                pools.seal(session, pool, by=by(FINANCE))
            service.approve(session, quiz, by=by(REVIEWER))
        return quiz.id


def _tagged(one: Question, tag: str) -> Question:
    return replace(one, tags=(*one.tags, tag))


def _about(word: str, count: int) -> list[Question]:
    return [
        Question(
            one.kind, f"{word}：{one.stem}", one.options, one.answer, one.explanation, one.source, one.shelf_mark
        )
        for one in questions(count)
    ]


def _ended(season: Season) -> None:
    world = season.world
    money = Plan(
        (Tier(3, 2, fen=168), Tier(2, 3, gift="《枞阳乡土读本》一册（精装）")), (), (Tier(0, 1, fen=8800), Tier(0, 2, fen=1000))
    )  # fmt: skip
    number = season.has("ended", _quiz(
        world, "春天里的书香：亲子共读竞答", _about("春天", 3), days=2, prizes=money, pass_score=2, has_certificates=True,
    ))  # fmt: skip
    plays(world, "小林")
    plays(world, "老周", right=2)
    plays(world, "oChen00000000000000000000009", right=1)
    stand(world, number, 30)
    world.passes(days=3)
    ticks(world)
    ticks(world)
    with world.database.units() as session:
        quiz = session.get_one(Quiz, number)
        certificates.issue(session, quiz, openid("小林"), "林小小", now=times.now())
        one = certificates.issue(session, quiz, openid("老周"), "阿依古丽·买买提吐尔逊", now=times.now())
        certificates.revoke(session, one, "名字不是本人", by=by(EDITOR))


def _running(season: Season) -> None:
    world = season.world
    number = season.has("open", _quiz(
        world, LONG, _about("节气", 5), prizes=Plan((Tier(3, 400, total=60_000, floor=100, ceiling=300),)),
        way=PayWay.RED_PACKET, board=rules.Board(24, "学校", SCHOOLS), pass_score=3, has_certificates=True, is_watched=True, bars_staff=True,
    ))  # fmt: skip
    with world.database.units() as session:
        quiz = session.get_one(Quiz, number)
        for at, who in enumerate(("小林", "老周", *RING, *OTHERS)):
            groups.choose(session, quiz, openid(who), SCHOOLS[at % 4], now=times.now())
    for who in RING:
        plays_in(world, who, SLOW)
    plays_in(world, "小林", [0, 0, 0, 0, 0])
    plays_in(world, "老周", [each + 4 for each in SLOW], wrong=(1,))
    for n, who in enumerate(OTHERS):
        plays_in(world, who, [each + 2 + n for each in SLOW], wrong=tuple(range(n)))
    clock(world)
    ticks(world)
    stand(world, number, 60, score=2, group=SCHOOLS[1])
    with world.database.units() as session:
        names.choose(session, openid("小林"), "江上清风", now=times.now())
        for at, one in enumerate(session.scalars(sa.select(Answer).limit(2))):
            service.complain(
                session, one.question_id, f"o{at}", "B 也对吧？书上两种说法都有。" * (at + 1), now=times.now()
            )
    _decided(season, number)


def _decided(season: Season, quiz: int) -> None:
    """A prize in every state that staff may meet."""
    with season.world.database.units() as session:
        pool = service.pool_of(session, session.get_one(Quiz, quiz))
        assert pool is not None
        mine = {
            one.openid: one
            for one in session.scalars(sa.select(Prize).where(Prize.pool_id == pool.id, Prize.openid.is_not(None)))
        }
        for who in (openid("小林"), *RING[:2]):
            if mine[who].state is PrizeState.WON:
                prizes.hold(session, mine[who], "5 题里有 5 题答得比能读完还快", by=by(FINANCE))
        prizes.refuse(
            session,
            mine[RING[0]],
            "三位读者每题的用时几乎一样，核对过记录，不是一个人一次一次答出来的",
            by=by(FINANCE),
        )
        appeals.appeal(
            session, mine[RING[0]], "我们三个是同学，约好一起答的，题目都是自己想的，请再看看。", now=times.now()
        )
        others = [one for one in mine.values() if one.state is PrizeState.WON]
        season.prizes = {"held": mine[openid("小林")].id, "denied": mine[RING[0]].id, "won": others[0].id}
        for one, state, cause in zip(
            others[1:],
            (PrizeState.FAILED, PrizeState.PAID),
            ("该用户今日收款次数已达上限 NUMBER_LIMITED", ""),
            strict=False,
        ):
            one.state, one.cause = state, cause
            season.prizes[state.value] = one.id


def _planned(season: Season) -> None:
    world, one = season.world, Plan((Tier(2, 20, fen=200),))
    drawn = Plan((), drawn=(Tier(0, 3, gift="文创帆布袋"),))
    season.has("draft", _quiz(
        world, "重阳敬老·" + LONG[:40], _about("重阳", 4), until="draft", starts=5, prizes=one,
        intro="转发到朋友圈集满 38 个赞就能得奖，每人必得 10 元红包，国家级权威认证。",
    ))  # fmt: skip
    number = season.has(
        "checking", _quiz(world, "六一童书竞答", _about("童书", 4), until="checking", starts=3, prizes=one)
    )
    with world.database.units() as session:
        old = session.scalars(
            sa.select(BankQuestion).join(PaperQuestion).where(PaperQuestion.quiz_id == number).limit(1)
        ).one()
        mended = replace(rows.question_of(old), stem=f"{old.stem}（请选最早的一位）")
        editing.edit(session, old, mended, by=by(EDITOR))
    season.has("scheduled", _quiz(world, "冬至知多少", _about("冬至", 4), starts=2, prizes=drawn, pass_score=2))
    season.has("bare", _quiz(world, "馆藏知识小测", _about("馆藏", 4), until="draft", starts=1, has_board=False))
    paused = season.has("paused", _quiz(world, "中秋诗词会", _about("中秋", 3), prizes=one, pass_score=2))
    gone = season.has("cancelled", _quiz(world, "台风天取消的那一场", _about("台风", 3), until="checking", starts=1))
    with world.database.units() as session:
        service.pause(session, session.get_one(Quiz, paused), by=by(EDITOR))
        service.cancel(session, session.get_one(Quiz, gone), by=by(EDITOR))
        pool = service.pool_of(session, session.get_one(Quiz, paused))
        assert pool is not None
        pools.pause(session, pool, is_paused=True, by=by(FINANCE))


def _live(season: Season) -> None:
    world = season.world
    number = season.has("live", _quiz(
        world, "读书节现场抢答赛", [*_about("抢答", 3), EVERY_KIND[4]], is_live=True, has_board=False, shuffles=False, tries_a_day=0,
        prizes=Plan((Tier(1, 4, fen=500),)),
    ))  # fmt: skip
    for who in ("小林", "老周"):
        world.says(who, "抢答")
    lets_out(world, number, after=0)
    world.says("老周", right_letter(world, right=False))
    world.says("小林", right_letter(world))
    stops(world, number, 1)
    lets_out(world, number, after=1)
    season.has(
        "live waiting",
        _quiz(world, "还没放题的抢答", _about("等着", 3), is_live=True, has_board=False, tries_a_day=0),
    )


def _kinds(season: Season) -> None:
    world, body = season.world, BytesIO()
    Image.new("RGB", (900, 600), "#7f9fb0").save(body, "PNG")
    picture = made_anew(body.getvalue())
    keep(world.settings.media, picture)
    tower = Question(
        Kind.SINGLE, "图上是哪一座塔？", ("振风塔", "浮山塔", "枞阳塔"), [0], picture=picture.digest, picture_alt="江边的一座塔",
        recheck_on=times.today(times.now()), source="《安庆府志》",
    )  # fmt: skip
    season.has("kinds", _quiz(
        world, "什么题都有", [*EVERY_KIND, tower], shuffles=False, pass_score=4, tries_a_day=0, seconds_each=0,
    ))  # fmt: skip
    season.has("elders", _quiz(
        world, "银龄书友会", _about("银龄", 3), is_elder=True, is_practice=True, has_board=False,
    ))  # fmt: skip
