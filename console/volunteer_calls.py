"""志愿者招募: one call, written, opened, closed."""

from flask import Blueprint, abort, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from activities.volunteers import calls
from console.desk import Desk, by_me, done, drawn, refused
from console.forms import Form
from console.rights import Act, may
from console.volunteer_rows import WHOLE, branch_in, choices, mine, own_branch
from models import times
from models.errors import BadFields, BadInput, IllegalMove
from models.volunteer import VolunteerCall

FIELDS = ("title", "words", "branch", "skills", "age_from", "closes_on")
NAMES = {
    "title": "名称", "words": "说明", "branch": "哪个馆", "skills": "会做的事", "age_from": "多大起", "closes_on": "截止"
}  # fmt: skip
USUAL = {
    "title": "", "branch": WHOLE, "age_from": "14", "closes_on": "", "skills": "整理书架\n给孩子读书\n活动现场帮忙\n拍照\n教老人用手机",
    "words": "做什么：\n什么时候：\n要什么样的人：\n我们会：岗前培训，记志愿时长，年底发感谢证书。",
}  # fmt: skip


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/volunteers/calls/…"""
    views = _Views(desk)
    base = "/volunteers/calls"
    blueprint.add_url_rule(f"{base}/new", "new_volunteer_call", views.new, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{base}/<int:number>", "volunteer_call", views.edit, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{base}/<int:number>/<act>", "act_on_volunteer_call", views.act, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.KEEP_VOLUNTEERS)
    def new(self) -> AnyResponse | tuple[str, int]:
        """From an example."""
        if request.method == "GET":
            return self._page(None, Form(USUAL)), 200
        values = _typed()
        try:
            with self._desk.unit() as session:
                where = branch_in(session, values["branch"], whole=WHOLE)
                wanted = calls.wanted_in(values, branch_id=where, today=times.today(times.now()))
                number = calls.make(session, wanted, by=by_me()).id
        except BadFields as error:
            return self._page(None, Form(values, error.wrong)), 400
        return done(
            "写好了。看一遍，再点“开放招募”，读者才看得到。", url_for("console.volunteer_call", number=number)
        )

    @may(Act.KEEP_VOLUNTEERS)
    def edit(self, number: int) -> AnyResponse | tuple[str, int]:
        """Seen, changed."""
        with self._desk.reading() as session:
            call = session.get(VolunteerCall, number) or abort(404)
            mine(call.branch_id)
        if request.method == "GET":
            return self._page(call, Form(_kept(call))), 200
        values = _typed()
        try:
            with self._desk.unit() as session:
                row = session.get(VolunteerCall, number, with_for_update={"of": VolunteerCall}) or abort(404)
                where = branch_in(session, values["branch"], whole=WHOLE)
                today = times.today(times.now())
                calls.change(session, row, calls.wanted_in(values, branch_id=where, today=today), by=by_me())
        except BadFields as error:
            return self._page(call, Form(values, error.wrong)), 400
        return done("已保存。", url_for("console.volunteer_call", number=number))

    @may(Act.KEEP_VOLUNTEERS)
    def act(self, number: int, act: str) -> AnyResponse:
        """open, close"""
        where = url_for("console.volunteer_call", number=number)
        if act not in ("open", "close"):
            abort(404)
        try:
            with self._desk.unit() as session:
                call = session.get(VolunteerCall, number, with_for_update={"of": VolunteerCall}) or abort(404)
                mine(call.branch_id)
                (calls.show if act == "open" else calls.close)(session, call, by=by_me())
        except IllegalMove:
            return refused("刚才有人先动过，现在的样子在下面。", where)
        except BadInput as error:
            return refused(error.to_staff, where)
        said = (
            "开放了。读者回复“志愿者”就能看到，也可以把网址放进文章。"
            if act == "open"
            else "结束了，已经登记的都在。"
        )
        return done(said, where)

    def _page(self, call: VolunteerCall | None, form: Form) -> str:
        with self._desk.reading() as session:
            branches, own = choices(session, first=WHOLE), own_branch(session)
        address = f"{self._desk.site}/volunteer/{call.code}" if call else ""
        return drawn(
            "volunteer_call.html", call=call, form=form, names=NAMES, branches=branches, own=own, address=address
        )


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in FIELDS}


def _kept(call: VolunteerCall) -> dict[str, str]:
    return {
        "title": call.title, "words": call.words, "branch": call.branch.name if call.branch else WHOLE,
        "skills": "\n".join(call.skills), "age_from": str(call.age_from),
        "closes_on": call.closes_on.isoformat() if call.closes_on else "",
    }  # fmt: skip
