"""Asset Management v3, types, assets, files, sharing."""
