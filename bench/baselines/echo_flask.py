"""Baseline: what wechatpy's own manual shows, a safe-mode echo on Flask. No database, no thought."""

import os

from flask import Flask, request
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto

TOKEN, KEY, APP_ID = (os.environ[name] for name in ("BENCH_TOKEN", "BENCH_AES_KEY", "BENCH_APP_ID"))

app = Flask(__name__)


@app.post("/wechat")
def callback():
    crypto = WeChatCrypto(TOKEN, KEY, APP_ID)
    timestamp, nonce = request.args["timestamp"], request.args["nonce"]
    xml = crypto.decrypt_message(request.data, request.args["msg_signature"], timestamp, nonce)
    message = parse_message(xml)
    reply = create_reply(message.content, message)
    return crypto.encrypt_message(reply.render(), nonce, timestamp)
