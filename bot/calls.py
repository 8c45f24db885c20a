"""What we ask of WeChat, one function a kind of owed work. No session and no row comes in here."""

import os
import shutil
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Any

from activities import picture_files
from activities.picture_files import LARGEST_FILE
from bot import far, mini_program
from bot.client import Client, Json
from bot.errcodes import DAILY_QUOTA, NO_RIGHT
from config import limits
from contests import files
from contests import media as works
from contests.ffmpeg import NotInstalled
from contests.refusals import NotThis
from desk.cases import files as said
from models.case import FileKind
from models.contest import PieceKind
from models.errors import BadInput, Rejected, Stopped
from models.outbox import CallKind
from models.template import MANY

# A harmless question per right. An error other than "no such right" proves the right.
PROBES: dict[str, Callable[[Client], Any]] = {
    "customer_message": lambda client: client.message.send_text("", ""),
    "menu": lambda client: client.menu.get(),
    "users": lambda client: client.user.get_followers(),
    "template": lambda client: client.template.get_all_private_template(),
    "subscription": lambda client: client.get(client.api("wxaapi/newtmpl/gettemplate")),
    "publish": lambda client: client.post("freepublish/batchget", data={"offset": 0, "count": 1, "no_content": 1}),
    "mass": lambda client: client.post("message/mass/speed/get", data={}),
    "qr": lambda client: client.qrcode.create(_qr("probe", seconds=60)),  # a code nobody sees, gone in a minute
}


def send_customer_message(client: Client, payload: Json) -> Json:
    """{"openid", "text"} by message/custom/send, with "mini" {"title", "appid", "path"} as a mini-program's card. Not repeated
    by us: the platform knows no key for it."""
    if "mini" in payload:
        return mini_program.send(client, payload)
    return client.ask(lambda: client.message.send_text(payload["openid"], payload["text"]))


def send_template(client: Client, site: str, payload: Json) -> Json:
    """{"openid", "template_id", "data", "path", "key"} by message/template/send → {"msgid"}. The platform knows a key,
    but for ten minutes only: not repeated by us."""
    body = {
        "touser": payload["openid"], "template_id": payload["template_id"], "url": site + payload["path"],
        "client_msg_id": blake2b(payload["key"].encode(), digest_size=16).hexdigest(), "data": payload["data"],
    }  # fmt: skip
    return client.ask(lambda: client.post("message/template/send", data=body))


def send_subscription(client: Client, site: str, payload: Json) -> Json:
    """The same by message/subscribe/bizsend, against one consent of the reader's."""
    page = site + payload["path"]
    return client.ask(
        lambda: client.message.send_subscribe_message(
            payload["openid"], payload["template_id"], payload["data"], page=page
        )
    )


def create_qr(client: Client, payload: Json) -> Json:
    """{"scene"} by qrcode/create → {"url", "expire_seconds"}: what a picture of the code says. Again is another code for
    the same scene."""
    return client.ask(lambda: client.qrcode.create(_qr(payload["scene"], seconds=limits.LONGEST_QR_SECONDS)))


def _qr(scene: str, *, seconds: int) -> Json:
    return {"expire_seconds": seconds, "action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": scene}}}


def list_templates(client: Client, payload: Json) -> Json:
    """{"way"} → {"templates": [{"id", "title", "content", "is_lasting"}]}: what the account has."""
    if payload["way"] == CallKind.TEMPLATE:
        listed = client.ask(lambda: client.template.get_all_private_template()).get("template_list") or []
        return {
            "templates": [
                {"id": one["template_id"], "title": one["title"], "content": one["content"]} for one in listed
            ]
        }
    listed = client.ask(lambda: client.get(client.api("wxaapi/newtmpl/gettemplate"))).get("data") or []
    return {
        "templates": [
            {
                "id": one["priTmplId"],
                "title": one["title"],
                "content": one["content"],
                "is_lasting": one["type"] == MANY,
            }
            for one in listed
        ]
    }


def fetch_picture(client: Client, media: Path, payload: Json) -> Json:
    """{"media_id"} by media/get → {"digest", "width", "height"} of the file made anew, which lies in its place by then;
    {"refused"} for what is no picture. Again is the same file under the same name."""
    body = client.file("cgi-bin/media/get", {"media_id": payload["media_id"]}, most=LARGEST_FILE)
    try:
        file = picture_files.made_anew(body)
    except BadInput as error:
        return {"refused": error.to_staff}
    picture_files.keep(media, file, room=picture_files.RECORDS)
    return {"digest": file.digest, "width": file.width, "height": file.height}


def fetch_said(client: Client, media: Path, payload: Json) -> Json:
    """{"media_id", "kind"} of what a reader sent the desk → {"digest", "suffix"} of the file as a browser plays it, which lies in
    its place by then; {"refused"} for what is nothing of this kind. Without ffmpeg a voice stays as WeChat has it."""
    kind = SAID_AS[FileKind(payload["kind"])]
    kept = fetch_piece(client, media, {"media_id": payload["media_id"], "kind": kind.value})
    if "refused" in kept:
        return kept
    try:
        made = works.make_piece(media, {"kind": kind.value, "original": kept["original"]})
    except NotInstalled:
        if kind is not PieceKind.SOUND:
            raise
        return _to_the_desk(media, files.original(media, kept["original"]), kept["original"], "amr")
    if "refused" in made:
        return made
    digest, suffix = made["playable"], AS_PLAYED[kind]
    return _to_the_desk(media, files.path_of(media, digest, suffix), digest, suffix)


def _to_the_desk(media: Path, source: Path, digest: str, suffix: str) -> Json:
    place = said.path_of(media, digest, suffix)
    place.parent.mkdir(parents=True, exist_ok=True)
    with files.space_told():
        beside = place.with_suffix(".part")
        shutil.copyfile(source, beside)
        os.replace(beside, place)
    return {"digest": digest, "suffix": suffix}


SAID_AS = {FileKind.PICTURE: PieceKind.PICTURE, FileKind.VOICE: PieceKind.SOUND, FileKind.VIDEO: PieceKind.VIDEO}
AS_PLAYED = {PieceKind.PICTURE: files.PICTURE, PieceKind.SOUND: files.SOUND, PieceKind.VIDEO: files.VIDEO}
NOT_NOW_TYPING = frozenset({45080, 45081})  # nothing was said for half a minute; it is shown already


def show_typing(client: Client, openid: str) -> bool:
    """对方正在输入… by message/custom/typing. False where the platform does not show it now: nothing hangs on it."""
    try:
        client.ask(lambda: client.post("message/custom/typing", data={"touser": openid, "command": "Typing"}))
    except Rejected as refused:
        if refused.errcode not in NOT_NOW_TYPING:
            raise
        return False
    return True


MOST_BYTES = {
    PieceKind.SOUND: limits.MAX_VOICE_BYTES, PieceKind.VIDEO: limits.MAX_VIDEO_BYTES,
    PieceKind.PICTURE: limits.MAX_IMAGE_BYTES, PieceKind.SLIP: limits.MAX_IMAGE_BYTES,
}  # fmt: skip


def fetch_piece(client: Client, media: Path, payload: Json) -> Json:
    """{"media_id", "kind", "most_bytes"} by media/get, streamed to its place → {"original", "bytes", "name"}; {"refused"} for
    what is not of this kind. Again is the same file under the same name.

    A film comes as an address to fetch it from. (media/get/jssdk has what a page recorded, clearer, in a format that
    only WeChat's own decoder reads: not used.)
    """
    kind = PieceKind(payload["kind"])
    most = min(payload.get("most_bytes") or MOST_BYTES[kind], MOST_BYTES[kind])
    try:
        with client.stream("cgi-bin/media/get", {"media_id": payload["media_id"]}) as answer:
            if not isinstance(answer, dict):
                return files.keep(media, answer, kind, name=TITLES[kind], most=most)
        with far.stream(str(answer.get("video_url", "")), beside=client.base) as chunks:
            return files.keep(media, chunks, kind, name=TITLES[kind], most=most)
    except NotThis as no:
        return {"refused": no.cause}
    except far.Foreign:
        return {"refused": "的地址不是微信的，没有去取，请在页面上传。"}


TITLES = {PieceKind.SOUND: "语音", PieceKind.VIDEO: "视频", PieceKind.PICTURE: "图片", PieceKind.SLIP: "同意书"}


def create_menu(client: Client, payload: Json) -> Json:
    """{"menu"} by menu/create. The same menu twice is the same menu."""
    return client.ask(lambda: client.menu.create(payload["menu"]))


# A batch is refused whole for one reader in it: twenty tags already, unfollowed meanwhile.
OF_ONE_READER = frozenset({45059, 49003, 40003, 50005, 46004})
PARTLY_TAGGED, TAG_NAME_TAKEN = 45171, 45157


def list_followers(client: Client, payload: Json) -> Json:
    """{"what": "page", "after"} by user/get → {"openids", "next", "total"}, empty at the end; {"what": "tags"} by tags/get →
    {"tags": [{"id", "name", "readers"}]}."""
    if payload["what"] == "tags":
        listed = client.ask(lambda: client.get("tags/get")).get("tags") or []
        return {"tags": [{"id": one["id"], "name": one["name"], "readers": one.get("count", 0)} for one in listed]}
    told = client.ask(lambda: client.user.get_followers(payload["after"] or None))
    openids = (told.get("data") or {}).get("openid") or []
    return {"openids": openids, "next": told.get("next_openid") or "", "total": told.get("total", 0)}


def tag_readers(client: Client, payload: Json) -> Json:
    """{"name"} by tags/create → {"tag_id"}, of the tag that is called so already where an answer was lost; {"drop"} by
    tags/delete; {"tag_id", "openids", …} by batchtagging → the same with {"refused": openids}. Again is the same."""
    if "name" in payload:
        return {"tag_id": _tag_called(client, payload["name"])}
    if "drop" in payload:
        client.ask(lambda: client.post("tags/delete", data={"tag": {"id": payload["drop"]}}))
        return {}
    return {**payload, "refused": _not_tagged(client, payload["tag_id"], payload["openids"])}


def _tag_called(client: Client, name: str) -> int:
    try:
        made = client.ask(lambda: client.post("tags/create", data={"tag": {"name": name}}))
        return int((made.get("tag") or made)["id"])
    except Rejected as refused:
        if refused.errcode != TAG_NAME_TAKEN:
            raise
    listed = client.ask(lambda: client.get("tags/get")).get("tags") or []
    return next(int(one["id"]) for one in listed if one["name"] == name)


def _not_tagged(client: Client, tag_id: int, openids: list[str], *, is_last: bool = False) -> list[str]:
    """Tag these; who could not be. A batch that is refused for one reader is halved until that one is alone; of one that
    failed for some (45171) those alone are tried once more."""
    if not openids:
        return []
    body = {"tagid": tag_id, "openid_list": openids}
    try:
        client.ask(lambda: client.post("tags/members/batchtagging", data=body))
        return []
    except Stopped:
        raise
    except Rejected as refused:
        if refused.errcode == PARTLY_TAGGED:
            failed = refused.told.get("fail_openid_list")
            again = [one for one in openids if one in failed] if isinstance(failed, list) else openids
            return again if is_last else _not_tagged(client, tag_id, again, is_last=True)
        if refused.errcode not in OF_ONE_READER:
            raise
    if len(openids) == 1:
        return openids
    half = len(openids) // 2
    halves = (openids[:half], openids[half:])
    return [one for part in halves for one in _not_tagged(client, tag_id, part, is_last=is_last)]


def probe_right(client: Client, payload: Json) -> Json:
    """{"right"} → {"errcode"}: 0 where the right is there. Raises what concerns every call (token, IP, account)."""
    question = PROBES[payload["right"]]
    try:
        client.ask(lambda: question(client))
    except Stopped as stopped:
        if stopped.errcode in NO_RIGHT:
            return {"errcode": stopped.errcode}
        if stopped.errcode not in DAILY_QUOTA:  # who has used up a quota has the right
            raise
    except Rejected:
        pass
    return {"errcode": 0}


def probe_rights(client: Client) -> dict[str, int]:
    """Every right at once, name → errcode: for somebody who waits for the answer."""
    return {right: probe_right(client, {"right": right})["errcode"] for right in PROBES}
