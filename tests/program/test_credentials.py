"""Which identity the real program signs as: every provider against the simulated account, working and broken."""

import http.server
import json
import os
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.request
from pathlib import Path

from tests.simulator import PROGRAM, REGION, Simulator

SCENARIO = """\
start 2026-11-22T10:00:00Z
duration 24h
set throttling false
fleet web servers=3 groups=tg1:443
fleet api servers=3 groups=tg2:443
role careful external_id=agreed
role pod web_identity=a-jwt
role closed refuses=yes
{more}
promise healthy=1
policy:
  fleets: []
----
"""
POLICY = """\
fleets:
  - name: web
    target_groups: [tg1]
{more}
    reboot_when: {{metric: Memory % Committed Bytes In Use, above: 65}}
    keep: {{healthy: 1}}
"""
ROLE = "arn:aws:iam::123456789012:role/"


class Proxy:
    """Forwards plain HTTP and counts what passes."""

    def __init__(self) -> None:
        passed = self.passed = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                passed.append(self.path)
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {key: value for key, value in self.headers.items() if not key.startswith("Proxy-")}
                request = urllib.request.Request(self.path, data=body, headers=headers, method="POST")
                with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20) as answer:
                    content = answer.read()
                    self.send_response(answer.status)
                    self.send_header("Date", answer.headers["Date"])
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)

            def send_response(self, code: int, message: str | None = None) -> None:
                self.send_response_only(code, message)

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Credentials(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.home = Path(directory.name)
        (self.home / ".aws").mkdir()

    def account(self, more: str = "") -> Simulator:
        scenario = self.write("account.txt", SCENARIO.format(more=more))
        account = Simulator(scenario, "--time-scale", "0")
        self.addCleanup(account.stop)
        account.advance(minutes=2)  # so that the metric has a series
        self.before = account.summary()
        return account

    def write(self, name: str, text: str) -> Path:
        path = self.home / name
        path.write_text(text, encoding="utf-8")
        return path

    def environment(self, account: Simulator, **variables: str) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(self.home), "AWS_ENDPOINT_URL": account.url,
                "AWS_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true"} | variables

    def plan(self, account: Simulator, *options: str, policy: str = "", **variables: str) -> tuple[int, str]:
        """The exit code, and what was said."""
        file = self.write("evenkeel.yaml", POLICY.format(more=policy))
        told = subprocess.run([PROGRAM, "plan", "--policy", file, "--state", self.home / "none.db", *options],
                              env=self.environment(account, **variables), stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=60)
        said = told.stdout + told.stderr
        self.assertNotIn(account.secret, said)
        self.assertNotIn("token/", said, "no session token")
        return told.returncode, said

    def works(self, account: Simulator, *options: str, policy: str = "", **variables: str) -> dict[str, int]:
        """The calls by which it got its credentials."""
        code, said = self.plan(account, *options, policy=policy, **variables)
        self.assertEqual(code, 0, said)
        self.assertIn("web", said)
        summary = account.summary()
        new = {name: count - self.before["calls"].get(name, 0) for name, count in summary["calls"].items()}
        self.who = {arn.split(":", 5)[5] for arn, count in summary["callers"].items()
                    if count > self.before["callers"].get(arn, 0)}
        self.before = summary
        self.assertGreater(new["elasticloadbalancing:DescribeTargetHealth"], 0)
        return {name: count for name, count in new.items()
                if count and name.split(":")[0] in ("sts", "metadata", "container")}

    def fails(self, account: Simulator, *words: str, policy: str = "", within: float = 20, **variables: str) -> None:
        began = time.monotonic()
        code, said = self.plan(account, policy=policy, **variables)
        took = time.monotonic() - began
        self.assertEqual(code, 3, said)
        for word in words:
            self.assertIn(word, said)
        self.assertLess(took, within, said)
        self.before = account.summary()

    # ---- each provider, working -------------------------------------------------------------------------------

    def test_the_environment_is_taken_before_everything_else(self):
        account = self.account()
        self.write(".aws/credentials", "[default]\naws_access_key_id = NOBODY\naws_secret_access_key = x\n")
        keys = {"AWS_ACCESS_KEY_ID": account.key, "AWS_SECRET_ACCESS_KEY": account.secret}
        self.assertEqual(self.works(account, **keys), {})
        self.write(".aws/config", "[profile other]\nregion = us-east-1\n")
        self.assertEqual(self.works(account, AWS_PROFILE="other", **keys), {})

    def test_a_profile_and_the_flag_that_names_it(self):
        account = self.account()
        self.write(".aws/credentials",
                   f"[work]\naws_access_key_id = {account.key}\naws_secret_access_key = {account.secret}\n")
        self.write(".aws/config", f"[profile work]\nregion = {REGION}\n")
        self.assertEqual(self.works(account, AWS_PROFILE="work", AWS_REGION=""), {})
        wrong = {"AWS_ACCESS_KEY_ID": "NOBODY", "AWS_SECRET_ACCESS_KEY": "x"}
        self.assertEqual(self.works(account, "--profile", "work", AWS_REGION="", **wrong), {})
        self.fails(account, "AWS_PROFILE: there is no profile 'play'", AWS_PROFILE="play")

    def test_a_process(self):
        account = self.account()
        answer = {"Version": 1, "AccessKeyId": account.key, "SecretAccessKey": account.secret}
        script = self.write("keys", f"#!/bin/sh\necho noise >&2\ncat <<X\n{json.dumps(answer)}\nX\n")
        script.chmod(0o755)
        self.write(".aws/config", f"[default]\ncredential_process = '{script}' --for evenkeel\n")
        self.assertEqual(self.works(account), {})
        self.write("keys", "#!/bin/sh\necho secret-key-here\necho please sign in >&2\nexit 4\n")
        code, said = self.plan(account)
        self.assertEqual(code, 3)
        self.assertIn("ended with code 4; it said: please sign in", said)
        self.assertNotIn("secret-key-here", said)
        self.write("keys", "#!/bin/sh\necho garbage\n")
        self.fails(account, "what it gave is no JSON object")

    def test_a_container_and_the_token_file_of_a_pod(self):
        account = self.account()
        task = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": account.url + "/v2/credentials/evenkeel"}
        self.assertEqual(self.works(account, **task), {"container:Credentials": 1})
        self.assertEqual(self.who, {"assumed-role/evenkeel/task"})
        pod = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": account.url + "/v1/credentials"}
        self.fails(account, "HTTP 401: InvalidAuthorization", **pod)
        self.works(account, **task)
        pod["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = str(self.write("token", "simulated-pod-token\n"))
        self.assertEqual(self.works(account, **pod), {"container:Credentials": 1})

    def test_an_instance_and_its_region(self):
        account = self.account()
        self.assertEqual(self.works(account, AWS_EC2_METADATA_DISABLED="", AWS_REGION="",
                                    AWS_EC2_METADATA_SERVICE_ENDPOINT=account.url),
                         {"metadata:Token": 2, "metadata:Role": 1, "metadata:Credentials": 1, "metadata:Region": 1})
        self.assertEqual(self.who, {"assumed-role/evenkeel/i-0123456789abcdef0"})

    def test_a_role_in_a_profile(self):
        account = self.account()
        self.write(".aws/credentials",
                   f"[base]\naws_access_key_id = {account.key}\naws_secret_access_key = {account.secret}\n")
        role = f"[default]\nrole_arn = {ROLE}careful\nsource_profile = base\nexternal_id = "
        self.write(".aws/config", role + "agreed\n")
        self.assertEqual(self.works(account), {"sts:AssumeRole": 1})
        self.assertEqual(self.who, {"user/example", "assumed-role/careful/evenkeel"})
        self.write(".aws/config", role + "guessed\n")
        self.fails(account, f"role {ROLE}careful: sts:AssumeRole: HTTP 403 AccessDenied", "exactly this external id")
        self.write(".aws/config", f"[default]\nrole_arn = {ROLE}evenkeel\nsource_profile = careful\n"
                                  f"[profile careful]\nrole_arn = {ROLE}careful\nexternal_id = agreed\n"
                                  f"credential_source = EcsContainer\n")
        self.works(account, AWS_CONTAINER_CREDENTIALS_FULL_URI=account.url + "/v2/credentials/evenkeel")
        self.assertEqual(self.who, {"assumed-role/evenkeel/task", "assumed-role/careful/evenkeel",
                                    "assumed-role/evenkeel/evenkeel"})

    def test_a_web_identity(self):
        account = self.account()
        token = self.write("jwt", "a-jwt\n")
        variables = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(token), "AWS_ROLE_ARN": ROLE + "pod"}
        self.assertEqual(self.works(account, **variables), {"sts:AssumeRoleWithWebIdentity": 1})
        self.assertEqual(self.who, {"assumed-role/pod/evenkeel"})
        self.write("jwt", "forged-token")
        self.fails(account, "InvalidIdentityToken", "is the token file still kept fresh", **variables)

    # ---- several accounts -------------------------------------------------------------------------------------

    def test_the_policys_role_is_asked_for_once_for_all_its_fleets(self):
        account = self.account()
        keys = {"AWS_ACCESS_KEY_ID": account.key, "AWS_SECRET_ACCESS_KEY": account.secret}
        role = f"    role_arn: {ROLE}careful\n    external_id: agreed\n"
        second = POLICY.format(more=role).replace("fleets:\n", "").replace("name: web", "name: api").replace("tg1", "tg2")
        both = role + POLICY.format(more="").split("[tg1]\n")[1].replace("{{", "{") + second.split("    reboot_when")[0]
        self.assertEqual(self.works(account, policy=both, **keys), {"sts:AssumeRole": 1})
        for name, word in (("closed", "the role's trust policy must let these credentials do sts:AssumeRole"),
                           ("unknown", "AccessDenied")):
            self.fails(account, word, policy=f"    role_arn: {ROLE}{name}", **keys)

    # ---- what goes wrong ---------------------------------------------------------------------------------------

    def test_nothing_anywhere_is_said_soon_and_with_all_that_was_looked_at(self):
        account = self.account()
        closed = {"AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1"}
        self.fails(account, "no AWS credentials anywhere", "environment: AWS_ACCESS_KEY_ID is not set",
                   "instance metadata: none at http://127.0.0.1:1/", within=3, **closed)
        self.fails(account, "no AWS region", within=3, AWS_REGION="", **closed)

    def test_a_slow_instance_costs_seconds_and_a_broken_one_is_named(self):
        here = {"AWS_EC2_METADATA_DISABLED": ""}
        for fault, word, within in (("metadata.Token slow delay=20s", "none at", 4),
                                    ("metadata.Token denied", "PUT latest/api/token was answered with HTTP 403", 4),
                                    ("metadata.Role server_error", "was answered with HTTP 500", 4),
                                    ("metadata.Credentials slow delay=20s", "it stopped answering", 5),
                                    ("metadata.Credentials garbage", "is no JSON object", 4),
                                    ("metadata.Token lose_reply_after", "none at", 4)):
            with self.subTest(fault):
                account = self.account("fault " + fault)
                self.fails(account, word, within=within, AWS_EC2_METADATA_SERVICE_ENDPOINT=account.url, **here)

    def test_a_broken_container_endpoint_is_tried_three_times_and_named(self):
        for fault, word in (("slow delay=20s", "Operation timed out"), ("server_error", "HTTP 500"),
                            ("denied", "HTTP 403"), ("garbage", "is no JSON object")):
            with self.subTest(fault):
                account = self.account("fault container.Credentials " + fault)
                self.fails(account, word, "AWS_CONTAINER_CREDENTIALS_FULL_URI", within=12,
                           AWS_CONTAINER_CREDENTIALS_FULL_URI=account.url + "/v2/credentials/evenkeel")
                tried = account.summary()["calls"]["container:Credentials"]
                self.assertEqual(tried, 3 if fault in ("slow delay=20s", "server_error") else 1)

    def test_a_passing_trouble_of_sts_is_passed_over(self):
        for fault in ("server_error", "throttle", "garbage", "lose_reply_after"):
            with self.subTest(fault):
                account = self.account(f"fault sts.AssumeRole {fault} once")
                self.works(account, policy=f"    role_arn: {ROLE}evenkeel", AWS_ACCESS_KEY_ID=account.key,
                           AWS_SECRET_ACCESS_KEY=account.secret)

    def test_credentials_that_end_early_are_fetched_anew(self):
        account = self.account()
        variables = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": account.url + "/v2/credentials/evenkeel"}
        file = self.write("evenkeel.yaml", POLICY.format(more=f"    role_arn: {ROLE}evenkeel"))
        running = subprocess.Popen(
            [PROGRAM, "run", "--every", "1s", "--policy", file, "--state", self.home / "state.db"],
            env=self.environment(account, **variables), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        self.addCleanup(lambda: (running.kill(), running.communicate()))
        first = running.stdout.readline()
        self.assertIn("web", first)
        account.advance(minutes=120)
        later = [running.stdout.readline() for _ in range(3)]
        calls = account.summary()["calls"]
        self.assertNotIn("ExpiredToken", "".join(later))
        self.assertEqual((calls["container:Credentials"], calls["sts:AssumeRole"]), (2, 2),
                         "both sessions had ended, and each was fetched once more")

    def test_a_proxy_is_used_for_aws_and_not_for_the_container(self):
        account = self.account()
        proxy = Proxy()
        self.addCleanup(proxy.stop)
        container = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": account.url + "/v2/credentials/evenkeel"}
        self.works(account, http_proxy=f"http://user:hush@{proxy.address}", **container)
        self.assertGreater(len(proxy.passed), 2)
        self.assertTrue(all(url == account.url + "/" for url in proxy.passed), proxy.passed)
        before = len(proxy.passed)
        self.works(account, http_proxy=f"http://{proxy.address}", NO_PROXY="127.0.0.1", **container)
        self.works(account, HTTP_PROXY=f"http://{proxy.address}", **container)
        self.assertEqual(len(proxy.passed), before)
        code, said = self.plan(account, http_proxy="http://user:hush@127.0.0.1:1", **container)
        self.assertEqual(code, 3)
        self.assertIn("through the proxy of http_proxy", said)
        self.assertNotIn("hush", said)


if __name__ == "__main__":
    unittest.main()
