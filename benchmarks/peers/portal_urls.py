"""The portal, a view that wants a token, the same view without, and one that signs a token and records nothing."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from portal import urls
from portal.access import key_endpoint, public_page
from portal.keys.signing import signers
from portal.tokens.commands import Claims, signed
from portal.tokens.request import SCOPE_READ, read

CLAIMS: Claims = {"iss": "https://portal.example", "aud": "https://portal.example/api", "sub": "client:acme-1"}


def view(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"value": 42})


def sign(request: HttpRequest) -> HttpResponse:
    read(request)
    return JsonResponse({"access_token": signed(CLAIMS, signers()[0]).reveal(), "token_type": "Bearer"})


urlpatterns = [
    path("oauth/signed", public_page(sign)),
    path("api/checked", key_endpoint(SCOPE_READ)(view)),
    path("api/open", public_page(view)),
    *urls.urlpatterns,
]
