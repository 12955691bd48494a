"""Every path of Asset Management."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.routing import Rule

from portal.emulator.assets import (
    aspect_type_writes,
    asset_type_writes,
    asset_views,
    asset_writes,
    control_views,
    file_views,
    model_lock,
    type_files,
    type_variables,
    type_views,
)
from portal.emulator.web import get


def asset_rules() -> Iterable[Rule]:
    """The site map of Asset Management v3."""
    base = "/gateway/api/assetmanagement/v3"
    yield get(base, asset_views.billboard)
    yield get(f"{base}/", asset_views.billboard)
    yield from _asset_rules(f"{base}/assets")
    yield from _file_rules(f"{base}/files")
    yield get(f"{base}/model/lock", model_lock.model_lock)
    yield Rule(f"{base}/model/lock", endpoint=model_lock.change_model_lock, methods=["PUT"])
    yield get("/_emulator/sharings", control_views.list_sharings)
    yield Rule("/_emulator/sharings", endpoint=control_views.add_sharing, methods=["POST"])
    yield Rule("/_emulator/sharings", endpoint=control_views.remove_sharing, methods=["DELETE"])
    yield from _type_rules(base)


def _asset_rules(assets: str) -> Iterable[Rule]:
    yield get(assets, asset_views.assets)
    yield Rule(assets, endpoint=asset_writes.create_asset, methods=["POST"])
    yield get(f"{assets}/root", asset_views.root_asset)
    one = f"{assets}/<asset_id>"
    yield get(one, asset_views.asset)
    yield Rule(one, endpoint=asset_writes.replace_asset, methods=["PUT"])
    yield Rule(one, endpoint=asset_writes.patch_asset, methods=["PATCH"])
    yield Rule(one, endpoint=asset_writes.delete_asset, methods=["DELETE"])
    yield Rule(f"{one}/move", endpoint=asset_writes.move_asset, methods=["POST"])
    yield get(f"{one}/aspects", asset_views.asset_aspects)
    yield get(f"{one}/variables", asset_views.asset_variables)
    yield Rule(f"{one}/location", endpoint=asset_writes.put_location, methods=["PUT"])
    yield Rule(f"{one}/location", endpoint=asset_writes.delete_location, methods=["DELETE"])
    file = f"{one}/fileAssignments/<key>"
    yield Rule(file, endpoint=asset_writes.put_file_assignment, methods=["PUT"])
    yield Rule(file, endpoint=asset_writes.delete_file_assignment, methods=["DELETE"])


def _file_rules(files: str) -> Iterable[Rule]:
    yield get(files, file_views.files)
    yield Rule(files, endpoint=file_views.upload_file, methods=["POST"])
    one = f"{files}/<file_id>"
    yield get(one, file_views.file)
    yield Rule(one, endpoint=file_views.replace_file, methods=["PUT"])
    yield Rule(one, endpoint=file_views.delete_file, methods=["DELETE"])
    yield get(f"{one}/file", file_views.file_content)


def _type_rules(base: str) -> Iterable[Rule]:
    yield get(f"{base}/assettypes", type_views.asset_types)
    one = f"{base}/assettypes/<type_id>"
    yield get(one, type_views.asset_type)
    yield Rule(one, endpoint=asset_type_writes.put_asset_type, methods=["PUT"])
    yield Rule(one, endpoint=asset_type_writes.patch_asset_type, methods=["PATCH"])
    yield Rule(one, endpoint=asset_type_writes.delete_asset_type, methods=["DELETE"])
    yield Rule(f"{one}/variables", endpoint=type_variables.patch_variables, methods=["PATCH"])
    file = f"{one}/fileAssignments/<key>"
    yield Rule(file, endpoint=type_files.put_file_assignment, methods=["PUT"])
    yield Rule(file, endpoint=type_files.delete_file_assignment, methods=["DELETE"])

    yield get(f"{base}/aspecttypes", type_views.aspect_types)
    one = f"{base}/aspecttypes/<type_id>"
    yield get(one, type_views.aspect_type)
    yield Rule(one, endpoint=aspect_type_writes.put_aspect_type, methods=["PUT"])
    yield Rule(one, endpoint=aspect_type_writes.patch_aspect_type, methods=["PATCH"])
    yield Rule(one, endpoint=aspect_type_writes.delete_aspect_type, methods=["DELETE"])
