"""/sim/tags: whom the next tagging leaves out, once."""

from flask import Blueprint, Response, jsonify

from simulator.inbound import BadWish
from simulator.platform import Platform
from simulator.state import keep_setting
from simulator.wishes import asked


def register(api: Blueprint, platform: Platform) -> None:
    """Its routes."""

    @api.post("/tags")
    def stumble() -> Response:
        """`stumble`: openids that the next batch with them cannot tag (45171)."""
        openids = asked().get("stumble")
        if not isinstance(openids, list) or not all(isinstance(one, str) for one in openids):
            raise BadWish("stumble is a list of openids")
        with platform.state.unit() as db:
            keep_setting(db, "tags_stumble", openids)
        return jsonify(stumble=openids)
