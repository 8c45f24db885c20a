"""Notices handed to WeChat: files, drafts, mass sends, publications. One function a kind of owed work, as in bot/calls.py.

What WeChat refuses for this one thing comes back as {"refused": errcode, "cause"}, so that it shuts the road for nothing
else; what concerns every call (token, IP, the account, a daily quota) is raised, and opens a breaker.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from activities import picture_files
from bot.client import Client, Json
from bot.errcodes import ACCOUNT, IP_WHITELIST, TOKEN
from config import limits
from models.errors import Rejected

AGREEMENT = 48003  # of mass sends, to be accepted once by the administrator: it holds nothing else up
CALLS_A_DAY = 45009
CONCERNS_ALL = TOKEN | IP_WHITELIST | (ACCOUNT - {AGREEMENT}) | {CALLS_A_DAY}
OURS = 1  # no code of WeChat's: a file of ours that is not there, or cannot be made small enough
VOICES = {".mp3": "audio/mpeg", ".amr": "audio/amr"}
PUBLISHED = 0
MOST_PEOPLE = 2**31
NEWEST = 20


def _asked(client: Client, call: Callable[[], Any]) -> Json:
    try:
        return client.ask(call)
    except Rejected as error:
        if error.errcode in CONCERNS_ALL:
            raise
        return {"refused": error.errcode, "cause": str(error)}


def draft(client: Client, media: Path, payload: Json) -> Json:
    """{"file", "digest", "use"} → {"address"}: a file handed over; {"articles"} by draft/add → {"media_id"}.

    Again is another draft beside the first, which nobody but staff sees.
    """
    if payload.get("file"):
        return _file(client, media, str(payload["digest"]), str(payload["use"]))
    return _asked(client, lambda: client.post("draft/add", data={"articles": payload["articles"]}))


def _file(client: Client, media: Path, digest: str, use: str) -> Json:
    """Pictures of an article by media/uploadimg, which count for nothing; a cover as permanent material of type image: a
    thumb may have 64 KB, and shows it; a voice as temporary media, since an account may keep a thousand permanent ones."""
    if use == "voice":
        return _voice(client, media, digest)
    try:
        body = picture_files.path_of(media, digest).read_bytes()
    except FileNotFoundError:
        return {"refused": OURS, "cause": "图片的文件在图书馆这边找不到了"}
    if use == "inline":
        small = picture_files.fitted(body, limits.MAX_INLINE_BYTES)
        return _uploaded(client, "cgi-bin/media/uploadimg", {}, f"{digest[:16]}.jpg", small, "image/jpeg", "url")
    small = picture_files.fitted(body, limits.MAX_COVER_BYTES)
    path, kind = "cgi-bin/material/add_material", {"type": "image"}
    return _uploaded(client, path, kind, f"{digest[:16]}.jpg", small, "image/jpeg", "media_id")


def _voice(client: Client, media: Path, digest: str) -> Json:
    found = next((file for end in VOICES for file in media.glob(f"*/{digest[:2]}/{digest}{end}")), None)
    if found is None:
        return {"refused": OURS, "cause": "声音的文件在图书馆这边找不到了（要 mp3 或 amr）"}
    body, kind = found.read_bytes(), VOICES[found.suffix]
    if len(body) > limits.MAX_VOICE_BYTES:
        return {"refused": OURS, "cause": "声音超过 2 MB，微信不收"}
    path = "cgi-bin/media/upload"
    return _uploaded(client, path, {"type": "voice"}, f"{digest[:16]}{found.suffix}", body, kind, "media_id")


def _uploaded(client: Client, path: str, params: Json, name: str, body: bytes, kind: str, told: str) -> Json:
    try:
        answer = client.upload(path, params, name=name, body=body, kind=kind)
    except Rejected as error:
        if error.errcode in CONCERNS_ALL:
            raise
        return {"refused": error.errcode, "cause": str(error)}
    return {"address": str(answer[told])}


def send(client: Client, payload: Json) -> Json:
    """{"to", "message", "client_id"} by message/mass/sendall or /send → {"msg_id", "msg_data_id"}.

    The same clientmsgid within a day is the same send: 45065, with the number it got the first time, is an answer.
    """
    to, rest = payload["to"], {**payload["message"], "clientmsgid": payload["client_id"]}
    if "openids" in to:
        body = {"touser": to["openids"], **rest}
        return _asked(client, lambda: client.post("message/mass/send", data=body))
    audience = {"is_to_all": True} if to.get("all") else {"is_to_all": False, "tag_id": to["tag"]}
    return _asked(client, lambda: client.post("message/mass/sendall", data={"filter": audience, **rest}))


def look(client: Client, payload: Json) -> Json:
    """{"msg_id"} by message/mass/get → {"msg_status"}."""
    return _asked(client, lambda: client.post("message/mass/get", data={"msg_id": _number(payload["msg_id"])}))


def publish(client: Client, payload: Json) -> Json:
    """{"media_id"} by freepublish/submit → {"publish_id", "msg_data_id"}. Again finds the draft gone."""
    return _asked(client, lambda: client.post("freepublish/submit", data=payload))


def publish_look(client: Client, payload: Json) -> Json:
    """{"publish_id"} by freepublish/get → {"publish_status", "article_id", "urls", "failed"}; without a number the newest
    publication with these titles since then is looked for."""
    if not payload["publish_id"]:
        return _found(client, payload)
    answer = _asked(client, lambda: client.post("freepublish/get", data={"publish_id": payload["publish_id"]}))
    if "refused" in answer:
        return answer
    items = (answer.get("article_detail") or {}).get("item") or []
    return {
        "publish_status": int(answer.get("publish_status", 1)), "article_id": str(answer.get("article_id", "")),
        "urls": [str(one.get("article_url", "")) for one in items], "failed": list(answer.get("fail_idx") or []),
    }  # fmt: skip


def _found(client: Client, payload: Json) -> Json:
    asked = {"offset": 0, "count": NEWEST, "no_content": 1}
    answer = _asked(client, lambda: client.post("freepublish/batchget", data=asked))
    for one in answer.get("item") or []:
        news = one.get("content", {}).get("news_item") or []
        is_ours = [article.get("title") for article in news] == payload["titles"]
        if is_ours and one.get("update_time", 0) >= payload["since"]:
            urls = [str(article.get("url", "")) for article in news]
            return {"publish_status": PUBLISHED, "article_id": str(one["article_id"]), "urls": urls, "failed": []}
    return answer if "refused" in answer else {"publish_status": 1}


def preview(client: Client, payload: Json) -> Json:
    """{"openid", "message"} by message/mass/preview: of no quota, and to one phone."""
    body = {"touser": payload["openid"], **payload["message"]}
    return _asked(client, lambda: client.post("message/mass/preview", data=body))


def take_back(client: Client, payload: Json) -> Json:
    """{"msg_id"} by message/mass/delete, {"article_id"} by freepublish/delete: all articles of it. Again is the same."""
    if "article_id" in payload:
        body = {"article_id": payload["article_id"], "index": 0}
        return _asked(client, lambda: client.post("freepublish/delete", data=body))
    body = {"msg_id": _number(payload["msg_id"]), "article_idx": 0}
    return _asked(client, lambda: client.post("message/mass/delete", data=body))


def reads(client: Client, payload: Json) -> Json:
    """{"day"} by datacube/getarticletotaldetail → {"articles": [{"articles", "place", "readers", "shared", "until"}]}: of what went
    out on that day the newest count, which is of all days from then on."""
    body = {"begin_date": payload["day"], "end_date": payload["day"]}
    answer = _asked(client, lambda: client.post(client.api("datacube/getarticletotaldetail"), data=body))
    return answer if "refused" in answer else {"articles": [*counted(answer.get("list") or [])]}


def counted(rows: list[Json]) -> Iterator[Json]:
    """What can be understood; a line that is written otherwise tells nothing, and holds up no other."""
    for row in rows:
        with suppress(AttributeError, KeyError, TypeError, ValueError):
            number, _, place = row["msgid"].partition("_")
            until, newest = max(
                (date.fromisoformat(count["stat_date"]), at) for at, count in enumerate(row["detail_list"])
            )
            count = row["detail_list"][newest]
            told = {
                name: int(count.get(key) or 0) for name, key in (("readers", "read_user"), ("shared", "share_user"))
            }
            if 1 <= int(place) <= limits.MOST_ARTICLES and all(0 <= many < MOST_PEOPLE for many in told.values()):
                yield {"articles": number, "place": int(place), **told, "until": until.isoformat()}


def _number(msg_id: str) -> int | str:
    return int(msg_id) if msg_id.isdecimal() else msg_id
