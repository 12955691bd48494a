"""The registration of applications, which the cockpits do at the Hub."""

from __future__ import annotations

from dirty_equals import IsPartialDict, IsStr

from .application_gateway import REGISTERED, REGISTRY, as_registered
from .rows import Row

ROWS = (
    Row(
        "applications-register",
        REGISTRY,
        "An application is registered with the cockpit's fields; its OAuth client comes with it.",
        "official",
        as_registered(),
        201,
        body={
            "label": "acme-demoapp-acme",
            "name": "demoapp",
            "tenant": "acme",
            "upstream": "{url}",
            "provider": "acme",
            "display_name": "demoapp",
            "version": "1.0.0",
            "scopes": ["demoapp.default"],
            "content_security_policy": "",
            "port": None,
            "client_id": "acme-demoapp-acme",
            "urls": [
                IsStr(regex=r"http://acme-demoapp-acme\.eu1\.localhost:\d+/"),
                IsStr(regex=r"http://acme-demoapp\.eu1\.localhost:\d+/"),
            ],
        },
    ),
    Row(
        "applications-name",
        REGISTRY,
        "An internal name starts with a letter and has at most 20 lower-case letters, digits or dashes.",
        "official",
        as_registered(name="Demo_App"),
        400,
        body={
            "error": "bad_request",
            "error_description": "name is 'Demo_App'. Write a letter, then at most 19 lower-case letters, digits or -.",
        },
    ),
    Row(
        "applications-unique",
        REGISTRY,
        "An internal name is unique in its tenant.",
        "official",
        as_registered(),
        409,
        body=IsPartialDict({"error": "conflict"}),
        before=(REGISTERED,),
    ),
    Row(
        "applications-elsewhere",
        REGISTRY,
        "While the emulator runs, only applications on its own machine can be registered.",
        "assumed",
        as_registered(upstream="http://198.51.100.7:5000"),
        400,
        body={"error": "bad_request", "error_description": IsStr(regex="upstream has to be on this machine.*")},
    ),
)
