"""IoT TS Aggregates v3 (strict) and v4 (completes its parameters): sums, averages and extremes of intervals."""
