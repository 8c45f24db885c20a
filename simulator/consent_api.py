"""The simulator's own API around pages and notices: the consent sheet, second thoughts, a page's signature."""

from flask import Blueprint, Response, jsonify

from simulator import consent, credits, jssdk, readers
from simulator.callbacks import Pushes
from simulator.platform import Platform
from simulator.wishes import asked


def register(api: Blueprint, platform: Platform, pushes: Pushes) -> None:
    @api.post("/sheet")
    def sheet() -> Response:
        """What the consent sheet for these templates shows."""
        with platform.state.unit() as db:
            asked_about = consent.asked_about(platform, db, asked().get("template_ids"))
        return jsonify(
            [{"template_id": one.id, "title": one.title.name, "type": one.title.kind} for one in asked_about]
        )

    @api.post("/readers/<openid>/subscribe")
    def subscribe(openid: str) -> Response:
        with platform.state.unit() as db:
            readers.reader(db, openid)
            answers, push = consent.answer_sheet(platform, db, openid, asked())
        return jsonify(tries=pushes.deliver(push), answers=answers, subscribeDetails=consent.details(answers))

    @api.post("/jssdk/config")
    def config() -> Response:
        return jsonify(jssdk.check_config(platform, asked()))

    @api.get("/readers/<openid>/subscriptions")
    def subscriptions(openid: str) -> Response:
        with platform.state.unit() as db:
            readers.reader(db, openid)
            return jsonify(credits.of_reader(db, openid))

    @api.post("/readers/<openid>/refuse")
    def refuse(openid: str) -> Response:
        with platform.state.unit() as db:
            readers.reader(db, openid)
            push = consent.refuse(platform, db, openid, asked().get("template_ids"))
        return jsonify(tries=pushes.deliver(push))
