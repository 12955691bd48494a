"""A key's values as files for the app that will use it. Pure: text in, text out.

Whatever a value holds, what the reader of the format reads back is exactly that value; where a format cannot carry it,
`NotWritable` is raised. Without its secret a file holds a placeholder there that its reader refuses, or that stands in
for a variable which must be set: nothing starts with a wrong secret and says nothing.
"""

from __future__ import annotations

import base64
import csv
import io
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from portal.errors import Refusal

# The spellings of the authenticator module in the vendor's documentation, the newest product first. The names of
# environment variables distinguish upper and lower case, and one that is misspelt is ignored without a word.
KNOWN_MODULES = (
    "InsightsHubIIotAuthenticator",
    "MindSphereIIoTAuthenticator",
    "MindSphereIIotAuthenticator",
    "MindSphereIotAuthenticator",
    "MindsphereIIoTAuthenticator",
)
PLACEHOLDER = "<paste the clientSecret here>"
_MUST_BE_SET = "CLIENT_SECRET:?write the clientSecret into the variable CLIENT_SECRET first"
_SECRET = "ClientSecret"  # noqa: S105 - its name
# https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json, `services`
COMPOSE_SERVICE = re.compile(r"[a-zA-Z0-9._-]+")
# What every reader of .env files, and a shell, takes as it stands.
_PLAIN = re.compile(r"[A-Za-z0-9@%+=:,./_-]+")


class NotWritable(Refusal):
    """A value has signs that the readers of this format read in different ways."""

    code = "export_not_writable"
    status = 422
    message = _("A value of this key holds signs that this format cannot carry unchanged.")
    advice = _("Choose another format.")


@dataclass(frozen=True)
class Export:
    """What is written: the key's values, and how the app wants to find them."""

    key_name: str
    # Of file names and names of resources, such as `line_4_gateway`.
    stem: str
    token_url: str
    client_id: str
    # None leaves the placeholder.
    client_secret: str | None = field(default=None, repr=False)
    # Name of the authenticator module in a Mendix app; empty for any other app.
    module: str = ""
    app: str = "my-app"
    # Adds EnableMindSphereApiReverseProxy=true.
    with_proxy: bool = False

    @property
    def constants(self) -> list[tuple[str, str | None]]:
        """Names and values; None where the secret is missing."""
        found: list[tuple[str, str | None]] = [
            ("TokenURL", self.token_url),
            ("ClientID", self.client_id),
            (_SECRET, self.client_secret),
        ]
        return [*found, ("EnableMindSphereApiReverseProxy", "true")] if self.with_proxy else found

    @property
    def variables(self) -> list[tuple[str, str | None]]:
        """The constants as environment variables: of a Mendix app `MX_`, module and name, with `_` for the dot."""
        prefix = f"MX_{self.module}_" if self.module else ""
        return [(prefix + name, value) for name, value in self.constants]

    @property
    def dotted(self) -> list[tuple[str, str | None]]:
        """The constants as Mendix names them: `Module.Constant`."""
        return [(f"{self.module}.{name}", value) for name, value in self.constants]

    @property
    def heading(self) -> str:
        """A comment line. The name is a person's text: on one line, whatever it was."""
        words = " ".join(self.key_name.split())
        return f"# Binding key: {''.join(sign if sign.isprintable() else '?' for sign in words)}\n"


def dotenv(export: Export) -> str:
    """A `.env` file that shells, python-dotenv, Compose and others read alike."""
    lines = [f"{name}={PLACEHOLDER if value is None else _dotenv_value(value)}\n" for name, value in export.variables]
    return export.heading + "".join(lines)


def _dotenv_value(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    if any(sign in value for sign in ("'", "\\", "${")) or any(ord(sign) < 32 or ord(sign) == 127 for sign in value):
        raise NotWritable
    return f"'{value}'"


def cloud_foundry(export: Export) -> str:
    """Lines for a POSIX shell. Without the secret they ask for the variable CLIENT_SECRET and do not run before."""
    app = shlex.quote(export.app)
    lines = [f"cf set-env {app} {name} {_shell_word(value)}\n" for name, value in export.variables]
    return f"{export.heading}{''.join(lines)}cf restage {app}\n"


def _shell_word(value: str | None) -> str:
    return f'"${{{_MUST_BE_SET}}}"' if value is None else shlex.quote(value)


def cloud_foundry_manifest(export: Export) -> str:
    """A fragment of manifest.yml. `((…))` is a variable of `cf push --var`, which it does not do without."""
    lines = [f"      {_yaml(name)}: {_manifest_value(value)}\n" for name, value in export.variables]
    return f"{export.heading}applications:\n  - name: {_manifest_value(export.app)}\n    env:\n{''.join(lines)}"


def _manifest_value(value: str | None) -> str:
    if value is None:
        return _yaml("((client_secret))")
    if "((" in value:
        raise NotWritable
    return _yaml(value)


def mendix_cloud(export: Export) -> str:
    """The rows for Environment Details, Model Options, Constants, as CSV (RFC 4180)."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["Constant", "New value", "Mask"])
    for name, value in export.dotted:
        writer.writerow([name, PLACEHOLDER if value is None else value, "Yes" if name.endswith(_SECRET) else "No"])
    return table.getvalue()


def mendix_kubernetes(export: Export) -> str:
    """A fragment of a MendixApp resource. A list in place of the secret: constants are text, so it is refused."""
    lines = [
        f"      {_yaml(name)}: {'[' + _yaml(PLACEHOLDER) + ']' if value is None else _yaml(value)}\n"
        for name, value in export.dotted
    ]
    return f"{export.heading}spec:\n  runtime:\n    microflowConstants:\n{''.join(lines)}"


def mendix_secret(export: Export) -> str:
    """A Secret of which the Mendix operator reads constants: `mx-const-Module.Constant`."""
    return _secret(export, [(f"mx-const-{name}", value) for name, value in export.dotted])


def kubernetes(export: Export) -> str:
    """A Secret for `envFrom`."""
    return _secret(export, export.variables)


def _secret(export: Export, values: list[tuple[str, str | None]]) -> str:
    """The clientSecret as base64, the others in clear. The placeholder is no base64: the cluster refuses it."""
    clear = [
        f"  {_yaml(name)}: {_yaml(value)}\n"
        for name, value in values
        if value is not None and not name.endswith(_SECRET)
    ]
    coded = [f"  {_yaml(name)}: {_yaml(_base64(value))}\n" for name, value in values if name.endswith(_SECRET)]
    head = f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: {_yaml(_resource_name(export.stem))}\ntype: Opaque\n"
    return f"{export.heading}{head}stringData:\n{''.join(clear)}data:\n{''.join(coded)}"


def _base64(value: str | None) -> str:
    return PLACEHOLDER if value is None else base64.b64encode(value.encode()).decode()


def _resource_name(stem: str) -> str:
    """A name as RFC 1123 wants it for a subdomain."""
    return f"bindery-{re.sub(r'[^a-z0-9]+', '-', stem.lower()).strip('-')}".rstrip("-")


def compose(export: Export) -> str:
    """A fragment of a Compose file. `$` is doubled there; without the secret, Compose demands CLIENT_SECRET."""
    lines = [f"      {_yaml(name)}: {_compose_value(value)}\n" for name, value in export.variables]
    return f"{export.heading}services:\n  {_yaml(export.app)}:\n    environment:\n{''.join(lines)}"


def _compose_value(value: str | None) -> str:
    return _yaml(f"${{{_MUST_BE_SET}}}" if value is None else value.replace("$", "$$"))


def _yaml(value: str) -> str:
    """A double-quoted scalar (YAML 1.2 section 7.3.1) in ASCII: no value can be taken for a number, a tag or an end."""
    return f'"{"".join(map(_yaml_sign, value))}"'


def _yaml_sign(sign: str) -> str:
    number = ord(sign)
    if 32 <= number < 127:
        return f"\\{sign}" if sign in '"\\' else sign
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


@dataclass(frozen=True)
class Format:
    """One way to write an export."""

    write: Callable[[Export], str]
    # Of the file, after the stem.
    ending: str
    # Whether it names constants of a Mendix module.
    is_mendix: bool = False


FORMATS = {
    "env": Format(dotenv, ".env"),
    "cf": Format(cloud_foundry, "-cf.sh"),
    "cf_manifest": Format(cloud_foundry_manifest, "-manifest.yml"),
    "mendix_cloud": Format(mendix_cloud, "-model-options.csv", is_mendix=True),
    "mendix_kubernetes": Format(mendix_kubernetes, "-mendixapp.yaml", is_mendix=True),
    "mendix_secret": Format(mendix_secret, "-mx-const.yaml", is_mendix=True),
    "compose": Format(compose, "-compose.yaml"),
    "kubernetes": Format(kubernetes, "-secret.yaml"),
}
