"""Where scanners of public places report secrets."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from portal.access import anonymous, public_page
from portal.keys.leaks.report import places_of, reporter, take


@require_POST
@public_page
def report(request: HttpRequest) -> HttpResponse:
    """Take a signed report; says for each secret, by its hash, whether it is one of this portal's."""
    scanner = reporter(request)
    reported = places_of(request.body)
    known = take(reported, scanner, by=anonymous(request))
    labels = {True: "true_positive", False: "false_positive"}
    answer = [{"token_hash": verifier, "label": labels[verifier in known]} for verifier, _place in reported]
    return JsonResponse(answer, safe=False)
