"""An uploaded icon or screenshot becomes a clean PNG, or a clear refusal. No picture is decoded in this process.

`cleaning` is what others call; `field` is the form field over it. `child` and `seen` run in a process of their own,
which knows no Django and no secret; `plain_png` looks at what comes back from it.
"""
