"""Signing in and out."""

from django.urls import path

from portal.identity import views

app_name = "identity"
urlpatterns = [
    path("", views.sign_in, name="sign_in"),
    path("start/", views.start, name="start"),
    path("callback/", views.callback, name="callback"),
    path("out/", views.sign_out, name="sign_out"),
]
