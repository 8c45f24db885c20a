"""What WeChat tells about the account itself."""

from handlers.turn import Reply, Turn
from models import rights

# 认证 succeeded, failed or ran out: from now on some calls are allowed or refused that were not before.
MAY_CHANGE_RIGHTS = (
    "qualification_verify_success", "qualification_verify_fail", "annual_renew", "verify_expired",
)  # fmt: skip


def rights_may_have_changed(turn: Turn) -> Reply:
    """Ask anew what the account may do."""
    rights.owe_probes(turn.session, occasion=turn.incoming.key[:40], now=turn.now)
    return Reply.silence()
