"""`python -m simulator`: start, say where, stay until told to stop."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from simulator.account import KINDS, Account, WrongSetting
from simulator.merchant import Merchant, merchant_at
from simulator.platform import Platform
from simulator.server import Server
from simulator.sip2 import serve_beside
from simulator.state import State
from simulator.web import whole_app


def main() -> int:
    wishes = _arguments()
    try:
        account = _account(wishes)
    except WrongSetting as error:
        print(f"simulator: {error}", file=sys.stderr)  # noqa: T201
        return 2
    state = State(wishes.state)
    platform = Platform(account, state, _merchant(wishes))
    try:
        server = Server(wishes.port, whole_app(platform))
    except OSError as error:
        print(f"simulator: port {wishes.port}: {error.strerror}", file=sys.stderr)  # noqa: T201
        return 1
    if wishes.sip2_port:
        serve_beside(wishes.sip2_port, user=wishes.sip2_user, password=wishes.sip2_password)
    platform.address = f"http://127.0.0.1:{server.port}"
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: _stop(platform, server))
    print(f"simulator ready on {platform.address}", flush=True)  # noqa: T201
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    state.close()
    return 0


def _stop(platform: Platform, server: Server) -> None:
    platform.stopping.set()
    # shutdown() waits for serve_forever, which runs in this very thread.
    threading.Thread(target=server.shutdown, daemon=True).start()


def _account(wishes: argparse.Namespace) -> Account:
    return Account(
        app_id=wishes.app_id,
        app_secret=wishes.app_secret,
        token=wishes.token,
        aes_key=wishes.aes_key,
        callback=wishes.callback,
        kind=wishes.kind,
        verified=not wishes.unverified,
        account_id=wishes.account_id,
        name=wishes.name,
    )


def _merchant(wishes: argparse.Namespace) -> Merchant | None:
    if not wishes.merchant:
        return None
    return merchant_at(
        wishes.pay_keys, number=wishes.merchant, v2_key=wishes.pay_v2_key, v3_key=wishes.pay_v3_key,
        serial=wishes.pay_serial, platform_key_id=wishes.pay_platform_key_id,
    )  # fmt: skip


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator", description="A pretend WeChat on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=8001, help="0 picks a free one")
    parser.add_argument("--state", default=":memory:", help="SQLite file, or :memory:")
    parser.add_argument("--app-id", required=True)
    parser.add_argument("--app-secret", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--aes-key", required=True, help="EncodingAESKey, 43 characters")
    parser.add_argument("--callback", required=True, help="the account's address, e.g. http://127.0.0.1:8000/wechat")
    parser.add_argument("--kind", choices=KINDS, default="service")
    parser.add_argument("--unverified", action="store_true")
    parser.add_argument("--account-id", default="gh_demo")
    parser.add_argument("--name", default="书声图书馆", help="the account's name as readers see it")
    parser.add_argument("--merchant", default="", help="number of a merchant account: WeChat Pay answers too")
    parser.add_argument("--pay-v2-key", default="")
    parser.add_argument("--pay-v3-key", default="")
    parser.add_argument("--pay-serial", default="")
    parser.add_argument("--pay-platform-key-id", default="")
    parser.add_argument(
        "--pay-keys", type=Path, default=Path("pay-keys"), help="folder of the key files, made at need"
    )
    parser.add_argument("--sip2-port", type=int, default=0, help="a pretend library system as well")
    parser.add_argument("--sip2-user", default="")
    parser.add_argument("--sip2-password", default="")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
