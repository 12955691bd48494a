"""Binding a form to what a browser sent and was shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict


class SeenForm(forms.Form):
    """Carries a digest of what its page showed, so that saving it undoes nothing unseen."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def show_present(self, seen: str) -> None:
        """From now on it is this that was shown."""
        self.data = changed(self.data, seen=seen)


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with, be it nothing, because no box was ticked; None when it is only shown."""
    return request.POST if request.method == "POST" else None


def sent(request: HttpRequest) -> tuple[QueryDict, MultiValueDict[str, UploadedFile[bytes]]] | tuple[None, None]:
    """The same with the files, for `Form(*sent(request))`."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def changed(data: Mapping[str, Any], **values: str) -> QueryDict:
    """What a form was sent with, but for these fields: for a form that is shown again."""
    copied = cast(QueryDict, data).copy()
    for name, value in values.items():
        copied[name] = value
    return copied
