"""What a screenshot tells about an application that is to be released: rules with stable ids (docs/images.md).

Pure: it judges the facts that were taken when the picture was sent, and looks at no pixel again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.lib.images.cleaning import PictureFacts
from portal.lib.images.seen import HubBar


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class ScreenshotRule:
    """One thing that can be wrong with a screenshot. The id does not change; it is a heading of docs/images.md."""

    id: str
    severity: Severity
    message: str | Promise
    advice: str | Promise


BLANK = ScreenshotRule(
    "screenshot_blank",
    Severity.ERROR,
    _("The screenshot shows almost one colour: the page had not loaded, or there is nothing on it."),
    _("Wait until the page has loaded, then take the screenshot again."),
)
BAR_MISSING = ScreenshotRule(
    "screenshot_hub_bar_missing",
    Severity.ERROR,
    _("The Hub's bar is not on top of the screenshot. The Hub does not release an application without it."),
    _(
        "Load the bar's script and call _mdsp.init with the id of the element around your application. Open it through "
        "the Hub's gateway, and take the screenshot from the top of the page."
    ),
)
BAR_UNSURE = ScreenshotRule(
    "screenshot_hub_bar_unsure",
    Severity.WARNING,
    _("It is not certain that the Hub's bar is on the screenshot: its top is dark, but not just a bar."),
    _("Look at it yourself. A screenshot of the page alone, in light colours, is recognised best."),
)
RULES = (BLANK, BAR_MISSING, BAR_UNSURE)


def screenshot_findings(facts: PictureFacts) -> list[ScreenshotRule]:
    """The rules that this screenshot breaks, the gravest first; none is a good one."""
    by_bar = {HubBar.MISSING: [BAR_MISSING], HubBar.UNSURE: [BAR_UNSURE], HubBar.FOUND: []}
    return [*([BLANK] if facts.blank else []), *by_bar[facts.hub_bar]]
