"""Baseline: WeRoBot as it ships, a safe-mode echo with its default SQLite session. In a venv of its own."""

import os

from werobot import WeRoBot

robot = WeRoBot(token=os.environ["BENCH_TOKEN"])
robot.config["APP_ID"] = os.environ["BENCH_APP_ID"]
robot.config["ENCODING_AES_KEY"] = os.environ["BENCH_AES_KEY"]


@robot.text
def echo(message, session):
    session["last"] = message.content
    return message.content


app = robot.wsgi
