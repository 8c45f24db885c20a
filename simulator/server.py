"""HTTP/1.1 with keep-alive, a thread for each connection: calls held silently can never exhaust it.

Written on http.server and not on Werkzeug's server, which closes every connection after one answer, and
because a fault must be able to cut a connection instead of answering.
"""

import io
import socket
import sys
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any
from urllib.parse import unquote_to_bytes

LARGEST_BODY = 32 * 1024 * 1024

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class CutConnection(Exception):
    """Raised by the application: no answer, close the connection."""


class Server(ThreadingTCPServer):
    """Serves one WSGI application on the loopback address."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024

    def __init__(self, port: int, app: WsgiApp) -> None:
        super().__init__(("127.0.0.1", port), Connection)
        self.app = app
        self.closed = False
        self.port: int = self.server_address[1]

    def server_close(self) -> None:
        self.closed = True
        super().server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exc_info()[1]
        # Callers come and go; and what is still under way when the program ends has nothing left to stand on.
        if not (self.closed or isinstance(error, (ConnectionError, TimeoutError))):
            super().handle_error(request, client_address)


class Connection(BaseHTTPRequestHandler):
    """One client: requests one after another until it goes away or is cut."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the kernel may hold a small answer for 40 ms
    server: Server

    def answer_request(self) -> None:
        body = self._body()
        if body is None:
            self.send_error(411 if "Transfer-Encoding" not in self.headers else 413)
            self.close_connection = True
            return
        try:
            chunks, status, headers, content = self._run(body)
            try:
                self._send(status, headers, content)
            finally:
                if hasattr(chunks, "close"):
                    chunks.close()  # only now: what waits for it wants the answer to have left
        except CutConnection:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = do_PATCH = answer_request  # noqa: N815

    def _body(self) -> bytes | None:
        """The whole body, read before the application runs, so that the next request starts clean."""
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return self._chunks()
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            return None
        return self.rfile.read(int(length)) if length != "0" else b""

    def _chunks(self) -> bytes | None:
        whole = io.BytesIO()
        while size := int(self.rfile.readline(32).split(b";")[0] or b"0", 16):
            if whole.tell() + size > LARGEST_BODY:
                return None
            whole.write(self.rfile.read(size))
            self.rfile.readline(4)
        while self.rfile.readline(8192).strip():
            pass  # trailers
        return whole.getvalue()

    def _run(self, body: bytes) -> tuple[Any, str, list[tuple[str, str]], bytes]:
        started: list[Any] = []
        chunks = self.server.app(self._environ(body), lambda *head: started.append(head))
        content = b"".join(chunks)
        return chunks, started[-1][0], started[-1][1], content

    def _environ(self, body: bytes) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self.server.port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "simulator.socket": self.connection,
        }
        for name, value in self.headers.items():
            environ.setdefault("HTTP_" + name.upper().replace("-", "_"), value)
        environ.pop("HTTP_TRANSFER_ENCODING", None)  # the chunks are already put together
        return environ

    def _send(self, status: str, headers: list[tuple[str, str]], content: bytes) -> None:
        # This machine's time, as a web server's own; the platform's simulated clock is in the answers themselves.
        head = [f"HTTP/1.1 {status}", f"Date: {self.date_time_string()}"]
        head += [f"{name}: {value}" for name, value in headers]
        if not any(name.lower() == "content-length" for name, _ in headers):
            head.append(f"Content-Length: {len(content)}")
        if self.close_connection:
            head.append("Connection: close")
        body = b"" if self.command == "HEAD" else content
        self.wfile.write("\r\n".join([*head, "", ""]).encode("latin-1") + body)  # one packet

    def log_message(self, *_: Any) -> None:
        """The log of calls is at /sim/calls; stderr is for what goes wrong."""
