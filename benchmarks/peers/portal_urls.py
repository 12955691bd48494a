"""The portal, a view that wants a token, and the same view without."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from portal import urls
from portal.access import key_endpoint, public_page
from portal.tokens.request import SCOPE_READ


def view(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"value": 42})


urlpatterns = [
    path("api/checked", key_endpoint(SCOPE_READ)(view)),
    path("api/open", public_page(view)),
    *urls.urlpatterns,
]
