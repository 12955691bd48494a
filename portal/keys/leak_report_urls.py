"""The endpoint for scanners."""

from django.urls import path

from portal.keys import leak_report_views

app_name = "leak_report"
urlpatterns = [path("report", leak_report_views.report, name="report")]
