"""Long answers, compressed for callers who accept that."""

import gzip
from collections.abc import Callable
from functools import wraps

from flask import Response
from flask.globals import request_ctx

# Shorter answers fit into a packet or two as they are.
WORTHWHILE = 1_000


def gzipped(view: Callable[..., Response]) -> Callable[..., Response]:
    """Compress the answer of `view` with gzip, if the caller accepts that.

    The bytes differ then, so callers who accept gzip get a weak ETag (RFC 9110, section 8.8.3),
    also with a 304 (15.4.5).
    """

    @wraps(view)
    def answer(*args, **kwargs) -> Response:
        response = view(*args, **kwargs)
        response.vary.add("Accept-Encoding")
        if request_ctx.request.accept_encodings["gzip"] > 0:
            compress(response)
        return response

    return answer


def compress(response: Response) -> None:
    tag, _ = response.get_etag()
    response.set_etag(tag, weak=True)
    if response.status_code == 200 and len(response.data) >= WORTHWHILE:
        response.set_data(gzip.compress(response.data, compresslevel=6, mtime=0))
        response.content_encoding = "gzip"
