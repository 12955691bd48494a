"""Binding keys of a tenant."""

from django.urls import path

from portal.keys import leak_views, views

app_name = "keys"
urlpatterns = [
    path("", views.list_keys, name="list"),
    path("create/", views.create, name="create"),
    path("import/", views.import_key, name="import_key"),
    path("leaks/", leak_views.leaks, name="leaks"),
    path("leaks/disable/", leak_views.disable_leaked, name="disable_leaked"),
    path("<int:key_id>/", views.detail, name="detail"),
    path("<int:key_id>/env/", views.env, name="env"),
    path("<int:key_id>/revoke/", views.revoke, name="revoke"),
]
