"""Fetching one page from an address that a user wrote, without becoming that user's way into our network.

`fetcher.Fetcher` is what others use. Each guard has a file: `target` (which URLs), `public` (which addresses),
`resolving` (one answer of the DNS), `stream` (time and bytes), `tls` (whose certificate), `exchange` (HTTP).
Nothing here knows Django or a setting.
"""
