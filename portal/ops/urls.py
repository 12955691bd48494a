"""Health, the operator's pages, documentation, design system."""

from django.urls import path

from portal.audit.views import instance_activity
from portal.ops import docs, release_views, request_views, tenant_acts, tenant_views, views

app_name = "ops"
urlpatterns = [
    path("health", views.health, name="health"),
    path("health/", views.health, name="health_with_slash"),
    path("readyz", views.readyz, name="readyz"),
    path("app-info.json", views.app_info, name="app_info"),
    path("operator/", views.service, name="service"),
    path("operator/activity/", instance_activity, name="activity"),
    path("operator/tenants/", tenant_views.tenants, name="tenants"),
    path("operator/provision/", tenant_views.provision, name="provision"),
    path("operator/tenants/<tenant:tenant>/", tenant_views.tenant, name="tenant"),
    path("operator/tenants/<tenant:tenant>/retry/", tenant_views.retry, name="retry"),
    path("operator/tenants/<tenant:tenant>/correct/", tenant_views.correct, name="correct"),
    path("operator/tenants/<tenant:tenant>/cancel/", tenant_acts.cancel, name="cancel"),
    path("operator/tenants/<tenant:tenant>/suspend/", tenant_acts.suspend, name="suspend"),
    path("operator/tenants/<tenant:tenant>/resume/", tenant_acts.resume, name="resume"),
    path("operator/tenants/<tenant:tenant>/archive/", tenant_acts.archive, name="archive"),
    path("operator/tenants/<tenant:tenant>/package/", tenant_acts.package, name="package"),
    path("operator/tenants/<tenant:tenant>/invite-admin/", tenant_acts.invite_admin, name="invite_admin"),
    path("operator/requests/", request_views.requests, name="requests"),
    path("operator/requests/<int:request_id>/", request_views.request, name="request"),
    path("operator/requests/<int:request_id>/decline/", request_views.decline, name="decline"),
    path("operator/releases/", release_views.releases, name="releases"),
    path("operator/releases/<tenant:tenant>/<int:app_id>/", release_views.release, name="release"),
    path("operator/releases/<tenant:tenant>/<int:app_id>/dossier.zip", release_views.dossier, name="dossier"),
    path("operator/releases/<tenant:tenant>/<int:app_id>/ask/", release_views.ask_release, name="ask_release"),
    path(
        "operator/releases/<tenant:tenant>/<int:app_id>/icon.png",
        release_views.release_picture,
        {"kind": "icon"},
        name="release_icon",
    ),
    path(
        "operator/releases/<tenant:tenant>/<int:app_id>/screenshot.png",
        release_views.release_picture,
        {"kind": "screenshot"},
        name="release_screenshot",
    ),
    path(
        "operator/releases/<tenant:tenant>/<int:app_id>/capture.png",
        release_views.release_picture,
        {"kind": "capture"},
        name="release_capture",
    ),
    path("patterns/", views.patterns, name="patterns"),
    path("docs/", docs.index, name="docs"),
    path("docs/<slug:page>/", docs.page, name="docs_page"),
]
