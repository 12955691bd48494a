"""Django's SQLite backend with a queue of writers; DATABASES names this package as ENGINE."""
