"""The phone in the browser: one page, its styles and scripts, and nothing from elsewhere."""

from flask import Blueprint, Response, render_template

from simulator.platform import Platform

# Pages of the account open in a frame, pictures come from the simulator or from the account's articles.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " img-src http: https: data: blob:; media-src 'self' blob:; frame-src http: https:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


def phone(platform: Platform) -> Blueprint:
    pages = Blueprint(
        "phone", __name__, template_folder="templates", static_folder="static", static_url_path="/static"
    )

    @pages.get("/")
    def page() -> Response:
        answer = Response(render_template("phone.html", account=platform.account), mimetype="text/html")
        answer.headers["Content-Security-Policy"] = POLICY
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @pages.get("/jweixin.js")
    def jssdk() -> Response:
        """What pages of the account load for WeChat's JSSDK."""
        return pages.send_static_file("jweixin.js")

    return pages
