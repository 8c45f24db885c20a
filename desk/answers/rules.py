"""What an entry may say, and who may let it out. Pure."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from desk.answers.content import Answer, Content, Form, Own, Resource
from models.wording import compact

LONGEST_NAME, LONGEST_WAY, MOST_WAYS, MOST_ANSWERS = 40, 60, 60, 20
LONGEST_TEXT, LONGEST_LEAD, LONGEST_BODY = 560, 200, 8000  # characters; a text message takes 2048 bytes
LONGEST_TITLE, LONGEST_CARD, LONGEST_URL, LONGEST_PATH, LONGEST_HOW = 60, 120, 500, 200, 500
_APP_ID = re.compile(r"wx[0-9a-f]{16}")
_URL = re.compile(r"https?://[^\s<>\"']{3,}")
_SAFE = re.compile(r"https://[^\s<>\"']{3,}")


def tidied(content: Content) -> Content:
    """Without blanks at the edges, and every way of asking once."""
    ways = {compact(way): " ".join(way.split()) for way in reversed(content.ways) if compact(way)}
    ways.pop(compact(content.name), None)
    return replace(content, name=" ".join(content.name.split()), ways=tuple(reversed(ways.values())))


def wrong_in(content: Content, branches: Collection[str]) -> dict[str, str]:
    """What cannot be kept even as a draft, by field: `name`, `ways`, `branch`, `last_on`, or `<field>-<place>` of an answer."""
    wrong: dict[str, str] = {}
    if not content.name or len(content.name) > LONGEST_NAME:
        wrong["name"] = f"请起一个名字，最多 {LONGEST_NAME} 个字，例如“办读者证”。"
    if (long := next((way for way in content.ways if len(way) > LONGEST_WAY), None)) is not None:
        wrong["ways"] = f"“{long[:20]}…”太长了，一种问法最多 {LONGEST_WAY} 个字。"
    if len(content.ways) > MOST_WAYS:
        wrong["ways"] = f"最多 {MOST_WAYS} 种问法，现在有 {len(content.ways)} 种。"
    if content.branch and content.branch not in branches:
        wrong["branch"] = f"没有叫“{content.branch}”的馆，请选一个。"
    if content.first_on and content.last_on and content.last_on < content.first_on:
        wrong["last_on"] = "不能早于开始的日子。"
    wrong |= _wrong_answers(content, branches)
    return wrong | (_wrong_resource(content.resource) if content.resource else {})


def _wrong_answers(content: Content, branches: Collection[str]) -> dict[str, str]:
    wrong: dict[str, str] = {}
    seen: set[str] = set()
    for place, answer in enumerate(content.answers):
        for name, words in _wrong_answer(answer).items():
            wrong[f"{name}-{place}"] = words
        if answer.branch and answer.branch not in branches:
            wrong[f"branch-{place}"] = f"没有叫“{answer.branch}”的馆，请选一个。"
        if answer.branch in seen:
            wrong[f"branch-{place}"] = "这个馆已经有一个回答了，请合成一个。"
        seen.add(answer.branch)
    if len(content.answers) > MOST_ANSWERS:
        wrong["name"] = f"最多 {MOST_ANSWERS} 个回答。"
    return wrong


def _wrong_answer(answer: Answer) -> dict[str, str]:
    """Only what is too long or no address: what lacks may still be written (`lacks`)."""
    most = {Form.TEXT: LONGEST_TEXT, Form.CARD: LONGEST_CARD}.get(answer.form, LONGEST_LEAD)
    wrong: dict[str, str] = {}
    if len(answer.text) > most:
        on = "；更长的请选“页面”" if answer.form is Form.TEXT else ""
        wrong["text"] = f"最多 {most} 个字，现在有 {len(answer.text)} 个{on}。"
    if len(answer.title) > LONGEST_TITLE:
        wrong["title"] = f"最多 {LONGEST_TITLE} 个字。"
    if len(answer.body) > LONGEST_BODY:
        wrong["body"] = f"最多 {LONGEST_BODY} 个字，现在有 {len(answer.body)} 个。"
    if answer.url and not _is_url(answer.url):
        wrong["url"] = "请写完整的网址，以 https:// 或 http:// 开头。"
    if answer.picture and not (_SAFE.fullmatch(answer.picture) and len(answer.picture) <= LONGEST_URL):
        wrong["picture"] = "请写图片的网址，以 https:// 开头；不用图片就空着。"
    return wrong | _wrong_mini(answer.appid, answer.path)


def _wrong_mini(appid: str, path: str) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if appid and not _APP_ID.fullmatch(appid):
        wrong["appid"] = "小程序的 AppID 是 wx 加 16 位数字和小写字母，在小程序的“更多资料”里能看到。"
    if len(path) > LONGEST_PATH or any(sign.isspace() for sign in path):
        wrong["path"] = f"页面路径最多 {LONGEST_PATH} 个字，没有空格，例如 pages/index/index。"
    return wrong


def _wrong_resource(resource: Resource) -> dict[str, str]:
    wrong = _wrong_mini(resource.appid, resource.path)
    if resource.address and not _is_url(resource.address):
        wrong["address"] = "请写完整的网址，以 https:// 或 http:// 开头。"
    if len(resource.how) > LONGEST_HOW:
        wrong["how"] = f"最多 {LONGEST_HOW} 个字，现在有 {len(resource.how)} 个。"
    return wrong


def _is_url(url: str) -> bool:
    return bool(_URL.fullmatch(url)) and len(url) <= LONGEST_URL


def lacks(content: Content) -> list[str]:
    """What is still to be written before it can be handed in; empty where nothing is."""
    if content.resource is not None:
        has_way = content.resource.address or content.resource.appid
        return [] if has_way else ["请写上网址，或者小程序的 AppID。"]
    if not content.answers:
        return ["先补上答案。"]
    return [f"{answer.branch or '给全馆'}的回答{words}" for answer in content.answers if (words := _lacks(answer))]


def _lacks(answer: Answer) -> str:
    match answer.form:
        case Form.TEXT:
            return "" if answer.text.strip() else "还没有写。"
        case Form.CARD:
            return "" if answer.title and answer.url else "是卡片：要有标题和网址。"
        case Form.MINI:
            return "" if answer.title and answer.appid and answer.path else "是小程序：要有标题、AppID 和页面路径。"
        case Form.PAGE:
            return "" if answer.title and answer.body.strip() else "是页面：要有标题和正文。"
        case Form.OWN:
            return "" if answer.own in set(Own) else "要选一样机器人自己知道的。"


def may_approve(who: str, writers: Collection[str], handed_by: str) -> bool:
    """Nobody lets their own words out."""
    return who not in writers and who != handed_by


def clashing(ways: Collection[str], claimed: Mapping[str, str]) -> dict[str, str]:
    """Of `ways` those that another entry claims as well, with its name. `claimed`: compact words → name."""
    return {way: claimed[compact(way)] for way in ways if compact(way) in claimed}
