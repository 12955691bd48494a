"""Asset Management v3, read side: types, assets, filter, paging, HAL."""
