"""What of an activity goes into the fields of a WeChat template. The words for the note are the caller's."""

from datetime import datetime

from activities.signup import rules
from models.activity import Activity
from models.telling import What
from models.template_notice import TemplateNotice, TemplatePurpose


def notice_of(
    activity: Activity, purpose: TemplatePurpose, note: str, *, page: str = "", until: datetime | None = None
) -> TemplateNotice:
    """`page`: below the activity's own, such as /sign-up. `until`: aware; by when an answer is awaited."""
    place = f"{activity.branch.name} {activity.place}".strip()
    return TemplateNotice(
        purpose, activity.title, rules.begins(activity.when), activity.when.starts_at is not None, place, note,
        f"/a/{activity.code}{page}", until,
    )  # fmt: skip


def notice_of_news(activity: Activity, what: What) -> TemplateNotice | None:
    """Of a change, with its reason; None for words of staff, which no template can carry."""
    if what is What.WORDS:
        return None
    said = {What.MOVED: "有变动", What.CANCELLED: "取消了", What.FIXED: "日期定了"}[what]
    reason = activity.reason if what is not What.FIXED else ""
    return notice_of(activity, TemplatePurpose.CHANGE, f"{said}：{reason}" if reason else said)
