"""IoT Time Series v3: computed values of the seeded machines (a pure function of seed, asset, variable and minute),
and what clients write over them."""
