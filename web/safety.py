"""Headers every page carries: what it may load, and who may frame it."""

from flask import Response

# pages never ask for these; a script that slipped in could not either
_NO_DEVICES = "camera=(), geolocation=(), microphone=({}), payment=(), usb=()"


def safety_headers(*, framed_by: str = "'none'", script: str = "", records: bool = False) -> dict[str, str]:
    """`framed_by`: who may show our pages in a frame, as frame-ancestors says it. `script`: one more address to load
    scripts from. `records`: the page may ask for the microphone, and play what it has just recorded."""
    policy = (
        "default-src 'self'",
        "style-src 'self'",
        f"script-src 'self' {script}".strip(),
        "img-src 'self' data:",
        *(("media-src 'self' blob:",) if records else ()),
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        f"frame-ancestors {framed_by}",
    )
    return {
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": _NO_DEVICES.format("self" if records else ""),
    }


def with_headers(response: Response, headers: dict[str, str]) -> Response:
    """The same response; a header the view set itself stays."""
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    return response
