"""An S3 server in a process of its own: moto's."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import httpx
import pytest

from tests.command_line import ROOT
from tests.serving import ask, free_port


@contextmanager
def moto_s3(bucket: str) -> Iterator[str]:
    """Its address, with an empty bucket."""
    port = free_port()
    command = [sys.executable, "-m", "tests.providers.moto_one_by_one", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url)
        admin = admin_of(url)
        admin.create_bucket(Bucket=bucket)
        admin.close()
        yield url
    finally:
        server.terminate()
        server.wait(timeout=100)


def admin_of(url: str) -> Any:
    """A client that may do everything there."""
    keys = {"aws_access_key_id": "admin", "aws_secret_access_key": "admin"}
    return boto3.client("s3", endpoint_url=url, region_name="us-east-1", **keys)


def _wait_for(url: str) -> None:
    for _ in range(1200):
        try:
            ask("GET", url)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("moto's server did not start")
