"""What WeChat tells about jobs it has done for us: mass sends and publications. No reader is behind these pushes."""

from typing import Any

from handlers.turn import Reply, Turn
from notices.sending import told

OURS_TO_SEND = frozenset({"0", "1", "11"})  # AuditState: checked, or not to be checked


def mass_done(turn: Turn) -> Reply:
    """MASSSENDJOBFINISH: how many it reached, whose articles they are, where they can be read."""
    fields = turn.incoming.fields
    number = str(fields.get("MsgID") or fields.get("MsgId") or "")[:32]
    if number:
        told.mass(turn.session, number, _mass(fields), turn.now)
    return Reply.silence()


def _mass(fields: dict[str, Any]) -> dict[str, Any]:
    counts = {"total": "TotalCount", "filtered": "FilterCount", "sent": "SentCount", "failed": "ErrorCount"}
    checked = [
        {"idx": _number(one.get("ArticleIdx")), "is_ours": str(one.get("AuditState", "0")) in OURS_TO_SEND,
         "original": str(one.get("OriginalArticleUrl", ""))[:600]}
        for one in _items(fields, "CopyrightCheckResult")
    ]  # fmt: skip
    urls = [str(one.get("ArticleUrl", ""))[:600] for one in _items(fields, "ArticleUrlResult")]
    return {
        "status": str(fields.get("Status", ""))[:60], **{name: _number(fields.get(field)) for name, field in counts.items()},
        "copyright": checked, "urls": [url for url in urls if url],
    }  # fmt: skip


def publish_done(turn: Turn) -> Reply:
    """PUBLISHJOBFINISH, or FREEPUBLISHJOBFINISH: both names have been seen."""
    fields = turn.incoming.fields.get("PublishEventInfo")
    if isinstance(fields, dict) and fields.get("publish_id"):
        detail = fields.get("article_detail")
        items = told.listed(detail.get("item")) if isinstance(detail, dict) else []
        word = {
            "publish_status": _number(fields.get("publish_status", told.RUNNING)), "article_id": str(fields.get("article_id", ""))[:128],
            "urls": [str(one.get("article_url", ""))[:600] for one in items if isinstance(one, dict)],
            "failed": [_number(one) for one in told.listed(fields.get("fail_idx"))],
        }  # fmt: skip
        told.publication(turn.session, str(fields["publish_id"])[:32], word, turn.now)
    return Reply.silence()


def _items(fields: dict[str, Any], name: str) -> list[dict[str, Any]]:
    whole = fields.get(name)
    nested = whole.get("ResultList") if isinstance(whole, dict) else None
    found = told.listed(nested.get("item")) if isinstance(nested, dict) else []
    return [one for one in found if isinstance(one, dict)]


def _number(value: Any) -> int:
    try:
        return int(str(value))
    except ValueError:
        return 0
