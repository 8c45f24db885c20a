"""Ports: is anybody there?"""

import errno
import socket

import click


def must_be_free(host: str, port: int, *, todo: str) -> None:
    """Raises: ClickException if nothing of ours can listen there: told before anything begins, without a traceback."""
    with socket.socket() as trial:
        trial.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # as the server: a closed one's remains do no harm
        try:
            trial.bind((host, port))
        except OSError as error:
            why = "已经有程序在用" if error.errno == errno.EADDRINUSE else f"打不开（{error.strerror}）"
            raise click.ClickException(f"端口 {port} {why}：{todo}") from None
