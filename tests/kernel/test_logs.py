"""Log lines and error reports tell nothing that must stay secret, and cannot be forged."""

import json
import logging
import sys

from django.conf import settings
from django.test import RequestFactory
from django.views.debug import ExceptionReporter

from portal.lib.client_secret import generate
from portal.lib.logs import JsonLines


def formatted(message: str, *arguments: object, exc_info: object = None) -> dict[str, str]:
    record = logging.LogRecord("portal", logging.WARNING, __file__, 1, message, arguments, exc_info)  # type: ignore[arg-type]
    line = JsonLines().format(record)
    assert "\n" not in line
    return dict(json.loads(line))


def test_line_breaks_cannot_forge_a_line() -> None:
    assert formatted("agent %s", 'x\n{"level": "info"}\x1b[2K')["message"] == 'agent x\n{"level": "info"}\x1b[2K'


def test_exception_is_scrubbed() -> None:
    secret = generate().reveal()
    try:
        raise ValueError(secret)
    except ValueError:
        line = formatted("failed", exc_info=sys.exc_info())
    assert "ValueError" in line["exception"]
    assert secret not in line["exception"]


def test_error_report_has_no_form_fields_settings_or_locals() -> None:
    canary = "-".join(("canary", "value"))  # in one piece it would be shown as a line of the source
    request = RequestFactory().post("/oauth/token", {"client_secret": canary})
    try:
        raise RuntimeError(len(canary))
    except RuntimeError:
        reporter = ExceptionReporter(request, *sys.exc_info())
    for report in (reporter.get_traceback_text(), reporter.get_traceback_html()):
        assert canary not in report
        assert str(settings.DATA_DIR) not in report
