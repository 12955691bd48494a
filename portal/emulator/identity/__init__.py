"""The identity hosts (``<tenant>.piam`` and ``core.piam``): accounts, clients, sign-in, tokens."""
