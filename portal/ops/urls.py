"""Health, service page, design system."""

from django.urls import path

from portal.audit.views import instance_activity
from portal.ops import docs, views

app_name = "ops"
urlpatterns = [
    path("health", views.health, name="health"),
    path("health/", views.health, name="health_with_slash"),
    path("readyz", views.readyz, name="readyz"),
    path("app-info.json", views.app_info, name="app_info"),
    path("operator/", views.service, name="service"),
    path("operator/activity/", instance_activity, name="activity"),
    path("patterns/", views.patterns, name="patterns"),
    path("docs/", docs.index, name="docs"),
    path("docs/<slug:page>/", docs.page, name="docs_page"),
]
