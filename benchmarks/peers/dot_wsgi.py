"""The WSGI application of the peer."""

from django.core.wsgi import get_wsgi_application

import benchmarks.peers.dot  # noqa: F401  # its settings

application = get_wsgi_application()
