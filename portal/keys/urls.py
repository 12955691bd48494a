"""Binding keys of a tenant."""

from django.urls import path

from portal.keys import constants_views, export_views, handover_views, views

app_name = "keys"
urlpatterns = [
    path("", views.list_keys, name="list"),
    path("create/", views.create, name="create"),
    path("import/", views.import_key, name="import_key"),
    path("constants/", constants_views.constants, name="constants"),
    path("<int:key_id>/", views.detail, name="detail"),
    path("<int:key_id>/env/", views.env, name="env"),
    path("<int:key_id>/export/", export_views.export, name="export"),
    path("<int:key_id>/export/file/", export_views.export_file, name="export_file"),
    path("<int:key_id>/hand-over/", handover_views.hand_over, name="hand_over"),
    path("<int:key_id>/hand-over/withdraw/", handover_views.withdraw_hand_over, name="withdraw_hand_over"),
    path("<int:key_id>/revoke/", views.revoke, name="revoke"),
]
