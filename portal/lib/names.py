"""Names and addresses that have one form everywhere."""

LOOPBACK = "127.0.0.1"
# At most 8 characters: the tenant's name is also the prefix of its type ids.
TENANT_NAME = r"[a-z][a-z0-9]{0,7}"
# What the name becomes in the Xcelerator world.
NUMERIC_ID = r"[0-9]{10}"
ASSET_ID = r"[0-9A-Fa-f]{32}"
