"""Tenant Management v4: what a tenant says about itself, its subtenants, its legal information."""
