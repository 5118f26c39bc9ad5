"""Headers on every response, and the blanking of what would tell who asked (SECURITY 7 and 8)."""

import secrets
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, g, request

RESPONDENT_PATHS = ("/v/", "/collect", "/cast", "/check")
RECEIPT = "/receipt"  # where somebody looks up their own
IDENTIFYING = ("REMOTE_ADDR", "REMOTE_PORT", "HTTP_USER_AGENT", "HTTP_REFERER", "HTTP_COOKIE",
               "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_VIA")  # fmt: skip
FIXED = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'; require-trusted-types-for 'script'; "
)

WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Blank:
    """Removes address, agent, referrer and cookies of respondents before any code can see them, and
    puts what every answer says on each, whatever made it."""

    def __init__(self, application: WSGI) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            return start_response(status, [*headers, *FIXED.items()], *error)

        # Routing takes “//v/” for “/v/”.
        path = "/" + environ.get("PATH_INFO", "").lstrip("/")
        if path.startswith(RESPONDENT_PATHS) or path.endswith(RECEIPT):
            for key in IDENTIFYING:
                environ.pop(key, None)
            environ["REMOTE_ADDR"] = "0.0.0.0"  # noqa: S104  a blank, not an address to bind
        return self.application(environ, start)


def nonce() -> str:
    """This response's nonce for a staff page's own script."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def init_app(app: Flask) -> None:
    """Blank respondents and put the headers on every response, errors too."""
    app.wsgi_app = Blank(app.wsgi_app)  # type: ignore[method-assign]
    app.jinja_env.globals["nonce"] = nonce

    @app.after_request
    def add(response: Response) -> Response:
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        respondent = request.path.startswith(RESPONDENT_PATHS)
        script = (
            "script-src 'self'"
            if respondent or "nonce" not in g
            else f"script-src 'nonce-{g.nonce}'"
        )
        # A respondent's page may speak to the registrar, whose page it is, and to the box.
        speak = f"; connect-src 'self' {app.config['BOX_URL']}".rstrip() if respondent else ""
        response.headers["Content-Security-Policy"] = POLICY + script + speak
        return response
