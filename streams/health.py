"""A worker's HTTP endpoint: /metrics for Prometheus, /live and /ready for its supervisor."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import make_wsgi_app


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    allow_reuse_address = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not logged: probes come every few seconds."""


def serve(host: str, port: int, live: Callable[[], bool], ready: Callable[[], bool]) -> WSGIServer:
    """Serve from a daemon thread. Raises OSError naming the port when it is taken."""
    metrics = make_wsgi_app()
    probes = {"/live": live, "/ready": ready}

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        probe = probes.get(environ["PATH_INFO"])
        if probe is not None:
            good = probe()
            start_response("200 OK" if good else "503 Service Unavailable", [("Content-Type", "text/plain")])
            return [b"yes\n" if good else b"no\n"]
        if environ["PATH_INFO"] == "/metrics":
            found: Iterable[bytes] = metrics(environ, start_response)
            return found
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"/metrics, /live, /ready\n"]

    try:
        server = make_server(host, port, app, server_class=_Server, handler_class=_Quiet)
    except OSError as error:
        raise OSError(
            f"cannot listen on {host}:{port} ({error.strerror}); set TRIPO_METRICS_PORT to a free port, or -1 for none"
        ) from error
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
    return server
