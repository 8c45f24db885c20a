"""公众号菜单: menus that staff make, seen as a phone shows them, switched now or at a time, and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from config.menu import menu_of
from console.desk import Desk, by_me, done, drawn, refused
from console.forms import Form
from console.rights import Act, may
from console.words import State
from models import times
from models.account_menu import AccountMenu, MenuState
from models.errors import BadFields, BadInput, IllegalMove
from notices.menus import queries, rules, service
from notices.menus.rules import Button, Row, Top

_KINDS = {
    rules.Kind.WORD: "发一个词", rules.Kind.PAGE: "本馆网页", rules.Kind.ADDRESS: "别的网址",
    rules.Kind.PLACE: "发位置，找附近的馆", rules.Kind.APP: "小程序",
}  # fmt: skip
# What the chat understands at any time; a branch's name or a word of a title works as well.
_WORDS = (
    "活动", "周末", "今天", "本月", "分馆", "答题", "抢答", "投稿", "我的报名", "我的作品", "我的奖品", "证书", "开放时间", "闭馆",
    "长辈模式", "人工", "帮助",
)  # fmt: skip
_PAGES = (("/plan", "活动月历"), ("/me", "我的"))
_STALE = "刚才有人先动过这份菜单，还没有保存。您写的都还在下面，请看过再按一次。"


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/menu, /console/menu/new, /console/menu/<number>, its switching on and taking down"""
    views = _Views(desk)
    blueprint.add_url_rule("/menu", "account_menus", views.all)
    blueprint.add_url_rule("/menu/new", "new_account_menu", views.new, methods=["GET", "POST"])
    blueprint.add_url_rule("/menu/<int:number>", "account_menu", views.one, methods=["GET", "POST"])
    blueprint.add_url_rule("/menu/<int:number>/show", "show_account_menu", views.show, methods=["POST"])
    blueprint.add_url_rule("/menu/<int:number>/down", "down_account_menu", views.down, methods=["POST"])


@dataclass(frozen=True, slots=True)
class _Kept:
    """A menu in the list: `label` says how it stands."""

    menu: AccountMenu
    label: State


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.CHANGE_MENU)
    def all(self) -> str:
        """What is shown now, what comes, and all that were made."""
        now = times.now()
        with self._desk.reading() as session:
            live = service.live(session, now)
            kept = [_Kept(menu, _label(menu, live, now)) for menu in queries.all_menus(session)]
            sent = queries.last_sent(session)
        shown = live.buttons if live else menu_of(self._desk.site)["button"]
        return drawn(
            "account_menus.html", kept=kept, live=live, buttons=shown, sent=sent, is_sent=_is_sent(sent, shown), said=_said_does,
        )  # fmt: skip

    @may(Act.CHANGE_MENU)
    def new(self) -> AnyResponse | tuple[str, int]:
        """From what is shown now, or from another one (?of=); kept as a draft."""
        if request.method == "POST":
            return self._saved(None)
        with self._desk.reading() as session:
            of = session.get(AccountMenu, _number(request.args.get("of"))) or service.live(session, times.now())
            buttons = of.buttons if of else menu_of(self._desk.site)["button"]
        return self._page(None, Form({"title": ""}), rules.tops_of(buttons, self._desk.site), buttons), 200

    @may(Act.CHANGE_MENU)
    def one(self, number: int) -> AnyResponse | tuple[str, int]:
        """Seen; changed while it is not set."""
        with self._desk.reading() as session:
            menu = session.get(AccountMenu, number) or abort(404)
        if request.method == "POST":
            return self._saved(menu)
        tops = rules.tops_of(menu.buttons, self._desk.site)
        return self._page(menu, Form({"title": menu.name}), tops, menu.buttons), 200

    def _saved(self, menu: AccountMenu | None) -> AnyResponse | tuple[str, int]:
        tops, title = _typed(request.form), request.form.get("title", "").strip()
        read = rules.read(tops, self._desk.site)
        form = Form({"title": title}, read.wrong)
        if read.wrong or request.form.get("act") == "look":
            return self._page(menu, form, tops, read.buttons), 400 if read.wrong else 200
        try:
            number = self._kept(menu, title, read.buttons)
        except BadFields as error:
            return self._page(menu, Form(form.values, error.wrong), tops, read.buttons), 400
        except IllegalMove:
            return self._page(menu, form, tops, read.buttons, stale=_STALE), 409
        return done("保存了。读者还看不到，换上以后才看得到。", url_for("console.account_menu", number=number))

    def _kept(self, menu: AccountMenu | None, title: str, buttons: list[Button]) -> int:
        with self._desk.unit() as session:
            by = by_me()
            if menu is None:
                return service.begin(session, title, buttons, by=by).id
            was = _number(request.form.get("version"))
            service.edit(session, service.held(session, menu.id), title, buttons, was=was, by=by)
            return menu.id

    @may(Act.CHANGE_MENU)
    def show(self, number: int) -> AnyResponse:
        """Now, or at a time; until another one, or until a time."""
        where = url_for("console.account_menu", number=number)
        try:
            begins, ends = _moment(request.form.get("from", "")), _moment(request.form.get("until", ""))
            with self._desk.unit() as session:
                menu, by = self._found(session, number), by_me()
                service.schedule(session, menu, shows_from=begins or by.at, shows_until=ends, by=by)
        except BadInput as error:
            return refused(error.to_staff, where)
        except IllegalMove:
            return refused("这份菜单已经换上了。", where)
        return done(
            "定好了，到时自动换上。" if begins and begins > times.now() else "正在换上，读者一般几分钟内能看到。",
            where,
        )

    @may(Act.CHANGE_MENU)
    def down(self, number: int) -> AnyResponse:
        """What was shown before is shown again."""
        with self._desk.unit() as session:
            service.take_down(session, self._found(session, number), by=by_me())
        return done("换下来了，前一份菜单正在换回去。", url_for("console.account_menu", number=number))

    def _found(self, session: Session, number: int) -> AccountMenu:
        return service.held(session, number) if session.get(AccountMenu, number) else abort(404)

    def _page(
        self, menu: AccountMenu | None, form: Form, tops: list[Top], buttons: list[Button], *, stale: str = ""
    ) -> str:  # fmt: skip
        now = times.now()
        with self._desk.reading() as session:
            live = service.live(session, now)
        return drawn(
            "account_menu.html", mine=menu, form=form, tops=tops, buttons=buttons, kinds=_KINDS, words=_WORDS, pages=_PAGES,
            names=_FieldNames(), label=_label(menu, live, now) if menu else None, stale=stale, said=_said_does,
            is_set=menu is not None and menu.state is MenuState.SET,
        )  # fmt: skip


class _FieldNames(dict[str, str]):
    """第 2 个按钮 · 第 2 个按钮下面的第 1 个"""

    def __missing__(self, field: str) -> str:
        if field == "title":
            return "名字"
        _, *places = field.split("-")
        top = f"第 {int(places[0]) + 1} 个按钮"
        return top if len(places) == 1 else f"{top}下面的第 {int(places[1]) + 1} 个"


def _typed(given: Mapping[str, str]) -> list[Top]:
    def row(at: str) -> Row:
        named = {name: " ".join(given.get(f"{name}-{at}", "").split()) for name in ("name", "value", "app", "path")}
        kind = given.get(f"kind-{at}", "")
        kind = kind if kind in set(rules.Kind) else rules.Kind.WORD.value
        return Row(named["name"], kind, named["value"], named["app"], named["path"])

    return [Top(row(f"{top}"), tuple(row(f"{top}-{sub}") for sub in range(rules.SUBS))) for top in range(rules.TOPS)]


def _label(menu: AccountMenu, live: AccountMenu | None, now: datetime) -> State:
    if menu.state is MenuState.DRAFT:
        return State("草稿", "draft")
    if menu.state is MenuState.DOWN:
        return State("换下来了", "done")
    if live is not None and menu.id == live.id:
        return State("正在用", "live")
    if menu.shows_from is not None and menu.shows_from > now:
        return State("到时换上", "waiting")
    return State("被后来的盖住" if rules.is_its_time(menu, now) else "时间过了", "done")


def _is_sent(sent: Any, buttons: list[Button]) -> bool:
    return sent is not None and sent.payload.get("menu") == {"button": buttons}


def _said_does(button: Button) -> str:
    """发出“活动” · 打开 https://… · 小程序 wx…"""
    if button.get("type") == "location_select":
        return "请读者发位置，找离得最近的馆"
    if button.get("type") == "click":
        return f"发出“{button['key']}”"
    return f"小程序 {button['appid']}" if button.get("type") == "miniprogram" else f"打开 {button.get('url', '')}"


def _number(word: str | None) -> int:
    return int(word) if word and word.isdecimal() and len(word) < 10 else 0


def _moment(word: str) -> datetime | None:
    """Of the library's wall clock, as a browser's field gives it. Raises: BadInput."""
    if not word:
        return None
    try:
        told = datetime.fromisoformat(word)
    except ValueError:
        raise BadInput("时间没有看懂，请在格子里选。") from None
    if told.tzinfo is not None:
        raise BadInput("时间没有看懂，请在格子里选。")
    return times.start_of(told.date()) + (told - datetime.combine(told.date(), datetime.min.time()))
