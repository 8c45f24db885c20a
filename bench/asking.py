"""One message of each of a whole crowd, over a fixed number of connections; every answer is opened and must be theirs."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.load import drive
from bench.readers import CONNECTIONS
from bench.report import percentile
from bench.wechat import Channel, opened, request, text_push


@dataclass(frozen=True)
class Asked:
    """What a crowd of readers was answered; `took` in seconds, sorted."""

    said: Mapping[str, str]
    rate: float
    took: Sequence[float]

    def row(self, what: str, beside: "Asked") -> list[str]:
        """A line of a table; the last column is the share of another crowd's rate."""
        waits = (f"{percentile(self.took, share) * 1000:.1f}" for share in (0.5, 0.99))
        return [what, f"{self.rate:,.0f}", *waits, f"{self.rate / beside.rate:.2f}"]


def ask(port: int, channel: Channel, readers: Sequence[str], words: str, *, connections: int = CONNECTIONS) -> Asked:
    """All of them at once; a reader's answer is opened and must be theirs. Raises: WrongReplyError."""
    created, first = int(time.time()), time.time_ns() // 1000
    lines = [list(readers[at::connections]) for at in range(min(connections, len(readers)))]
    numbers = iter(range(first, first + len(readers)))
    scripts = [
        [
            request(
                channel, text_push(one, words, next(numbers), created), path="/wechat", openid=one, created=created
            )
            for one in line
        ]
        for line in lines
    ]
    run = drive(port, scripts, warm_up=0, seconds=600, to_the_end=True)
    said, took = {}, []
    for own, line in zip(lines, run.lines, strict=True):
        for reader, answer in zip(own, line.answers, strict=False):
            reply = opened(channel, answer)
            said[reader] = reply.content if reply.to == reader else ""
        took += [done - sent for sent, done in zip(line.sent_at, line.answered_at, strict=False)]
    lasted = max(line.answered_at[-1] for line in run.lines) - min(line.sent_at[0] for line in run.lines)
    return Asked(said, len(said) / lasted, sorted(took))
