"""The web page: ask, read the cited answer, open the source sentence beside it.

`server.serve` is the way in. Nothing here imports gradio (seconds) until `app`, `theme` or
`server` is imported, so only `dateline chat` pays for it.
"""
