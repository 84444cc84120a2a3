"""botocore and Evenkeel read the same files and variables: the account must see the same identity in both."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ..simulator import PROGRAM, REGION, Simulator

SCENARIO = """\
start 2026-03-01T00:00:00Z
duration 24h
set throttling false
fleet web servers=3 groups=tg1:443
role careful external_id=agreed
role pod web_identity=a-jwt
promise healthy=1
policy:
  fleets:
    - name: web
      target_groups: [tg1]
      reboot_when: {metric: Memory % Committed Bytes In Use, above: 65}
      keep: {healthy: 1}
----
"""
ROLE = "arn:aws:iam::123456789012:role/"
WHO = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"

# A story for each provider, and for each pair that has to be told apart: files, then variables.
CASES = {
    "environment": ("", "", {"AWS_ACCESS_KEY_ID": "{key}", "AWS_SECRET_ACCESS_KEY": "{secret}"}),
    "environment before AWS_PROFILE": (
        "[profile other]\nrole_arn = {role}evenkeel\nsource_profile = base\nrole_session_name = wrong\n", "{base}",
        {"AWS_ACCESS_KEY_ID": "{key}", "AWS_SECRET_ACCESS_KEY": "{secret}", "AWS_PROFILE": "other"}),
    "credentials file": ("", "[default]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n", {}),
    "config file": ("[default]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n", "", {}),
    "process before the config file": (
        "[default]\naws_access_key_id = NOBODY\naws_secret_access_key = x\ncredential_process = {process}\n", "", {}),
    "credentials file before process": ("[default]\ncredential_process = /bin/false\n",
                                        "[default]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n", {}),
    "role": ("[default]\nrole_arn = {role}careful\nexternal_id = agreed\nsource_profile = base\n"
             "role_session_name = me\n", "{base}", {}),
    "role of a role": ("[profile two]\nrole_arn = {role}evenkeel\nsource_profile = one\nrole_session_name = two\n"
                       "[profile one]\nrole_arn = {role}careful\nexternal_id = agreed\nsource_profile = base\n"
                       "role_session_name = one\n", "{base}", {"AWS_PROFILE": "two"}),
    "role with the container's keys": (
        "[profile x]\nrole_arn = {role}evenkeel\ncredential_source = EcsContainer\nrole_session_name = me\n", "",
        {"AWS_PROFILE": "x", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/v2/credentials/evenkeel"}),
    "role before web identity": (
        "[default]\nrole_arn = {role}evenkeel\nsource_profile = base\nrole_session_name = me\n", "{base}",
        {"AWS_WEB_IDENTITY_TOKEN_FILE": "{token}", "AWS_ROLE_ARN": "{role}pod", "AWS_ROLE_SESSION_NAME": "web"}),
    "web identity before the credentials file": (
        "", "[default]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n",
        {"AWS_WEB_IDENTITY_TOKEN_FILE": "{token}", "AWS_ROLE_ARN": "{role}pod", "AWS_ROLE_SESSION_NAME": "web"}),
    "web identity of a profile": (
        "[default]\nrole_arn = {role}pod\nweb_identity_token_file = {token}\nrole_session_name = web\n", "", {}),
    "container": ("", "", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/v2/credentials/evenkeel"}),
    "pod": ("", "", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/v1/credentials",
                     "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "{pod}",
                     "AWS_CONTAINER_AUTHORIZATION_TOKEN": "wrong"}),
    "instance": ("", "", {"AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "{url}"}),
}


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    scenario = tmp_path_factory.mktemp("account") / "account.txt"
    scenario.write_text(SCENARIO, encoding="utf-8")
    simulator = Simulator(scenario, "--time-scale", "0", "--write-policy", str(scenario.parent / "policy.yaml"))
    simulator.advance(minutes=2)  # so that the metric has a series
    simulator.policy = scenario.parent / "policy.yaml"
    yield simulator
    simulator.stop()


def last_signer(account: Simulator, before: dict[str, int]) -> str:
    """The identity that signed the most calls since `before`: not those that only asked for a role."""
    now = account.summary()["callers"]
    return max(now, key=lambda arn: now[arn] - before.get(arn, 0))


@pytest.mark.parametrize("case", CASES)
def test_evenkeel_is_who_botocore_would_be(case: str, account: Simulator, tmp_path: Path) -> None:
    config, credentials, variables = CASES[case]
    process = tmp_path / "keys"
    words = {"key": account.key, "secret": account.secret, "role": ROLE, "url": account.url, "process": process,
             "token": tmp_path / "jwt", "pod": tmp_path / "pod"}
    words["base"] = f"[base]\naws_access_key_id = {account.key}\naws_secret_access_key = {account.secret}\n"
    (tmp_path / "jwt").write_text("a-jwt")
    (tmp_path / "pod").write_text("simulated-pod-token")
    process.write_text('#!/bin/sh\necho \'{"Version": 1, "AccessKeyId": "%s", "SecretAccessKey": "%s"}\'\n'
                       % (account.key, account.secret))
    process.chmod(0o755)
    (tmp_path / "config").write_text(config.format(**words))
    (tmp_path / "credentials").write_text(credentials.format(**words))
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"), "AWS_ENDPOINT_URL": account.url,
        "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true",
        **{name: value.format(**words) for name, value in variables.items()}}

    theirs = subprocess.run([sys.executable, "-c", WHO], env=environment, capture_output=True, text=True, timeout=60)
    assert theirs.returncode == 0, theirs.stderr
    before = account.summary()["callers"]
    ours = subprocess.run([PROGRAM, "plan", "--policy", account.policy, "--state", tmp_path / "none.db"],
                          env=environment, capture_output=True, text=True, timeout=60)
    assert ours.returncode == 0, ours.stdout + ours.stderr
    assert last_signer(account, before) == theirs.stdout.strip()
