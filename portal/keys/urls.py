"""Binding keys of a tenant."""

from django.urls import path

from portal.keys import detail_views, list_views, views

app_name = "keys"
urlpatterns = [
    path("", list_views.list_keys, name="list"),
    path("export.csv", list_views.export_csv, name="export_csv"),
    path("export.json", list_views.export_json, name="export_json"),
    path("create/", views.create, name="create"),
    path("import/", views.import_key, name="import_key"),
    path("<int:key_id>/", detail_views.detail, name="detail"),
    path("<int:key_id>/env/", views.env, name="env"),
    path("<int:key_id>/revoke/", views.revoke, name="revoke"),
]
