"""Structured log lines on standard error.

ERROR: data is at risk or somebody must act. WARNING: recovered by itself. INFO: life cycle. Never the text,
author or secret of anything above DEBUG.
"""

import logging
import sys

import structlog


def configure(*, verbose: bool = False, json: bool | None = None) -> None:
    """Set up logging once per process; JSON lines unless a person is looking."""
    json = not sys.stderr.isatty() if json is None else json
    level = logging.DEBUG if verbose else logging.INFO
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s", force=True
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer()
            if json
            else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """A logger that says who speaks."""
    bound: structlog.typing.FilteringBoundLogger = structlog.get_logger(part=name)
    return bound
