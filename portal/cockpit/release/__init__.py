"""From the preparation of a release to the operator's decision, and what everybody who decides sees."""
