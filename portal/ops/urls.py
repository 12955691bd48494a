"""Health, service page, design system."""

from django.urls import path

from portal.ops import docs, views

app_name = "ops"
urlpatterns = [
    path("health", views.health, name="health"),
    path("readyz", views.readyz, name="readyz"),
    path("operator/", views.service, name="service"),
    path("patterns/", views.patterns, name="patterns"),
    path("docs/", docs.index, name="docs"),
    path("docs/<slug:page>/", docs.page, name="docs_page"),
]
