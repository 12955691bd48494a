"""The endpoint for scanners."""

from django.urls import path

from portal.keys.leaks import report_views

app_name = "leak_report"
urlpatterns = [path("report", report_views.report, name="report")]
