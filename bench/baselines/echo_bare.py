"""Baseline: the same echo with no framework around it, to tell Flask's share from wechatpy's."""

import os
from urllib.parse import parse_qs

from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto

TOKEN, KEY, APP_ID = (os.environ[name] for name in ("BENCH_TOKEN", "BENCH_AES_KEY", "BENCH_APP_ID"))


def app(environ, start_response):
    crypto = WeChatCrypto(TOKEN, KEY, APP_ID)
    args = parse_qs(environ["QUERY_STRING"])
    timestamp, nonce = args["timestamp"][0], args["nonce"][0]
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    message = parse_message(crypto.decrypt_message(body, args["msg_signature"][0], timestamp, nonce))
    reply = create_reply(message.content, message)
    answer = crypto.encrypt_message(reply.render(), nonce, timestamp).encode()
    start_response("200 OK", [("Content-Type", "text/xml"), ("Content-Length", str(len(answer)))])
    return [answer]
