"""Django's SQLite backend with a fair queue of writers; DATABASES names this package as ENGINE."""
