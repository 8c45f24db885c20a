"""The JSON body of a request to the simulator's own API."""

import json
from typing import Any

from flask import request

from simulator.inbound import BadWish


def asked() -> dict[str, Any]:
    """The JSON body; nothing counts as {}. Raises: BadWish."""
    raw = request.get_data()
    try:
        body = json.loads(raw) if raw.strip() else {}
    except ValueError as error:
        raise BadWish(f"the body is not JSON: {error}") from None
    if not isinstance(body, dict):
        raise BadWish("the body must be a JSON object")
    return body
