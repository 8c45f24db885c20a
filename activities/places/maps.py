"""Coordinates as staff have them, and the link that opens a map at a place. Pure: no map is asked.

Tencent's and Amap's maps speak GCJ-02, as WeChat's locations do; Baidu shifts it once more (BD-09), some hundred
metres, which is taken back here. A link whose numbers may mean anything else is refused, never guessed.
"""

import math
import re
from urllib.parse import parse_qs, quote, unquote, urlsplit

from activities.nearby import Point, point_of
from models.errors import BadInput

DIGITS = 6  # behind the point: a hand's breadth
LONGEST_TITLE, LONGEST_ADDRESS = 12, 12  # characters of a link: each is nine bytes of a message
_X_PI = math.pi * 3000 / 180
_NUMBER = r"[-+]?\d{1,3}(?:\.\d+)?"
_PAIR = re.compile(rf"(?<![A-Za-z\d.])({_NUMBER})\s*[,，;；、\s]\s*({_NUMBER})(?![\d.]|\s*[z米])")
_HAS_BAIDU = re.compile(r"百度|bd-?09", re.IGNORECASE)
_SHORT = ("surl.amap.com", "j.map.baidu.com", "map.wap.qq.com", "url.cn", "dwz.cn")
_HOSTS = ("qq.com", "amap.com", "gaode.com", "baidu.com")
_HOW = "请在腾讯或高德地图上找到这个地方，复制坐标（例如 30.9369, 117.8213）或完整的网址。"
_GPS = re.compile(r"wgs-?84|gps", re.IGNORECASE)


def point_in(words: str) -> Point:
    """Typed as 纬度, 经度 (either first), or a link of Tencent's, Amap's or Baidu's map. GCJ-02.

    Raises: BadInput for what has no coordinates, or those of another datum.
    """
    text = words.strip()
    url = re.search(r"https?://\S+|(?:[\w-]+\.)+(?:com|cn)/\S+", text)
    if url is not None:
        return _rounded(_of_link(url[0]))
    if _GPS.search(text):
        raise BadInput(f"GPS（WGS-84）的坐标和地图上差几百米，不能直接用。{_HOW}")
    pair = _pair(text)
    if pair is None:
        raise BadInput(f"没有看出坐标。{_HOW}")
    return _rounded(_from_baidu(pair) if _HAS_BAIDU.search(text) else pair)


def said_point(at: Point) -> str:
    """30.9369, 117.8213: as a form shows it, and as `point_in` reads it."""
    return (
        f"{at.latitude:.{DIGITS}f}".rstrip("0").rstrip(".")
        + ", "
        + f"{at.longitude:.{DIGITS}f}".rstrip("0").rstrip(".")
    )


def way_link(name: str, at: Point, address: str = "") -> str:
    """Opens Tencent's map at the place, inside WeChat as well; from there the way is one tap."""
    where = quote((address or name)[:LONGEST_ADDRESS], safe="")
    marker = f"coord:{at.latitude:.{DIGITS}f},{at.longitude:.{DIGITS}f};title:{quote(name[:LONGEST_TITLE], safe='')};addr:{where}"
    return f"https://apis.map.qq.com/uri/v1/marker?marker={marker}&referer=shusheng"


def _rounded(at: Point) -> Point:
    return Point(round(at.latitude, DIGITS), round(at.longitude, DIGITS))


def _pair(text: str) -> Point | None:
    """Either order: no latitude of the country is a longitude of it."""
    hit = _PAIR.search(text)
    if hit is None:
        return None
    one, other = float(hit[1]), float(hit[2])
    return point_of(other, one) if abs(one) > 60 >= abs(other) else point_of(one, other)


def _of_link(url: str) -> Point:
    parts = urlsplit(url if "://" in url else f"https://{url}")
    host, plain = (parts.hostname or "").lower(), unquote(unquote(url))
    if host in _SHORT or (any(host.endswith(one) for one in _HOSTS) and not re.search(r"\d+\.\d+", plain)):
        raise BadInput("这是短链接，里面没有坐标。请在浏览器里打开它，再复制地址栏里完整的网址，或直接填坐标。")
    if not any(host == one or host.endswith(f".{one}") for one in _HOSTS):
        raise BadInput(f"认得腾讯、高德和百度地图的网址，这个不是。{_HOW}")
    asked = {name.lower(): values[0] for name, values in parse_qs(unquote(parts.query)).items()}
    datum = asked.get("coord_type", asked.get("coordtype", asked.get("coordinate", ""))).lower()
    if _GPS.search(datum):
        raise BadInput(f"这个网址用的是 GPS（WGS-84）坐标，和地图上差几百米。{_HOW}")
    at = _named(asked) or _in_path(plain)
    if at is None and host.endswith("baidu.com"):
        raise BadInput(f"百度地图这种网址里是平面坐标，读不出经纬度。{_HOW}")
    if at is None:
        raise BadInput(f"这个网址里没有看出坐标。{_HOW}")
    is_shifted = host.endswith("baidu.com") and not datum.startswith("gcj")
    return _from_baidu(at) if is_shifted else at


_FIELDS = (
    "marker",
    "markers",
    "position",
    "location",
    "latlng",
    "lnglat",
    "center",
    "coord",
    "point",
    "to",
    "q",
    "p",
    "dest",
    "tocoord",
)


def _named(asked: dict[str, str]) -> Point | None:
    """From the fields that carry a place: marker=coord:30.9,117.8;title:… · position=117.8,30.9 · pointx=…&pointy=…"""
    if "pointx" in asked and "pointy" in asked:
        return _pair(f"{asked['pointy']},{asked['pointx']}")
    if "lat" in asked and (east := asked.get("lng", asked.get("lon", ""))):
        return _pair(f"{asked['lat']},{east}")
    found = (_pair(asked[name]) for name in _FIELDS if name in asked)
    return next(filter(None, found), None)


def _in_path(plain: str) -> Point | None:
    """…/@30.9369,117.8213 and the like: two numbers with a point, next to each other."""
    hit = re.search(r"(\d{1,3}\.\d{2,})\s*,\s*(\d{1,3}\.\d{2,})(?!\d)", plain)
    return _pair(f"{hit[1]},{hit[2]}") if hit else None


def _from_baidu(at: Point) -> Point:
    """BD-09 to GCJ-02, as Baidu's shift is known to be: within a metre."""
    x, y = at.longitude - 0.0065, at.latitude - 0.006
    far = math.hypot(x, y) - 0.00002 * math.sin(y * _X_PI)
    turn = math.atan2(y, x) - 0.000003 * math.cos(x * _X_PI)
    return point_of(far * math.sin(turn), far * math.cos(turn))


def to_baidu(at: Point) -> Point:
    """The same the other way."""
    x, y = at.longitude, at.latitude
    far = math.hypot(x, y) + 0.00002 * math.sin(y * _X_PI)
    turn = math.atan2(y, x) + 0.000003 * math.cos(x * _X_PI)
    return Point(far * math.sin(turn) + 0.006, far * math.cos(turn) + 0.0065)
