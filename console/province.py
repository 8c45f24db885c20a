"""上级: works packed for the province, and its results taken in from Excel, shown first."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict

from flask import Blueprint, abort, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from activities.plans.files import LARGEST_FILE
from console.desk import Desk, by_me, done, drawn, refused
from console.forms import Form
from console.rights import Act, may
from contests import awards, tiers
from contests.certificates import group_of, titled
from contests.files import NoSpace
from contests.province import naming, packing, packs, results, taking
from contests.province.packs import Wanted
from contests.province.results import Found, Listed
from contests.province.taking import Chosen
from models.award import AwardKind
from models.contest import Contest
from models.errors import BadFields, BadInput
from models.pack import Pack, PackState
from web import uploads
from web.given import row_number
from web.uploads import takes_files

K = PackState
STATES = {
    K.MAKING: ("正在打包", "waiting"),
    K.READY: ("可以下载", "live"),
    K.FAILED: ("没有打成", "stopped"),
    K.GONE: ("删掉了", "draft"),
}
NAMES = {
    "which": "哪些作品",
    "tiers": "奖项",
    "places": "前几名",
    "pattern": "文件名",
    "giver": "谁颁的奖",
    "file": "名单",
}
TICKS = ("birthdays", "phones", "originals")
LONGEST_LIST = 4 * 1024 * 1024  # characters of a list on its way from the preview
SHOWN = 1000  # rows of the preview


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/contests/<number>/province"""
    views = _Views(desk)
    base = "/contests/<int:number>/province"
    blueprint.add_url_rule(base, "province", views.page)
    blueprint.add_url_rule(f"{base}/pack", "province_pack", views.pack, methods=["POST"])
    blueprint.add_url_rule(f"{base}/packs/<int:at>.zip", "province_file", views.file)
    blueprint.add_url_rule(f"{base}/packs/<int:at>/drop", "province_drop", views.drop, methods=["POST"])
    blueprint.add_url_rule(f"{base}/results", "province_results", views.preview, methods=["POST"])
    blueprint.add_url_rule(f"{base}/results/take", "province_take", views.take, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.AWARD_WORKS)
    def page(self, number: int) -> str:
        """Packs there are, the form for another, and the form for results."""
        return self._page(number, {"pattern": naming.USUAL, "which": packs.ALL}, {})

    def _page(
        self, number: int, values: Mapping[str, str], wrong: Mapping[str, str], chosen: Sequence[str] = ()
    ) -> str:
        with self._desk.reading() as session:
            contest = session.get(Contest, number) or abort(404)
            shelves = [
                (tier.id, titled(group_of(session, tier), tier), awards.count_living(session, tier))
                for tier in tiers.tiers_of(session, contest)
                if tier.kind is not AwardKind.ORGANISER
            ]
            typed = {name: values.get(name, "") for name in ("which", "places", "pattern", "giver", *TICKS)}
            return drawn(
                "province.html", contest=contest, packs=packs.packs_of(session, contest), states=STATES, form=Form(typed, dict(wrong)),
                names=NAMES, tiers=[one for one in shelves if one[2]], chosen=chosen, choices=packs.CHOICES, fields=naming.FIELDS,
                days=packs.KEPT.days, why_not=taking.can_take(session, contest), givers=taking.givers_of(session, contest),
                ends=taking.ends_contest(contest), largest=LARGEST_FILE // 1024 // 1024,
            )  # fmt: skip

    @may(Act.AWARD_WORKS)
    def pack(self, number: int) -> Response | tuple[str, int]:
        """Owed to the worker: this request only writes down what is to be packed."""
        chosen = request.form.getlist("tiers")
        try:
            wanted = packs.checked(_wanted_in(chosen))
            with self._desk.reading() as session:
                plan = packs.plan(session, session.get(Contest, number) or abort(404), wanted)
            token = packs.new_token()
            packing.leave_plan(self._desk.media, token, plan.as_json)
            with self._desk.unit() as session:
                pack = packs.ask(session, session.get_one(Contest, number), wanted, plan, token, by=by_me())
                said = f"正在打包 {pack.works} 件作品，" + (
                    f"没有放进来的 {pack.left_out} 件写在下面。" if pack.left_out else ""
                )
        except BadFields as error:
            return self._page(number, request.form, error.wrong, chosen), 400
        except BadInput as error:
            return refused(f"没有做成：{error.to_staff}", url_for("console.province", number=number))
        except NoSpace:
            return refused(
                "存放作品的磁盘快满了，包放不下：请技术人员腾出地方，再打包。",
                url_for("console.province", number=number),
            )
        return done(f"{said}过一会儿刷新这一页。", url_for("console.province", number=number))

    @may(Act.AWARD_WORKS)
    def file(self, number: int, at: int) -> Response:
        """In parts where a browser goes on with a broken download; not once somebody in it has taken back."""
        where = url_for("console.province", number=number)
        with self._desk.reading() as session:
            pack = _pack(session, number, at)
            contest = session.get_one(Contest, number)
            state, token, title, subject = pack.state, pack.token, contest.title, f"contest {contest.code}"
            gone = packs.no_longer_covered(session, pack)
        if state is not K.READY:
            abort(404)
        if gone:
            return refused(f"包里有 {gone} 件作品后来撤稿了，或者撤回了同意：请重新打包。", where)
        path = packing.path_of(self._desk.media, token)
        if not path.is_file():
            return refused("文件不在了，请重新打包。", where)
        if not request.range or any(
            start == 0 for start, _ in request.range.ranges
        ):  # a part later on is no new download
            self._desk.noted("pack handed out", subject, detail=f"第 {at} 个包")
        return send_file(
            path, "application/zip", as_attachment=True, download_name=f"{naming.safe(title)} 报送.zip", conditional=True,
            etag=token, max_age=0,
        )  # fmt: skip

    @may(Act.AWARD_WORKS)
    def drop(self, number: int, at: int) -> Response:
        """Off the disk now."""
        where = url_for("console.province", number=number)
        try:
            with self._desk.unit() as session:
                pack = _pack(session, number, at)
                packs.drop(session, pack, by=by_me())
                token = pack.token
        except BadInput as error:
            return refused(error.to_staff, where)
        packing.path_of(self._desk.media, token).unlink(missing_ok=True)
        return done("报送包删掉了。", where)

    @may(Act.AWARD_WORKS)
    @takes_files(LARGEST_FILE)
    def preview(self, number: int) -> str | tuple[str, int]:
        """What is in the file beside our works; nothing is stored yet."""
        try:
            giver = taking.checked_giver(request.form.get("giver", ""))
            listed = _handed_in()
        except BadFields as error:
            return self._page(number, request.form, error.wrong), 400
        except BadInput as error:
            return self._page(number, request.form, {"file": error.to_staff}), 400
        return self._compared(number, listed, giver)

    def _compared(self, number: int, listed: Listed, giver: str) -> str:
        with self._desk.reading() as session:
            contest = session.get(Contest, number) or abort(404)
            lines = list(enumerate(taking.compared(session, contest, listed, giver)))
            fine = [line for _, line in lines if line.work is not None and not line.wrong and not line.doubts]
            return drawn(
                "province_results.html", contest=contest, giver=giver, notes=listed.notes, without=listed.without,
                wrong=[(at, line) for at, line in lines if line.wrong],
                doubtful=[(at, line) for at, line in lines if line.doubts and not line.wrong],
                fine=fine[:SHOWN], count=len(fine), known=sum(line.is_known for line in fine), why_not=taking.can_take(session, contest),
                ends=taking.ends_contest(contest), told=json.dumps([asdict(one) for one in listed.rows], ensure_ascii=False),
            )  # fmt: skip

    @may(Act.AWARD_WORKS)
    @takes_files(LONGEST_LIST)
    def take(self, number: int) -> Response:
        """Stored as awards of the province; the rows come back from the preview and are held against the works once more."""
        where = url_for("console.province", number=number)
        try:
            listed = _told(request.form.get("told", ""))
            let_pass = {one for raw in request.form.getlist("pass") if (one := row_number(raw)) is not None}
            new, changed, chosen = self._taken(number, listed, let_pass)
        except BadInput as error:
            return refused(f"没有导入：{error.to_staff}", where)
        said = f"导入了 {new} 个奖" + (f"，改了 {changed} 个" if changed else "")
        said += f"，原来就有的 {chosen.known} 个没有动" if chosen.known else ""
        said += f"，{chosen.left} 行没有导入" if chosen.left else ""
        return done(f"{said}。" + ("作者会收到消息。" if new or changed else ""), where)

    def _taken(self, number: int, listed: Listed, let_pass: Collection[int]) -> tuple[int, int, Chosen]:
        """How many are new and changed. By parts, a unit each. Raises: BadFields, BadInput."""
        giver, by = request.form.get("giver", ""), by_me()
        with self._desk.reading() as session:
            contest = session.get(Contest, number) or abort(404)
            page = f"{self._desk.site}/c/{contest.code}/results"
            chosen = taking.chosen(session, contest, listed, giver, let_pass)
        new = changed = 0
        for first in range(0, len(chosen.awards), taking.PART):
            part = chosen.awards[first : first + taking.PART]
            with self._desk.unit() as session:
                more = taking.take(session, session.get_one(Contest, number), part, giver, page=page, by=by)
            new, changed = new + more[0], changed + more[1]
        with self._desk.unit() as session:
            taking.end(session, session.get_one(Contest, number), page=page, by=by)
        return new, changed, chosen


def _pack(session: Session, number: int, at: int) -> Pack:
    """404 for another contest's."""
    pack = session.get(Pack, at)
    return pack if pack is not None and pack.contest_id == number else abort(404)


def _wanted_in(chosen: Sequence[str]) -> Wanted:
    typed = request.form
    return Wanted(
        typed.get("which", ""), tuple(one for raw in chosen if (one := row_number(raw))), row_number(typed.get("places", "")) or 0,
        typed.get("pattern", ""), **{name: name in typed for name in TICKS},
    )  # fmt: skip


def _handed_in() -> Listed:
    """Raises: BadInput."""
    given = request.files.get("file")
    if given is None or not given.filename:
        raise BadInput("请选省里发回来的名单（Excel）。")
    return results.read_results(uploads.name_of(given), given.read())


def _told(raw: str) -> Listed:
    """The rows as the preview had them. Raises: BadInput for anything else."""
    try:
        rows = [Found(**one) for one in json.loads(raw)]
        fields = ("number", "title", "author", "award_words", "group", "organisation")
        is_sound = all(
            isinstance(one.where, dict) and "row" in one.where and all(isinstance(getattr(one, name), str) for name in fields)
            and (one.award is None or isinstance(one.award, str))
            for one in rows
        )  # fmt: skip
    except (ValueError, TypeError, AttributeError, RecursionError):
        is_sound = False
    if not is_sound or len(rows) > results.MOST_ROWS:
        raise BadInput("名单没有传完整，请重新选文件。")
    return Listed(rows)
