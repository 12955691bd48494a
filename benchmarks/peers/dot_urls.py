"""The peer's token endpoint, and a view that wants a token."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from oauth2_provider.decorators import protected_resource
from oauth2_provider.views import TokenView


@protected_resource(scopes=["hub.read"])
def checked(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"value": 42})


urlpatterns = [path("oauth/token", TokenView.as_view()), path("api/checked", checked)]
