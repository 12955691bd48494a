"""Binding keys of a tenant."""

from django.urls import path

from portal.keys import (
    approval_views,
    constants_views,
    detail_views,
    list_views,
    reach_views,
    views,
)
from portal.keys.exports import views as export_views
from portal.keys.handover import views as handover_views
from portal.keys.leaks import views as leak_views
from portal.keys.lifecycle import views as lifecycle_views

app_name = "keys"
urlpatterns = [
    path("", list_views.list_keys, name="list"),
    path("export.csv", list_views.export_csv, name="export_csv"),
    path("export.json", list_views.export_json, name="export_json"),
    path("create/", views.create, name="create"),
    path("import/", views.import_key, name="import_key"),
    path("constants/", constants_views.constants, name="constants"),
    path("leaks/", leak_views.leaks, name="leaks"),
    path("leaks/disable/", leak_views.disable_leaked, name="disable_leaked"),
    path("<int:key_id>/", detail_views.detail, name="detail"),
    path("<int:key_id>/export/", export_views.export, name="export"),
    path("<int:key_id>/export/file/", export_views.export_file, name="export_file"),
    path("<int:key_id>/edit/", reach_views.edit, name="edit"),
    path("<int:key_id>/approve/", approval_views.approve, name="approve"),
    path("<int:key_id>/revoke/", lifecycle_views.revoke, name="revoke"),
    path("<int:key_id>/roll/", lifecycle_views.roll, name="roll"),
    path("<int:key_id>/roll/end/", lifecycle_views.roll_end, name="roll_end"),
    path("<int:key_id>/roll/finish/", lifecycle_views.finish, name="finish"),
    path("<int:key_id>/roll/cancel/", lifecycle_views.cancel_roll, name="cancel_roll"),
    path("<int:key_id>/disable/", lifecycle_views.disable, name="disable"),
    path("<int:key_id>/enable/", lifecycle_views.enable, name="enable"),
    path("<int:key_id>/brown-out/", lifecycle_views.brown_out, name="brown_out"),
    path("<int:key_id>/brown-out/stop/", lifecycle_views.stop_brown_out, name="stop_brown_out"),
    path("<int:key_id>/hand-over/", handover_views.hand_over, name="hand_over"),
    path("<int:key_id>/hand-over/withdraw/", handover_views.withdraw_hand_over, name="withdraw_hand_over"),
]
