"""``python -m portal.emulator [--port N] [--seed S]``: the emulator alone, for a first look or a demo."""

from __future__ import annotations

import argparse
import os

from portal.emulator.banner import banner_text
from portal.emulator.config import DEFAULT_PORTAL_URL, DEFAULT_SEED
from portal.emulator.testing import bind_server


def main() -> None:
    """Run until interrupted; port 0 takes a free port, which the banner names."""
    parser = argparse.ArgumentParser(prog="python -m portal.emulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8100)
    parser.add_argument("--seed", default=os.environ.get("EMULATOR_SEED", DEFAULT_SEED))
    arguments = parser.parse_args()
    portal_url = os.environ.get("EMULATOR_PORTAL_URL", DEFAULT_PORTAL_URL)
    server, hub = bind_server(arguments.port, portal_url, arguments.seed)
    print(banner_text(hub), flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


if __name__ == "__main__":
    main()
