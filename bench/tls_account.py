"""The simulated account behind https, a port for every service, with all that the Lambda function needs.

haproxy ends TLS and passes the bytes on to `evenkeel simulate --listen`; every service has its own address, so that no
connection serves two of them, as with AWS.
"""

import subprocess
from pathlib import Path

import boto3

from bench.account import GROUPS, HERE, LIMIT, Account
from bench.emulator import WITHIN
from tests.ports import free_ports, wait_for_listener

SERVICES = ["ec2", "elastic_load_balancing_v2", "cloudwatch", "auto_scaling", "dynamodb", "ssm", "sns"]
TABLE, FLEET, PARAMETER = "evenkeel", "web", "/evenkeel/policy"

PROXY = """\
global
  maxconn 2000
defaults
  mode tcp
  timeout connect 5s
  timeout client 15m
  timeout server 15m
frontend services
{binds}
  default_backend account
backend account
  server account {account}
"""


def make_certificates(directory: Path) -> tuple[Path, Path]:
    """A test CA, and its certificate for 127.0.0.1 with the key (RSA 2048, as AWS's): CA file, server file."""
    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=directory, check=True, capture_output=True)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
            "-subj", "/CN=Test CA", "-addext", "keyUsage=critical,keyCertSign")
    (directory / "names.txt").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "server.key", "-out", "server.csr", "-subj",
            "/CN=127.0.0.1")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "names.txt", "-out", "server.crt")
    served = directory / "server.pem"
    served.write_text((directory / "server.crt").read_text() + (directory / "server.key").read_text())
    return directory / "ca.pem", served


class TlsAccount(Account):
    def __init__(self, directory: Path, servers: int, *options: str, peak: int = 0, more: str = "",
                 policy: tuple[str, str] = ("", "")) -> None:
        """`policy`: what to write instead of what in the scenario's policy."""
        super().__init__(directory, servers, *options, peak=peak, more=more)
        self._proxy: subprocess.Popen | None = None
        try:
            text = self.policy.read_text()
            if policy[0] not in text:
                raise RuntimeError(f"the policy lacks {policy[0]!r}")
            self.policy.write_text(text.replace(*policy, 1))
            self._listen()
            self._deploy()
        except BaseException:
            self.stop()
            raise

    def _listen(self) -> None:
        ca, served = make_certificates(self.directory)
        ports = dict(zip(SERVICES, free_ports(len(SERVICES))))
        configuration = self.directory / "haproxy.cfg"
        binds = "\n".join(f"  bind 127.0.0.1:{port} ssl crt {served}" for port in ports.values())
        configuration.write_text(PROXY.format(binds=binds, account=self.url.removeprefix("http://")))
        self._proxy = subprocess.Popen(["haproxy", "-q", "-db", "-f", configuration], stdin=subprocess.DEVNULL)
        for port in ports.values():
            wait_for_listener(port, self._proxy, WITHIN)
        self.tls = {**self.environment, "AWS_CA_BUNDLE": str(ca),
                    **{f"AWS_ENDPOINT_URL_{name.upper()}": f"https://127.0.0.1:{port}" for name, port in ports.items()}}
        del self.tls["AWS_ENDPOINT_URL"]

    def client(self, service: str):
        return boto3.client(service, endpoint_url=self.url, region_name=self.environment["AWS_REGION"],
                            aws_access_key_id=self.key, aws_secret_access_key=self.secret)

    def _deploy(self) -> None:
        """What the templates of deploy/ make beside the function; the account has the table."""
        self.topic = self.client("sns").create_topic(Name="evenkeel")["TopicArn"]
        self.client("ssm").put_parameter(Name=PARAMETER, Type="String", Value=self.policy.read_text())

    def forget(self) -> None:
        super().forget()
        if hasattr(self, "tls"):
            self.client("dynamodb").delete_item(TableName=TABLE, Key={"pk": {"S": "state"}, "sk": {"S": FLEET}})

    def evenkeel_environment(self) -> dict[str, str]:
        """As deploy/ sets it."""
        return {**self.tls, "EVENKEEL_POLICY": f"ssm:{PARAMETER}", "EVENKEEL_STATE": f"dynamodb://{TABLE}",
                "EVENKEEL_NOTIFY": f"sns:{self.topic}", "EVENKEEL_PERIOD": "1m",
                "LAMBDA_TASK_ROOT": str(self.directory)}

    def seed_environment(self) -> dict[str, str]:
        return {**self.tls, "TARGET_GROUPS": " ".join(GROUPS), "HEALTHY": str(self.healthy), "ABOVE": str(LIMIT),
                "LAMBDA_TASK_ROOT": str(HERE), "PYTHONPATH": str(HERE)}

    def metrics_requested(self) -> int:
        return self.summary()["calls"].get("cloudwatch:metrics", 0)

    def stop(self) -> int:
        if self._proxy:
            self._proxy.terminate()
            self._proxy.wait()
        return super().stop()
