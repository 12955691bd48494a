"""Pages about a tenant itself."""

from django.urls import path

from portal.tenants import package_views, views

app_name = "tenants"
urlpatterns = [
    path("", views.home, name="home"),
    path("package/", package_views.package, name="package"),
]
