"""How gunicorn serves the portal: `gunicorn -c python:portal.server portal.wsgi`.

Threads, because a slow Hub is a matter of waiting. Behind nginx in production (docs/deploy.md): gthread alone is kept
busy by slow clients. The variables below are gunicorn's own settings.
"""

import gc

from environ import Env

env = Env()

bind = [env.str("PORTAL_BIND", "127.0.0.1:8000")]
worker_class = "gthread"
# SQLite has one writer, so one process; with PostgreSQL as many as there are cores.
workers = env.int("PORTAL_WORKERS", 1)
threads = env.int("PORTAL_THREADS", 32)
# Wrong settings are told once, by the master, and not again and again by each worker.
preload_app = not env.bool("PORTAL_DEV", False)
graceful_timeout = 30
keepalive = 5
# Longer targets and headers have no meaning here (PROXY_QUERY_LIMIT is 8000).
limit_request_line = 8190
forwarded_allow_ips = ",".join(env.list("TRUSTED_PROXIES", default=[]))
# No header moves a request to another path, whoever sends it: gunicorn would believe SCRIPT_NAME and PATH_INFO.
forwarder_headers = ""
control_socket_disable = True


def when_ready(server: object) -> None:
    """What is loaded before the workers are forked stays until they end: the garbage collector leaves it alone.

    What requests leave behind is looked through less often, too: together a twentieth of what a token costs.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)
