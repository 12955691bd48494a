"""The demo's outbox, and the operators' list of mails."""

from django.urls import path

from portal.notify import views

app_name = "notify"
urlpatterns = [
    path("outbox/", views.outbox, name="outbox"),
    path("outbox/<int:mail_id>/", views.outbox_mail, name="outbox_mail"),
    path("outbox/<int:mail_id>/html/", views.outbox_html, name="outbox_html"),
    path("operator/mails/", views.mails, name="mails"),
    path("operator/mails/<int:mail_id>/retry/", views.retry, name="retry"),
]
