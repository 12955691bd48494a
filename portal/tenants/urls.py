"""Pages about a tenant itself: home, members, package, settings."""

from django.urls import path

from portal.tenants import member_views, package_views, settings_views, views

app_name = "tenants"
urlpatterns = [
    path("", views.home, name="home"),
    path("members/", member_views.members, name="members"),
    path("members/invite/", member_views.invite, name="invite"),
    path("members/invitations/<int:invitation_id>/withdraw/", member_views.withdraw, name="withdraw"),
    path("members/<int:member_id>/", member_views.member, name="member"),
    path("members/<int:member_id>/take-out/", member_views.take_out, name="take_out"),
    path("settings/", settings_views.settings, name="settings"),
    path("settings/end-sessions/", settings_views.end_sessions, name="end_sessions"),
    path("package/", package_views.package, name="package"),
]
