"""Logs: one line a fact, to stderr; JSON where no person watches. No openid, no words of a reader, no token."""

import logging
import sys

import structlog


def configure() -> None:
    """Set up structlog once a process."""
    renderer = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # wechatpy logs whole requests, tokens included, at debug; urllib3 logs addresses with the token in them.
    for noisy in ("wechatpy", "urllib3", "apscheduler"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
