"""The platform's error codes that can be met here, with the words it sends along."""

import secrets

MESSAGES: dict[int, str] = {
    -1: "system error",
    0: "ok",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40006: "invalid meida size",  # the platform's own spelling
    40007: "invalid media_id",
    40008: "invalid message type",
    40009: "invalid image size",
    40010: "invalid voice size",
    40011: "invalid video size",
    40012: "invalid thumb size",
    40013: "invalid appid",
    40014: "invalid access_token",
    40015: "invalid menu type",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40023: "invalid sub button size",
    40024: "invalid sub button type",
    40025: "invalid sub button name size",
    40026: "invalid sub button key size",
    40027: "invalid sub button url size",
    40029: "invalid code",
    40030: "invalid refresh_token",
    40032: "invalid openid list size",
    40033: r"invalid charset. please check your request, if include \uxxxx will create fail!",
    40035: "invalid parameter",
    40037: "invalid template_id",
    40039: "invalid url size",
    40052: "invalid action_name",
    40053: "invalid action_info",
    40125: "invalid appsecret",
    40163: "code been used",
    40164: "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist",
    40202: "invalid action",
    40203: "invalid check_operator",
    40246: "invalid keyword_name_list",
    40247: "only templates of the account's categories can be added",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41005: "media data missing",
    41006: "media_id missing",
    41008: "missing code",
    42001: "access_token expired",
    42002: "refresh_token expired",
    43001: "require GET method",
    43002: "require POST method",
    43004: "require subscribe",
    43019: "the user is in the blacklist",
    43101: "user refuse to accept the msg",
    44002: "empty post data",
    44003: "empty news data",
    44004: "empty content",
    45001: "media size out of limit",
    45002: "content size out of limit",
    45003: "title size out of limit",
    45004: "description size out of limit",
    45005: "url size out of limit",
    45007: "voice play time out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45026: "template num exceeds limit",
    45047: "out of response count limit",
    45056: "too many tags",
    45058: "can't modify sys tag",
    45059: "can not tag one user with so many tags",
    45072: "command not supported",
    45080: "can not send typing state: no message from the user lately",
    45081: "can not send typing state: already typing",
    45157: "invalid tag name, duplicate",
    45158: "invalid tag name, too long",
    45159: "invalid tag id",
    46001: "media data no exist",
    46003: "menu no exist",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    48002: "user refuses to receive messages",
    48006: "forbid to clear quota because of reaching the limit",
    49003: "openid does not match appid",
    50004: "forbid to use the token api",
    50005: "user is unsubscribed",
    50007: "account is frozen",
    53600: "invalid article id",
    65400: "please enable new custom service, or wait for a while if you have enabled",
    70000: "the recipient is under protection of minors",
    76021: "cgi_path not found, please check",
    89503: "this ip is waiting for the administrator's confirmation",
    89506: "the administrator refused this ip for 24 hours",
    89507: "the administrator refused this ip for 1 hour",
    200012: "template count reaches the limit",
    200014: "invalid tid",
    200016: "invalid start",
    200017: "invalid limit",
    200018: "category ids missing",
    200020: "invalid kidList",
    200021: "invalid sceneDesc",
    200022: "template is already there",
}


class Refusal(Exception):
    """An API call the platform declines, with its error code."""

    def __init__(self, code: int, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail

    def answer(self) -> dict[str, object]:
        words = MESSAGES.get(self.code, "refused by the simulator as it was told")
        joined = " " if self.code == 47003 else ", hints: "  # as the platform writes them
        hint = f"{joined}{self.detail}" if self.detail else ""
        return {
            "errcode": self.code,
            "errmsg": f"{words}{hint} rid: {secrets.token_hex(4)}-{secrets.token_hex(4)}",
        }


OK: dict[str, object] = {"errcode": 0, "errmsg": "ok"}
