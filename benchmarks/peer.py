"""The least that a server of such a page does: werkzeug, and ``json.dumps`` of the records read from standard input."""

from __future__ import annotations

import json
import sys

from werkzeug import Request, Response
from werkzeug.serving import make_server

from portal.emulator.connections import QuietHandler


def main() -> None:
    """Serve ``/`` and ``/empty`` on a free port until the process is ended."""
    records = json.load(sys.stdin)

    @Request.application
    def application(request: Request) -> Response:
        return Response(json.dumps(records) if request.path == "/" else "", content_type="application/json")

    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=QuietHandler)
    print(f"http://localhost:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
