"""An application behind a real port, for a process that speaks to it over HTTP."""

import logging
import threading
from contextlib import contextmanager

from werkzeug.serving import make_server


def in_one_piece(app):
    """The application, no answer of which is left half sent and its file open, as the development
    server leaves it when a browser goes away."""

    def answer(environ, start_response):
        body = app(environ, start_response)
        try:
            return [b"".join(body)]
        finally:
            if hasattr(body, "close"):
                body.close()

    return answer


@contextmanager
def served(app):
    """Serve the application on a free port of this machine; gives where."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, in_one_piece(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
