"""The token service. The paths are those of the Hub's identity hosts, so that its clients find them."""

from django.urls import path

from portal.tokens import views

app_name = "tokens"
urlpatterns = [
    path("oauth/token", views.token, name="token"),
    path("oauth/introspect", views.introspect, name="introspect"),
    path("oauth/revoke", views.revoke, name="revoke"),
    path("token_keys", views.token_keys, name="token_keys"),
    path(".well-known/oauth-authorization-server", views.metadata, name="metadata"),
    path(".well-known/jwks.json", views.jwks, name="jwks"),
]
