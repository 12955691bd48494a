"""A self-hosted application for Insights Hub: it lists the assets of the tenant whose person opens it.

    GATEWAY_URL=http://localhost:8100/gateway STATIC_URL=http://localhost:8100/static.hub PORT=5000 \
        python docs/examples/self_hosted_application.py
    EMULATOR_APPLICATIONS="acme/demoapp:8101=http://127.0.0.1:5000" python -m portal.emulator

Then open http://localhost:8101/. The application knows nothing of sign-in: the gateway in front of it does that, and
sends the person's token with each request. Opened directly, it says "Retrieved no authorization header".

| variable | default | meaning |
|---|---|---|
| `GATEWAY_URL` | `https://gateway.eu1.mindsphere.io` | where the platform APIs are |
| `STATIC_URL` | `https://static.eu1.mindsphere.io` | where the Hub bar's script is |
| `PORT` | `5000` | port on 127.0.0.1; a web server with a certificate belongs in front of it |

Source: the vendor's page "Self-Hosted Application - Integration into Insights Hub".
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

import requests
from flask import Flask, Response, jsonify, render_template_string, request

GATEWAY_URL = os.environ.get("GATEWAY_URL", "https://gateway.eu1.mindsphere.io")
STATIC_URL = os.environ.get("STATIC_URL", "https://static.eu1.mindsphere.io")
ASSETS = f"{GATEWAY_URL}/api/assetmanagement/v3/assets"
TITLE = "Asset list"
SECONDS = 10

PAGE = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>{{ title }}</title>
  <script src="{{ static_url }}/osbar/v4/js/main.min.js" defer></script>
  <script src="/bar.js" defer></script>
</head>
<body>
  <div id="_mdspcontent">
    <main>
      <h1>{{ title }}</h1>
      <ul>
        {% for asset in assets %}
          <li>{{ asset.name }} ({{ asset.typeId }})</li>
        {% endfor %}
      </ul>
    </main>
  </div>
</body>
</html>
"""
BAR = f"""
_mdsp.init({{ title: "{TITLE}", appId: "_mdspcontent", appInfoPath: "/app-info.json", initialize: true }});
"""

app = Flask(__name__)


@app.after_request
def protect(answer: Response) -> Response:
    """Browsers come by https only, and nobody on the way keeps what one person sees."""
    answer.headers["Strict-Transport-Security"] = "max-age=31536000"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@app.get("/")
def assets() -> Response | str:
    """The first 200 assets that the person may see."""
    authorization = request.headers.get("Authorization")
    if authorization is None:
        return Response("Retrieved no authorization header", status=401, content_type="text/plain")
    headers = {"Authorization": authorization, "Accept": "application/hal+json"}
    try:
        answer = requests.get(ASSETS, params={"size": "200"}, headers=headers, timeout=SECONDS)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()["_embedded"]["assets"]
    except (requests.RequestException, KeyError) as error:
        app.logger.warning("Asset Management did not answer: %s", error)
        return Response("Asset Management did not answer as expected.", status=502, content_type="text/plain")
    return render_template_string(PAGE, title=TITLE, assets=found, static_url=STATIC_URL)


@app.get("/health/")
def health() -> Response:
    """What the platform's monitoring polls; nobody is signed in then."""
    time = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return jsonify(healthStatus="green", time=time)


@app.get("/bar.js")
def bar() -> Response:
    """Starts the Hub bar; a file of its own, because strict policies forbid inline scripts."""
    return Response(BAR, content_type="text/javascript; charset=utf-8")


@app.get("/app-info.json")
def app_info() -> Response:
    """What the Hub bar's information menu shows."""
    links = [
        {"type": "WWW", "name": "Documentation", "value": "https://documentation.mindsphere.io/"},
        {"type": "mail", "name": "Support", "value": "support@acme.example"},
    ]
    german = [links[0] | {"name": "Dokumentation"}, links[1] | {"name": "Hilfe"}]
    return jsonify(
        displayName=TITLE,
        appVersion="1.0.0",
        appCopyright="Acme Pumps GmbH",
        links={"default": links, "de": german},
    )


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(os.environ.get("PORT", "5000")))
