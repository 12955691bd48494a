"""Binding a form to what a browser sent."""

from __future__ import annotations

from django.http import HttpRequest, QueryDict


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with, be it nothing, because no box was ticked; None when it is only shown."""
    return request.POST if request.method == "POST" else None
