"""The function, killed with SIGKILL in the middle of a tick with its state in AWS's own DynamoDB Local, is right at its
next invocation. tests/crash/test_function_kill_points.py does the same at every point with the simulated DynamoDB."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..crash.remediation import explain_if_strace_is_refused
from ..crash.test_function_kill_points import FunctionRemediation, chosen, is_wrong_after, record
from ..crash.test_kill_points import wrong_of
from .dynamodb_servers import running
from .test_dynamodb import Server

SAMPLE = 12


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("dynamodb")
    with running("DynamoDB Local", folder / "server.log") as url:
        yield Server("DynamoDB Local", url, folder)


def test_everybody_is_back_and_rebooted_at_most_once_wherever_the_function_is_killed(server: Server):
    refused = explain_if_strace_is_refused()
    assert refused == "", f"the kill points can't be tried: {refused}"

    store = server.url.rstrip("/")

    def fresh() -> FunctionRemediation:
        return FunctionRemediation(server.table().name, store)

    points = record(fresh(), store)
    what = "kill points of the function on DynamoDB Local"
    tried = chosen(what, points, SAMPLE)
    assert {"sendto", "answered"} <= {point.call for point, _ in tried}
    assert wrong_of(what, tried, len(points), lambda one: is_wrong_after(fresh(), *one)) == []
