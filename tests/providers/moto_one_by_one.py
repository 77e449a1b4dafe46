"""moto's server, answering one request at a time: python -m tests.providers.moto_one_by_one PORT.

With several at once its conditional puts let two writers of one name through, which no real server does.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple

answering = threading.Lock()
everything = DomainDispatcherApplication(create_backend_app)


def one_by_one(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    with answering:
        return list(everything(environ, start_response))


if __name__ == "__main__":
    run_simple("127.0.0.1", int(sys.argv[1]), one_by_one, threaded=True)
