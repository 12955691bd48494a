"""Is an application ready for the Hub? Small checks, each with an id that stays, and one runner for all.

`runner.Runner` takes a `subject.Subject` and gives a `report.Report`. Nothing here has a model or knows a page: pages,
the command line and a monitoring task run the same checks. What each of them looks for and why is `docs/readiness.md`.
"""
