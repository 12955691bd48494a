"""The cockpit: a self-hosted application from its registration to an approved release."""
