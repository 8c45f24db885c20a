"""The two pages of web authorisation a reader may see: the one that asks the phone, and the one with a complaint."""

from html import escape

from werkzeug.wrappers import Response

# In a sandbox, for the phone's own origin must not be lent to what its frame shows.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; sandbox allow-scripts",
    "Cache-Control": "no-store",
}
PAGE = """<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="/static/tokens.css">
<link rel="stylesheet" href="/static/authorize.css">
{script}<main><h1>{title}</h1><p id="words">{words}</p></main>
</html>
"""


def asking_page() -> Response:
    """Its script asks the phone around it who holds it, and comes back with the answer."""
    script = '<script src="/static/authorize.js" defer></script>\n'
    return _page("微信授权", "正在进入…", script)


def error_page(complaint: str) -> Response:
    return _page("抱歉，出错了", complaint)


def _page(title: str, words: str, script: str = "") -> Response:
    text = PAGE.format(title=escape(title), words=escape(words), script=script)
    return Response(text, mimetype="text/html", headers=HEADERS)
