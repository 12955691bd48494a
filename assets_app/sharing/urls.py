"""Collaborations of a tenant."""

from django.urls import path

from assets_app.sharing import end_views, list_views, views

app_name = "sharing"
urlpatterns = [
    path("", list_views.list_collaborations, name="list"),
    path("offer/", views.offer, name="offer"),
    path("<int:collaboration_id>/", list_views.detail, name="detail"),
    path("<int:collaboration_id>/accept/", views.accept, name="accept"),
    path("<int:collaboration_id>/decline/", views.decline, name="decline"),
    path("<int:collaboration_id>/revoke/", views.revoke, name="revoke"),
    path("<int:collaboration_id>/end/", views.end, name="end"),
    path("<int:collaboration_id>/agreed-end/", end_views.propose_end, name="propose_end"),
    path("<int:collaboration_id>/agreed-end/answer/", end_views.answer_end, name="answer_end"),
]
