"""Technical Token Manager v3: tokens for the credentials of an application version."""
