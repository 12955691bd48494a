"""Identity Management v3: users and groups of a tenant, in the Hub's dialect of SCIM."""
