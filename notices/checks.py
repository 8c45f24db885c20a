"""The pre-check: what of a notice disagrees with the calendar, breaks a rule, or has to be looked at by somebody. Pure.

Grave findings stop handing in; the others are ticked, one by one, by whoever checks the facts. Loaded by notices.check_facts.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlsplit

from activities import lures, texts
from activities.queries import Shown
from config import limits
from models.notice import NoticeForm
from models.times import WEEKDAYS
from models.wording import compact, plain, quoted
from notices import html, reading
from notices.content import Article, Content
from notices.reading import Line

LEAST_TITLE = 3  # characters: a shorter title is found in any sentence
CALLED_OFF = "取消"
BLOCK = 6  # lines below an activity's title that speak of it
MOST_LISTED = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """`title` says what, `where` in which place, `expected` what stands elsewhere, `todo` what to do."""

    title: str
    where: str
    todo: str
    expected: str = ""
    is_grave: bool = False

    @property
    def key(self) -> str:
        """By which a tick names it; another once its words change."""
        return hashlib.sha256(f"{self.title}\n{self.where}\n{self.expected}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Told:
    """A notice for this reading, and what the house knows. `codes`: of activities it links to, with what is wrong with each
    ("" for a good one); `gone`: pictures whose files are not there."""

    content: Content
    form: NoticeForm
    today: date
    site: str = ""
    activities: Sequence[Shown] = ()
    codes: Mapping[str, str] = field(default_factory=dict)
    branches: Sequence[str] = ()
    phones: Sequence[str] = ()
    forbidden: Mapping[str, str] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()


def findings(told: Told) -> list[Finding]:
    """All there is to say, the grave first; each once."""
    found = {one.key: one for rule in RULES for one in rule(told)}
    return sorted(found.values(), key=lambda one: not one.is_grave)


# ── is it whole, and does WeChat take it ──


def _wholeness(told: Told) -> Iterator[Finding]:
    content = told.content
    if told.form is NoticeForm.ARTICLES:
        if not content.articles:
            yield Finding("还没有文章", "通知", "请写一篇。", is_grave=True)
        if len(content.articles) > limits.MOST_ARTICLES:
            yield Finding("文章太多", "通知", f"微信一次最多 {limits.MOST_ARTICLES} 篇，请去掉几篇。", is_grave=True)
        for n, article in enumerate(content.articles, 1):
            yield from _article(f"第 {n} 篇" if len(content.articles) > 1 else "", article)
    if told.form is NoticeForm.TEXT:
        yield from _text(content.text)
    if told.form is NoticeForm.PICTURES and not 1 <= len(content.pictures) <= limits.MOST_MASS_PICTURES:
        yield Finding("图片的张数不对", "图片", f"请放 1 到 {limits.MOST_MASS_PICTURES} 张。", is_grave=True)
    if told.form is NoticeForm.VOICE and not content.voice:
        yield Finding("还没有录音", "录音", "请上传一段 60 秒以内的 mp3 或 amr。", is_grave=True)
    if told.gone:
        yield Finding(f"{len(told.gone)} 个文件不在了", "图片", "请把这张图重新上传一次。", is_grave=True)


def _article(own: str, article: Article) -> Iterator[Finding]:
    words = html.lines_of(article.body)
    for name, line, most in (
        ("标题", article.title, limits.LONGEST_ARTICLE_TITLE), ("作者", article.author, limits.LONGEST_ARTICLE_AUTHOR),
        ("摘要", article.digest, limits.LONGEST_ARTICLE_DIGEST),
    ):  # fmt: skip
        if len(line) > most:
            yield Finding(
                f"{name}太长", f"{own}{name}", f"现在 {len(line)} 个字，微信最多 {most} 个，请缩短。", is_grave=True
            )
    for name, said in (
        ("标题", article.title),
        ("封面", article.cover),
        ("正文", words or html.pictures_in(article.body)),
    ):
        if not said:
            yield Finding(f"没有{name}", f"{own}{name}", f"请补上{name}，没有它微信不收。", is_grave=True)
    if not article.digest:
        yield Finding(
            "没有摘要", f"{own}摘要", f"空着的话，微信会取正文开头 {limits.DIGEST_FROM_BODY} 个字；最好自己写一句。"
        )
    if len(article.body) >= limits.MOST_BODY_CHARACTERS:
        yield Finding(
            "正文太长",
            f"{own}正文",
            f"连同格式 {len(article.body)} 个字符，微信要求少于 2 万，请分成两篇。",
            is_grave=True,
        )
    if len(article.body.encode()) >= limits.MOST_BODY_BYTES:
        yield Finding("正文太大", f"{own}正文", "微信要求小于 1 MB，请减少内容。", is_grave=True)


def _text(text: str) -> Iterator[Finding]:
    size = len(text.encode())
    if not text.strip():
        yield Finding("还没有文字", "文字", "请写要发的话。", is_grave=True)
    if size > limits.MAX_TEXT_BYTES:
        yield Finding(
            "文字太长",
            "文字",
            f"约 {size // 3} 个字，微信最多约 {limits.MAX_TEXT_BYTES // 3} 个，请缩短。",
            is_grave=True,
        )


# ── what it may not say ──


def _forbidden(told: Told) -> Iterator[Finding]:
    for line in reading.lines_of(told.content):
        said = plain(line.text)
        for word, instead in told.forbidden.items():
            if plain(word) in said:
                todo = f"请改成“{instead}”。" if instead else "请换一种说法。"
                yield Finding(f"不用的词“{word}”", line.where, todo, is_grave=True)


def _blanks(told: Told) -> Iterator[Finding]:
    for line in reading.lines_of(told.content):
        if "【请填写】" in line.text:
            yield Finding("还有“【请填写】”没有填", line.where, "请填上，或者删去这一句。", is_grave=True)


_PRIZE = re.compile(r"红包|有奖|奖品|奖金|礼品|抽奖")


def _lures(told: Told) -> Iterator[Finding]:
    lines = reading.lines_of(told.content)
    has_prize = any(_PRIZE.search(line.text) for line in lines)
    for line in lines:
        for one in lures.lures(line.text):
            if one.is_sure:
                yield Finding(
                    f"诱导关注或分享：“{one.words}”", line.where, lures.WHY + "请删去这个条件。", is_grave=True
                )
            elif has_prize:
                yield Finding(f"“{one.words}”和奖品在一篇里", line.where, "容易被看成诱导，请移开或删去。")


# ── dates ──

_LATER = re.compile(r"今天|明天|后天|昨天|今晚|明晚|(?:本|这|下)(?:周|星期)(?:[一二三四五六日天]|末)")


def _dates(told: Told) -> Iterator[Finding]:
    for line in reading.lines_of(told.content):
        for day in reading.days_in(line.text, today=told.today):
            if day.first is None:
                yield Finding(f"没有“{day.words}”这一天", line.where, "请核对日期。", is_grave=True)
                continue
            if day.weekday is not None and day.first.weekday() != day.weekday:
                real = f"{day.first.year}年{day.first.month}月{day.first.day}日是{WEEKDAYS[day.first.weekday()]}"
                yield Finding(
                    f"“{day.words}”星期不对", line.where, "请核对是日期写错了还是星期写错了。", real, is_grave=True
                )
            if (day.last or day.first) < told.today:
                yield Finding(f"“{day.words}”已经过去了", line.where, "回顾可以这样写；要是预告，请改日期。")
        for hit in _LATER.finditer(line.text):
            yield Finding(f"“{hit[0]}”说的是哪天", line.where, "读者可能隔几天才看到，请写成几月几日。")


# ── held against the calendar ──


def _calendar(told: Told) -> Iterator[Finding]:
    lines = reading.lines_of(told.content)
    known: dict[str, list[Shown]] = {}
    for one in told.activities:
        if len(name := compact(one.title)) >= LEAST_TITLE:
            known.setdefault(name, []).append(one)
    named = [(at, name) for at, line in enumerate(lines) if (name := _longest(compact(line.text), known))]
    places = {at for at, _ in named}
    for n, (at, name) in enumerate(named):
        end = named[n + 1][0] if n + 1 < len(named) else len(lines)
        is_called_off = CALLED_OFF in lines[at].text or CALLED_OFF in _heading(lines, at, places)
        block = lines[at : max(at + 1, min(end, at + BLOCK))]
        yield from _about(block, known[name], told, is_called_off=is_called_off)


def _heading(lines: Sequence[Line], at: int, named: Collection[int]) -> str:
    """The line above a list of activities of which this is one."""
    return next((lines[above].text for above in range(at - 1, -1, -1) if above not in named), "")


def _longest(line: str, known: Mapping[str, object]) -> str:
    return max((name for name in known if name in line), key=len, default="")


def _about(
    block: Sequence[Line], same: Sequence[Shown], told: Told, *, is_called_off: bool
) -> Iterator[Finding]:  # fmt: skip
    """A title with the lines below it, held against every activity of that title: one that agrees is enough. Words that tell
    that it is called off speak of one that was."""
    where, title = block[0].where, quoted(same[0].title)
    living = [one for one in same if is_called_off or not one.is_cancelled]
    if not living:
        yield Finding(f"{title}已经取消", where, "请删去，或换成别的活动。", is_grave=True)
        return
    days = [day for line in block for day in reading.days_in(line.text, today=told.today) if day.first]
    on_time = [one for one in living if any(_touches(day, one) for day in days)]
    if days and not on_time:
        yield Finding(
            f"{title}的日期和日历不一样",
            where,
            "请核对：改通知，或者先改日历。",
            _said(living, told.today),
            is_grave=True,
        )
        return
    yield from _at_its_time(block, on_time or living, title, told)
    yield from _at_its_place(block, on_time or living, title, told)


def _touches(day: reading.Day, one: Shown) -> bool:
    first, last = one.when.starts_on, one.when.ends_on
    if day.first is None or (first is None and last is None):
        return day.first is not None  # no date in the calendar: nothing to disagree with
    return (last is None or day.first <= last) and (first is None or (day.last or day.first) >= first)


def _said(same: Sequence[Shown], today: date) -> str:
    return "日历上：" + "；".join(texts.said_when(one.when, today=today) for one in same[:3])


def _at_its_time(block: Sequence[Line], same: Sequence[Shown], title: str, told: Told) -> Iterator[Finding]:
    found = [pair for line in block for pair in reading.times_in(line.text)]
    known = [one for one in same if one.when.starts_at]
    if not found or not known:
        return
    given = {at for _, at in found}
    if not any(one.when.starts_at in given for one in known):
        yield Finding(
            f"{title}的时间和日历不一样", block[0].where, "请核对：改通知，或者先改日历。", _said(known, told.today), is_grave=True
        )  # fmt: skip
        return
    right = {at for one in known for at in (one.when.starts_at, one.when.ends_at)}
    for words, at in found:
        if at not in right:
            yield Finding(
                f"{title}里的“{words}”日历上没有",
                block[0].where,
                "请核对是不是另一个时间。",
                _said(known, told.today),
            )


def _at_its_place(block: Sequence[Line], same: Sequence[Shown], title: str, told: Told) -> Iterator[Finding]:
    said = compact("".join(line.text for line in block))
    others = [name for name in told.branches if compact(name) in said and len(compact(name)) > 1]
    own = [one.branch for one in same]
    if others and not any(name in own or any(name in mine or mine in name for mine in own) for name in others):
        yield Finding(
            f"{title}的分馆和日历不一样", block[0].where, "请核对在哪个馆办。", f"日历上：{own[0]}", is_grave=True
        )
    for line in block:
        place = re.search(r"地\s*点\s*:\s*(.+)", line.text)
        if place and all(one.place and compact(one.place) not in compact(place[1]) for one in same):
            yield Finding(
                f"{title}的地点和日历不一样", line.where, "请核对地点。", f"日历上：{texts.said_where(same[0])}"
            )


# ── links and telephones ──

OWN_PAGE = re.compile(r"/(?:a/(?P<code>[0-9A-Za-z]+)|(?:q|c|plan|programme)/[\w-]+(?:/[\w-]+)*|me)?/?")


def _links(told: Told) -> Iterator[Finding]:
    for where, address in reading.links_of(told.content):
        if told.site and (address == told.site or address.startswith(f"{told.site}/")):
            yield from _own_link(where, urlsplit(address).path, told)
        elif not _is_address(address):
            yield Finding(f"网址不完整：{address[:60]}", where, "请把网址重新复制一遍。", is_grave=True)
        else:
            yield Finding(f"外面的网址 {address[:60]}", where, "程序不上网打开它，请您自己点一次，看打不打得开。")


def _is_address(address: str) -> bool:
    """Has it the shape of one? Nobody asks whether anything is there."""
    try:
        parts = urlsplit(address)
        return (
            parts.scheme in ("http", "https") and "." in (parts.hostname or "").strip(".") and parts.username is None
        )
    except ValueError:
        return False


def _own_link(where: str, path: str, told: Told) -> Iterator[Finding]:
    page = OWN_PAGE.fullmatch(path)
    if page is None:
        yield Finding(f"我们的网站没有 {path[:60]} 这一页", where, "请核对网址。", is_grave=True)
    elif page["code"] and (ill := told.codes.get(page["code"], "没有这个活动")):
        yield Finding(f"链接 {path}：{ill}", where, "请换成对的活动，或者先在日历里办好。", is_grave=True)


def _phones(told: Told) -> Iterator[Finding]:
    own = [reading.digits(phone) for phone in told.phones if phone]
    for line in reading.lines_of(told.content):
        for phone in reading.phones_in(line.text):
            said = reading.digits(phone)
            if not any(said == one or one.endswith(said) for one in own):
                known = "馆里登记的电话：" + "、".join(dict.fromkeys(told.phones)) if own else "馆里还没有登记电话"
                yield Finding(
                    f"电话 {phone} 不是馆里登记的", line.where, "请拨一下，或者核对有没有写错。", known[:200]
                )


# ── what somebody has to look at ──


def _to_count(told: Told) -> Iterator[Finding]:
    lines = reading.lines_of(told.content)
    for name, found, todo in (
        ("数字", [one for line in lines for one in reading.numbers_in(line.text)], "请逐个对一遍来源。"),
        ("人名", [one for line in lines for one in reading.people_in(line.text)], "请核对写法和称呼。"),
    ):
        if listed := list(dict.fromkeys(found))[:MOST_LISTED]:
            yield Finding(f"文中的{name}：{'、'.join(listed)}", "全文", todo)


Rule = Callable[[Told], Iterator[Finding]]
RULES: tuple[Rule, ...] = (_wholeness, _blanks, _forbidden, _lures, _dates, _calendar, _links, _phones, _to_count)
