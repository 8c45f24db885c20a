"""The demo library's 常见问题: some answers that readers get, one that waits, resources, and what was asked in the last weeks."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desk.answers import service, telling
from desk.answers.content import Answer, Content, Form, Resource
from desk.matching import starter
from models import times
from models.by import By
from models.faq import EntryKind, FaqAsked, FaqEntry, Fate

WRITER, APPROVER = "demo-editor", "demo-reviewer"
ANSWERS = {
    "get-card": "带身份证到任何一个馆的服务台，当场办好，不收工本费。外地身份证也可以。",
    "child-card": "家长带上户口本或孩子的身份证，和孩子一起来办，十六岁以下用少儿证。",
    "lost-card": "先拨服务台挂失，再带身份证来补办，工本费十元。",
    "lost-book": "找到了直接还就好。真找不到，买一本同样的书（旧版可以用新版代替）送到服务台，不另收费；买不到就按书价赔。",
    "deposit": "办证和借书都不收押金。",
    "how-many": "一张证一次借十本书，少儿证五本。",
    "how-long": "借三十天，到期前可以续一次，再加十五天。",
    "renew": "发“我的借阅”看清单，再发“续借 1”就行；馆里的自助机上刷证、打服务台电话也能续。",
    "overdue": "过期的书还了就好，不收滞纳金。过期满三十天会暂停借书，还清后第二天恢复。",
    "parking": "地下车库有六十个车位，读者两小时内免费。",
    "wifi": "选“Library-Free”，用手机号收验证码登录，不要密码。",
    "print-copy": "二楼自助打印，黑白一页两角，手机文件用微信扫机器上的码。",
    "storage": "一楼大厅有自助存包柜，当天取走；贵重的东西请随身带。",
}  # fmt: skip
CARD = Answer(
    form=Form.CARD, title="自习座位预约", text="选馆、选时段，提前七天开放；迟到三十分钟自动让出。", url="https://example.org/seats"
)  # fmt: skip
PAGE = Answer(
    form=Form.PAGE, title="怎样捐书", text="书我们都想要，先看看这几条：",
    body="收什么\n近十年出版、没有缺页和涂写的书；地方志、家谱、老照片不限年份。\n\n怎么捐\n少于二十本，直接送到服务台；多的先打电话，我们来取。\n\n"
    "捐了以后\n每一本都登记，给您一张捐赠证书；不适合入藏的，转给流动书车和社区书屋。",
)  # fmt: skip
WAITING = "可以带宠物进馆吗？导盲犬可以，其他宠物请别带进来，门口有拴绳的地方。"
MISSED = (
    ("琴房怎么预约", 4), ("有没有琴房可以约", 2), ("能在馆里开直播吗", 3), ("旧书换新书的活动还有吗", 2), ("馆里收不收废电池", 1),
)  # fmt: skip
DAYS = 28


def answer(session: Session, *, site: str, by: By) -> None:
    """Once; what was written since stays."""
    if session.scalar(sa.select(FaqEntry.id).limit(1)) is not None:
        return
    wrote = By(WRITER, by.at - timedelta(days=DAYS))
    service.begin_with_starter(session, by=wrote)
    rows = {row.topic: row for row in session.scalars(sa.select(FaqEntry)) if row.topic}
    said = {topic: Answer(text=words) for topic, words in ANSWERS.items()}
    said |= {"seat-booking": CARD, "donate-books": PAGE}
    for topic, row in rows.items():
        own = service.draft_of(row).answers
        if topic in said or own:
            _let_out(session, row, (said[topic],) if topic in said else own, wrote)
    _wait(session, rows["pets"], by)
    today = times.today(by.at)
    _resource(
        session,
        "云上书屋",
        Resource(f"{site}/", how="用读者证号登录，初始密码是证号后六位。", free_until=today + timedelta(days=12)),
        wrote,
    )
    _resource(session, "地方文献数据库", Resource(f"{site}/", how="馆内电脑直接打开；在家请先连馆里的账号。"), wrote)
    _resource(
        session,
        "少儿绘本听读",
        Resource("", "wx0123456789abcdef", "pages/index/index", "小程序里点开就能听，不用登录。"),
        wrote,
    )
    _ask(session, rows, by)


def _let_out(session: Session, row: FaqEntry, answers: tuple[Answer, ...], by: By) -> None:
    was = service.draft_of(row)
    service.save(session, row, Content(was.name, was.ways, answers), by=by, seen=row.version)
    service.hand_in(session, row, by=by)
    service.approve(session, row, by=By(APPROVER, by.at), seen=row.version)


def _wait(session: Session, row: FaqEntry, by: By) -> None:
    was = service.draft_of(row)
    service.save(
        session,
        row,
        Content(was.name, was.ways, (Answer(text=WAITING.partition("？")[2]),)),
        by=By(WRITER, by.at),
        seen=row.version,
    )
    service.hand_in(session, row, by=By(WRITER, by.at))


def _resource(session: Session, name: str, told: Resource, by: By) -> None:
    row = service.begin(session, Content(name, (f"{name}怎么用",), resource=told), kind=EntryKind.RESOURCE, by=by)
    service.hand_in(session, row, by=by)
    service.approve(session, row, by=By(APPROVER, by.at), seen=row.version)


def _ask(session: Session, rows: dict[str, FaqEntry], by: By) -> None:
    """What was asked in four weeks: the same at each beginning, more on some days than on others."""
    topics = [topic for topic in ANSWERS if topic in rows] + list(starter())[:3]
    today = times.today(by.at)
    for ago in range(DAYS):
        day = today - timedelta(days=ago)
        for place, topic in enumerate(topics):
            times_ = (7 * ago + 3 * place) % 11 // (place // 3 + 2)
            session.add_all(FaqAsked(entry_id=rows[topic].id, fate=Fate.SURE, asked_on=day) for _ in range(times_))
        session.add_all(FaqAsked(entry_id=None, fate=Fate.UNSURE, asked_on=day) for _ in range(ago % 3))
        session.add_all(FaqAsked(entry_id=None, fate=Fate.MISS, asked_on=day) for _ in range((5 * ago) % 7 // 2))
    session.flush()
    readers = [f"oDemoAsks{number:02}" for number in range(4)]  # who nobody is
    for words, count in MISSED:
        telling.note_missed(session, [(openid, words) for openid in readers[:count]], today=today)
    for place, openid in enumerate(readers):
        for topic in list(ANSWERS)[: 3 + place]:
            telling.note_helped(session, openid, rows[topic].id, is_helpful=(place + len(topic)) % 4 != 0, now=by.at)
