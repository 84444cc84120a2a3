"""moto's own server on loopback, with a clock that the test can turn, and a record of what was asked of it.

Evenkeel takes its time from the Date header of AWS's answers. moto answers with the real time, and a remediation
takes half an hour of waiting; so a layer in front of moto writes a Date that the test moves on.
"""

import datetime
import io
import threading
import urllib.parse
import urllib.request
from dataclasses import dataclass
from email.utils import format_datetime

from moto.ec2.models import EC2Backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server


BODY = threading.local()  # .bytes: of the request that this thread answers, as it came over the wire


@dataclass(frozen=True)
class Call:
    """One request as it came over the wire."""

    service: str  # the signing name: "ec2", "elasticloadbalancing"
    action: str
    fields: dict[str, str]
    at: datetime.datetime


class Handler(WSGIRequestHandler):
    """Says nothing, and leaves the Date header to the application."""

    def log_request(self, *_) -> None:
        pass

    def send_response(self, code, message=None) -> None:
        self.send_response_only(code, message)


class MotoAccount:
    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.rebooted: list[str] = []  # instance ids in the order in which moto itself rebooted them
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._offset = datetime.timedelta()
        self._reboot = EC2Backend.reboot_instances

    def __enter__(self) -> "MotoAccount":
        account = self

        def reboot(backend: EC2Backend, instance_ids: list[str]) -> list:
            done = account._reboot(backend, instance_ids)
            account.rebooted += [instance.id for instance in done]
            return done

        EC2Backend.reboot_instances = reboot
        self._thread.start()
        # moto keeps its accounts in the process: forget what an earlier test left there.
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/moto-api/reset", method="POST"), timeout=10).close()
        return self

    def __exit__(self, *_) -> None:
        EC2Backend.reboot_instances = self._reboot
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def now(self) -> datetime.datetime:
        return datetime.datetime.now(datetime.UTC) + self._offset

    def advance(self, **duration: float) -> None:
        self._offset += datetime.timedelta(**duration)

    def made(self, action: str) -> list[Call]:
        return [call for call in self.calls if call.action == action]

    def _answer(self, environ, start_response):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        fields = dict(urllib.parse.parse_qsl(body.decode("utf-8"), keep_blank_values=True))
        credential = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].partition(",")[0]
        service = (credential.split("/") + [""] * 4)[3]
        BODY.bytes = body
        self.calls.append(Call(service, fields.get("Action", ""), fields, self.now()))

        def start(status, headers, *rest):
            dated = [(name, value) for name, value in headers if name.lower() != "date"]
            dated.append(("Date", format_datetime(self.now(), usegmt=True)))
            return start_response(status, dated, *rest)

        return self._moto(environ, start)
