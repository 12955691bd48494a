"""Applications of a tenant."""

from django.urls import path

from portal.cockpit import component_views, detail_views, list_views, picture_views, role_views, views
from portal.cockpit.readiness import views as run_views
from portal.cockpit.readiness import waiver_views
from portal.cockpit.registration import views as registration_views
from portal.cockpit.release import approval_views, capture_views, contact_views, dossier_views, message_views
from portal.cockpit.release import views as release_views
from portal.cockpit.watching import ticket_views

app_name = "cockpit"
urlpatterns = [
    path("", list_views.list_apps, name="list"),
    path("create/", views.create, name="create"),
    path("<int:app_id>/", detail_views.detail, name="detail"),
    path("<int:app_id>/icon.png", picture_views.picture, {"kind": "icon"}, name="icon"),
    path("<int:app_id>/screenshot.png", picture_views.picture, {"kind": "screenshot"}, name="screenshot"),
    path("<int:app_id>/capture.png", picture_views.picture, {"kind": "capture"}, name="capture_picture"),
    path("<int:app_id>/capture/", capture_views.capture, name="capture"),
    path("<int:app_id>/capture/ask/", capture_views.ask, name="ask_capture"),
    path("<int:app_id>/edit/", views.edit, name="edit"),
    path("<int:app_id>/discard/", views.discard, name="discard"),
    path("<int:app_id>/new-version/", views.new_version, name="new_version"),
    path("<int:app_id>/components/add/", component_views.add_component, name="add_component"),
    path("<int:app_id>/component/<slug:component>/", component_views.edit_component, name="edit_component"),
    path("<int:app_id>/component/<slug:component>/remove/", component_views.remove_component, name="remove_component"),
    path("<int:app_id>/roles/", role_views.roles, name="roles"),
    path("<int:app_id>/roles/names/", role_views.role_names, name="role_names"),
    path("<int:app_id>/register/", registration_views.register, name="register"),
    path("<int:app_id>/deregister/", registration_views.deregister, name="deregister"),
    path("<int:app_id>/registration/retry/", registration_views.retry_registration, name="retry_registration"),
    path("<int:app_id>/prepare/", release_views.prepare, name="prepare"),
    path("<int:app_id>/submit/", release_views.submit, name="submit"),
    path("<int:app_id>/withdraw/", release_views.withdraw, name="withdraw"),
    path("<int:app_id>/checks/", run_views.checks, name="checks"),
    path("<int:app_id>/checks/run/", run_views.run, name="run_checks"),
    path("<int:app_id>/checks/visit/", run_views.visit, name="visit"),
    path("<int:app_id>/checks/<int:run_id>.json", run_views.report_json, name="report_json"),
    path("<int:app_id>/checks/<int:run_id>.xml", run_views.report_junit, name="report_junit"),
    path("<int:app_id>/checks/<slug:check_id>/waive/", waiver_views.waive, name="waive"),
    path("<int:app_id>/checks/<slug:check_id>/withdraw/", waiver_views.withdraw_waiver, name="withdraw_waiver"),
    path("<int:app_id>/tickets/<int:ticket_id>/accept/", ticket_views.accept, name="accept_ticket"),
    path("<int:app_id>/approve/", approval_views.approve, name="approve"),
    path("<int:app_id>/send-back/", approval_views.send_back, name="send_back"),
    path("<int:app_id>/messages/", message_views.write, name="write_message"),
    path("<int:app_id>/dossier.zip", dossier_views.download, name="dossier"),
    path("<int:app_id>/contact/", contact_views.change_contact, name="change_contact"),
    path("<int:app_id>/contact/resend/", contact_views.resend_contact, name="resend_contact"),
]
