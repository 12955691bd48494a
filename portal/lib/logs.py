"""Log lines: one line each, with the request id, without secrets and without Django's detailed error reports."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import ItemsView
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

from portal.lib.client_secret import PATTERN

current_request_id: ContextVar[str] = ContextVar("current_request_id", default="-")

# Last net, not the first: client secrets made here, bearer tokens, Basic credentials.
_SECRETS = re.compile(rf"{PATTERN.pattern}|eyJ[\w-]+\.[\w-]+\.[\w-]*|(?i:basic|bearer)\s+[\w.~+/=-]{{8,}}")


def scrub(text: str) -> str:
    """The text with everything that looks like a secret replaced by `***`."""
    return _SECRETS.sub("***", text)


class JsonLines(logging.Formatter):
    """One JSON object a line: a line break or terminal code in a value cannot forge a second line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request_id": current_request_id.get(),
            "message": scrub(record.getMessage()),
        }
        if record.exc_info:
            line["exception"] = scrub(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=True)


class ClosedReport(SafeExceptionReporterFilter):
    """Django's error report without form fields, settings and local variables: each of them may be a secret."""

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        return {}

    def get_traceback_frame_variables(self, request: Any, tb_frame: Any) -> ItemsView[str, Any]:
        return {}.items()

    def get_safe_settings(self) -> dict[str, Any]:
        return {}
