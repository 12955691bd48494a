"""Signing in and out, and what people set for themselves."""

from django.urls import path

from portal.identity import settings_views, views

app_name = "identity"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-in/start/", views.start, name="start"),
    path("sign-in/callback/", views.callback, name="callback"),
    path("sign-in/out/", views.sign_out, name="sign_out"),
    path("settings/", settings_views.settings, name="settings"),
]
