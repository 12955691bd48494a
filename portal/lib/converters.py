"""Parts of addresses that have a form of their own: what cannot be one is 404 before a view runs."""

from portal.lib.names import ASSET_ID, TENANT_NAME


class _Written:
    """A part of an address that is used as it is written."""

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class TenantName(_Written):
    """The tenant in `/t/<tenant>/`."""

    regex = TENANT_NAME


class AssetId(_Written):
    """The Hub's id of an asset: 32 hexadecimal digits."""

    regex = ASSET_ID
