"""IoT Time Series v3, read side: values as a pure function of seed, asset, variable and minute."""
