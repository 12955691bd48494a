"""Runs a command with a PostgreSQL server of its own: `python -m tests.postgresql make test`.

The server lives in a temporary folder, listens on a free port of 127.0.0.1 only, and is gone afterwards. With DURABLE=1
a commit is on the disk, as in earnest; tests do without.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path


def programs() -> Path:
    """Folder of initdb and pg_ctl, the newest version that is installed."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not installed:
        sys.exit("PostgreSQL is not installed: its initdb is neither on the PATH nor under /usr/lib/postgresql.")
    return installed[-1].parent


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bindery-postgresql-") as folder, socket.socket() as probe:
        data = Path(folder) / "data"
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        # PostgreSQL refuses to run as root.
        user = {"user": "postgres"} if os.geteuid() == 0 else {}
        if user:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)

        def run(*arguments: str | Path) -> None:
            subprocess.run(arguments, check=True, cwd=folder, stdout=subprocess.DEVNULL, **user)  # type: ignore[call-overload]

        run(programs() / "initdb", "-D", data, "-U", "bindery", "--auth=trust", "--encoding=UTF8", "--no-sync")
        settings = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=200"
        settings += "" if os.environ.get("DURABLE") else " -c fsync=off"
        run(programs() / "pg_ctl", "-D", data, "-w", "-l", Path(folder) / "log", "-o", settings, "start")
        try:
            url = f"postgres://bindery@127.0.0.1:{port}/postgres"
            finished = subprocess.run(sys.argv[1:], env=os.environ | {"DATABASE_URL": url})
        finally:
            run(programs() / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    sys.exit(finished.returncode)


if __name__ == "__main__":
    main()
