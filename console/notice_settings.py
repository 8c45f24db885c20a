"""通知的设置: blocks to put in again, words the library does not print, shorter chains of small branches."""

from collections.abc import Callable, Sequence

import sqlalchemy as sa
from flask import Blueprint, abort, request, url_for
from werkzeug.wrappers import Response

from console.branch_rows import all_branches, is_mine
from console.desk import Desk, by_me, done, drawn, note, refused
from console.forms import Form
from console.rights import Act, may
from models.activity import Branch
from models.errors import BadFields, BadInput
from models.notice import Step
from models.notice_desk import BranchChain, NoticeBlock
from models.staff import names
from notices import chain, chain_rules, desk
from web.uploads import takes_files

NAMES = {"name": "名字", "body": "内容", "word": "不用的词", "instead": "改成"}
CHAINS = {"four": chain_rules.FULL, **chain_rules.SHORTER}
CHAIN_WORDS = {"four": "一校、二校、一审、二审（四个人）", "two": "二校、二审（两个人）", "one": "只二审（一个人）"}
MOST_BLOCK_BYTES = 1024 * 1024


def register(desk_: Desk, blueprint: Blueprint) -> None:
    """/console/notices/settings, blocks, words, chains"""
    views = _Views(desk_)
    base = "/notices/settings"
    blueprint.add_url_rule(base, "notice_settings", views.all)
    blueprint.add_url_rule(f"{base}/blocks", "new_notice_block", views.new_block, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{base}/blocks/<int:number>", "notice_block", views.block, methods=["GET", "POST"])
    blueprint.add_url_rule(
        f"{base}/blocks/<int:number>/drop", "drop_notice_block", views.drop_block, methods=["POST"]
    )
    blueprint.add_url_rule(f"{base}/words", "forbid_word", views.forbid, methods=["POST"])
    blueprint.add_url_rule(f"{base}/words/<int:number>/drop", "allow_word", views.allow, methods=["POST"])
    blueprint.add_url_rule(f"{base}/chains/<int:number>", "set_notice_chain", views.set_chain, methods=["POST"])


class _Views:
    def __init__(self, desk_: Desk) -> None:
        self._desk = desk_

    @may(Act.SEE_NOTICES)
    def all(self) -> str:
        """All three lists."""
        return self._page(Form({"word": "", "instead": ""}))

    def _page(self, form: Form) -> str:
        with self._desk.reading() as session:
            chains = {
                row.branch_id: _key([Step(one) for one in row.steps])
                for row in session.scalars(sa.select(BranchChain))
            }
            return drawn(
                "notice_settings.html", blocks=desk.blocks(session), words=desk.forbidden(session), form=form, names=NAMES,
                people=names(session), branches=[(one, chains.get(one.id, "four"), is_mine(one.id)) for one in all_branches(session)],
                chains=CHAIN_WORDS,
            )  # fmt: skip

    @may(Act.WRITE_NOTICES)
    @takes_files(MOST_BLOCK_BYTES)
    def new_block(self) -> Response | tuple[str, int]:
        """A form; sent, a block."""
        return self._block(None, {"name": "", "body": ""})

    @may(Act.WRITE_NOTICES)
    @takes_files(MOST_BLOCK_BYTES)
    def block(self, number: int) -> Response | tuple[str, int]:
        """One of them; sent, changed."""
        with self._desk.reading() as session:
            row = session.get(NoticeBlock, number) or abort(404)
            values = {"name": row.name, "body": row.body}
        return self._block(number, values)

    def _block(self, number: int | None, values: dict[str, str]) -> Response | tuple[str, int]:
        if request.method == "GET":
            return drawn("notice_block.html", form=Form(values), names=NAMES, number=number), 200
        typed = {name: request.form.get(name, "") for name in values}
        try:
            with self._desk.unit() as session:
                desk.keep_block(
                    session, typed["name"], typed["body"], by=by_me(), site=self._desk.site, number=number
                )
        except BadFields as error:
            return drawn("notice_block.html", form=Form(typed, error.wrong), names=NAMES, number=number), 400
        return done("已保存。写通知的时候，在“插入常用的话”里就能选到。", url_for("console.notice_settings"))

    @may(Act.WRITE_NOTICES)
    def drop_block(self, number: int) -> Response:
        """No longer offered."""
        return self._dropped(desk.drop_block, number, "删掉了。用过它的通知不受影响。", "blocks")

    @may(Act.WRITE_NOTICES)
    def forbid(self) -> Response | tuple[str, int]:
        """One more word."""
        typed = {name: request.form.get(name, "") for name in ("word", "instead")}
        try:
            with self._desk.unit() as session:
                desk.forbid(session, typed["word"], typed["instead"], by=by_me())
        except BadFields as error:
            return self._page(Form(typed, error.wrong)), 400
        return done("记下了，从现在起自动检查会找出它。", url_for("console.notice_settings", _anchor="words"))

    @may(Act.WRITE_NOTICES)
    def allow(self, number: int) -> Response:
        """It may stand again."""
        return self._dropped(desk.allow, number, "这个词可以用了。", "words")

    def _dropped(self, verb: Callable[..., bool], number: int, words: str, anchor: str) -> Response:
        where = url_for("console.notice_settings", _anchor=anchor)
        with self._desk.unit() as session:
            is_done = verb(session, number, by=by_me())
        return done(words, where) if is_done else refused("刚才已经有人删掉了。", where)

    @may(Act.CHANGE_BRANCHES)
    def set_chain(self, number: int) -> Response:
        """For notices of this branch that are begun from now on."""
        where = url_for("console.notice_settings", _anchor="chains")
        key = request.form.get("chain", "")
        if key not in CHAINS:
            return refused("请选一种流程。", where)
        try:
            with self._desk.unit() as session:
                branch = session.get(Branch, number) or abort(404)
                if not is_mine(branch.id):
                    abort(403)
                chain.set_chain(session, branch.id, CHAINS[key], by=by_me())
                note(session, "notice chain set", f"branch {branch.id}", detail=f"{branch.name}：{CHAIN_WORDS[key]}")
                name = branch.name
        except BadInput as error:
            return refused(error.to_staff, where)
        return done(f"{name}以后新写的通知走{CHAIN_WORDS[key]}。", where)


def _key(steps: Sequence[Step]) -> str:
    return next((key for key, one in CHAINS.items() if tuple(steps) == one), "four")
