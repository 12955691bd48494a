"""A picture of one page of somebody else's application, taken with a real browser that can go nowhere else.

`capture.capture` is what others use. `fence` is the browser's only way to the network, `process` starts it and ends
it, `child` is what becomes it, `devtools` speaks with it. Nothing here knows Django or a setting. The picture that
comes out was made by the page: it is as untrusted as an upload.
"""
