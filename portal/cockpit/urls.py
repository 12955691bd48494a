"""Applications of a tenant."""

from django.urls import path

from portal.cockpit import (
    approval_views,
    component_views,
    detail_views,
    list_views,
    registration_views,
    release_views,
    role_views,
    run_views,
    views,
    waiver_views,
)

app_name = "cockpit"
urlpatterns = [
    path("", list_views.list_apps, name="list"),
    path("create/", views.create, name="create"),
    path("<int:app_id>/", detail_views.detail, name="detail"),
    path("<int:app_id>/edit/", views.edit, name="edit"),
    path("<int:app_id>/new-version/", views.new_version, name="new_version"),
    path("<int:app_id>/components/add/", component_views.add_component, name="add_component"),
    path("<int:app_id>/component/<slug:component>/", component_views.edit_component, name="edit_component"),
    path("<int:app_id>/component/<slug:component>/remove/", component_views.remove_component, name="remove_component"),
    path("<int:app_id>/roles/", role_views.roles, name="roles"),
    path("<int:app_id>/roles/names/", role_views.role_names, name="role_names"),
    path("<int:app_id>/register/", registration_views.register, name="register"),
    path("<int:app_id>/deregister/", registration_views.deregister, name="deregister"),
    path("<int:app_id>/prepare/", release_views.prepare, name="prepare"),
    path("<int:app_id>/submit/", release_views.submit, name="submit"),
    path("<int:app_id>/withdraw/", release_views.withdraw, name="withdraw"),
    path("<int:app_id>/checks/", run_views.checks, name="checks"),
    path("<int:app_id>/checks/run/", run_views.run, name="run_checks"),
    path("<int:app_id>/checks/<int:run_id>.json", run_views.report_json, name="report_json"),
    path("<int:app_id>/checks/<int:run_id>.xml", run_views.report_junit, name="report_junit"),
    path("<int:app_id>/checks/<slug:check_id>/waive/", waiver_views.waive, name="waive"),
    path("<int:app_id>/checks/<slug:check_id>/withdraw/", waiver_views.withdraw_waiver, name="withdraw_waiver"),
    path("<int:app_id>/approve/", approval_views.approve, name="approve"),
    path("<int:app_id>/send-back/", approval_views.send_back, name="send_back"),
]
