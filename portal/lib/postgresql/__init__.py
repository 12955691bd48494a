"""Django's PostgreSQL backend with a health check that costs nothing; DATABASES names this package as ENGINE."""
