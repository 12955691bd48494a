"""The hrefs of Asset Management resources."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

Link = dict[str, str]


def link(href: str) -> Link:
    """A HAL link object."""
    return {"href": href}


class Links:
    """Builds hrefs below ``<gateway>/api/assetmanagement/v3``."""

    def __init__(self, service_url: str) -> None:
        """``service_url`` is the service's address without the version."""
        self.base = f"{service_url}/v3"

    def asset(self, asset_id: str, part: str = "") -> Link:
        """An asset or a part of it, for example ``aspects``."""
        return link(f"{self.base}/assets/{asset_id}" + (f"/{part}" if part else ""))

    def children(self, asset_id: str) -> Link:
        """The children of an asset: a filter with the colon left as it is, as recorded."""
        condition = encoded_filter(f'{{"parentId":"{asset_id}"}}')
        return link(f"{self.base}/assets?filter={condition}")

    def asset_type(self, type_id: str, part: str = "") -> Link:
        """An asset type or a part of it, for example ``fileAssignments/photo``."""
        return link(f"{self.base}/assettypes/{type_id}" + (f"/{part}" if part else ""))

    def file(self, file_id: str, part: str = "") -> Link:
        """A file's description, or with ``file`` its content."""
        return link(f"{self.base}/files/{file_id}" + (f"/{part}" if part else ""))

    def aspect_type(self, type_id: str) -> Link:
        """An aspect type."""
        return link(f"{self.base}/aspecttypes/{type_id}")

    def billboard(self) -> dict[str, Any]:
        """The entry document."""
        return {
            "_links": {
                "self": link(f"{self.base}/"),
                "aspectTypes": link(f"{self.base}/aspecttypes"),
                "assetTypes": link(f"{self.base}/assettypes"),
                "assets": link(f"{self.base}/assets"),
                "files": link(f"{self.base}/files"),
            }
        }


def encoded_filter(text: str) -> str:
    """A filter as the Hub writes it into its own links: braces and quotes encoded, the colon not."""
    return quote(text, safe=":,")
