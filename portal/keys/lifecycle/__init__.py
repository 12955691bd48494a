"""Roll, disable, brown-out, revoke."""
