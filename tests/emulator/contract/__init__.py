"""The contract table: one row for each rule that the Hub keeps, each a request and the exact answer.

`rows.py` says what a row is, the other modules hold the rows of one service each, `test_contract.py` runs them all and
`documentation.py` writes the support matrix of docs/emulator.md from them.
"""
