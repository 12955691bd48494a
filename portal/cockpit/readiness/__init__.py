"""Runs of the readiness checks over a version: what waits, what was found, what is accepted with a reason."""
