"""What the witnesses share: our program, and other people's clients."""

import os
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

from ..simulator import PROGRAM, REGION
from . import pins


@pytest.fixture(scope="session")
def evenkeel() -> Path:
    """The program under test."""
    assert PROGRAM.is_file(), f"{PROGRAM} is not there; build it with ./dev build"
    return PROGRAM


def installed(name: str) -> Path:
    """Where pins.py has put it. A test that needs it is skipped when it can't be, and fails under CI=true."""
    if why := pins.why_not(name):
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    return pins.install(name)


def client(service: str, url: str, key: str, secret: str):
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=url,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20, proxies={}),
    )


@pytest.fixture
def moto():
    # Only those who use moto pay for importing it.
    from .moto_account import MotoAccount

    with MotoAccount() as account:
        yield account
