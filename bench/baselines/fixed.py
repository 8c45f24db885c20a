"""Not a baseline but the ceiling: fixed bytes for any request, to learn what the load can drive."""

import select
import socket
import sys

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 700\r\n\r\n" + b"x" * 700


def serve(port: int) -> None:
    listening = socket.create_server(("127.0.0.1", port), backlog=128)
    poll = select.epoll()
    poll.register(listening, select.EPOLLIN)
    links: dict[int, socket.socket] = {}
    while True:
        for number, _ in poll.poll():
            if number == listening.fileno():
                link, _ = listening.accept()
                link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                links[link.fileno()] = link
                poll.register(link, select.EPOLLIN)
            elif links[number].recv(65536):
                links[number].send(ANSWER)
            else:
                poll.unregister(number)
                links.pop(number).close()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
