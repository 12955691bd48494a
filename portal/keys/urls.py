"""Binding keys of a tenant."""

from django.urls import path

from portal.keys import lifecycle_views, views

app_name = "keys"
urlpatterns = [
    path("", views.list_keys, name="list"),
    path("create/", views.create, name="create"),
    path("import/", views.import_key, name="import_key"),
    path("<int:key_id>/", views.detail, name="detail"),
    path("<int:key_id>/env/", views.env, name="env"),
    path("<int:key_id>/revoke/", lifecycle_views.revoke, name="revoke"),
    path("<int:key_id>/roll/", lifecycle_views.roll, name="roll"),
    path("<int:key_id>/roll/end/", lifecycle_views.roll_end, name="roll_end"),
    path("<int:key_id>/roll/finish/", lifecycle_views.finish, name="finish"),
    path("<int:key_id>/disable/", lifecycle_views.disable, name="disable"),
    path("<int:key_id>/enable/", lifecycle_views.enable, name="enable"),
    path("<int:key_id>/brown-out/", lifecycle_views.brown_out, name="brown_out"),
    path("<int:key_id>/brown-out/stop/", lifecycle_views.stop_brown_out, name="stop_brown_out"),
]
