"""A small outside world for a program in an empty root: a resolver, a certificate authority, a TLS front."""

import contextlib
import secrets
import socket
import ssl
import struct
import subprocess
import threading
from pathlib import Path


class Resolver:
    """Answers DNS questions for IPv4 addresses on port 53 of a loopback address of its own, and remembers them."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names
        self.asked: list[str] = []
        self.address = f"127.{secrets.randbelow(200) + 20}.{secrets.randbelow(250)}.{secrets.randbelow(250) + 2}"
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((self.address, 53))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                question, sender = self._socket.recvfrom(4096)
            except OSError:
                return
            self._socket.sendto(self._answer(question), sender)

    def _answer(self, question: bytes) -> bytes:
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1:at + 1 + question[at]].decode())
            at += 1 + question[at]
        kind = struct.unpack(">H", question[at + 1:at + 3])[0]
        name = ".".join(labels).lower()
        self.asked.append(name)
        known = name in self._names
        answers = b""
        if known and kind == 1:  # A
            answers = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + socket.inet_aton(self._names[name])
        flags = 0x8180 if known else 0x8183  # no error, or no such name
        return question[:2] + struct.pack(">HHHHH", flags, 1, int(bool(answers)), 0, 0) + question[12:at + 5] + answers

    def close(self) -> None:
        self._socket.close()


class Authority:
    """A certificate authority, and a certificate of it for some names."""

    def __init__(self, folder: Path, *names: str) -> None:
        folder.mkdir(parents=True)
        self.certificate, self.chain, self.key = folder / "ca.pem", folder / "server.pem", folder / "server.key"
        new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        self._openssl("req", "-x509", *new_key, "-keyout", folder / "ca.key", "-out", self.certificate,
                      "-subj", "/CN=A test authority")
        self._openssl("req", *new_key[:-2], "-keyout", self.key, "-out", folder / "server.csr", "-subj", "/CN=server")
        alternatives = folder / "names"
        alternatives.write_text("subjectAltName=" + ",".join(f"DNS:{name}" for name in names))
        self._openssl("x509", "-req", "-in", folder / "server.csr", "-days", "2", "-extfile", alternatives,
                      "-CA", self.certificate, "-CAkey", folder / "ca.key", "-CAcreateserial", "-out", self.chain)

    @staticmethod
    def _openssl(*arguments: str | Path) -> None:
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, stdin=subprocess.DEVNULL)


class TlsFront:
    """Takes TLS connections on a loopback port and hands what comes in them on to another port, unchanged."""

    def __init__(self, authority: Authority, behind: int) -> None:
        self._behind = behind
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(authority.chain, authority.key)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.received = 0  # bytes of requests, through TLS
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        try:
            secure = self._context.wrap_socket(client, server_side=True)
        except OSError:  # SSLError is one
            return
        behind = socket.create_connection(("127.0.0.1", self._behind))
        back = threading.Thread(target=self._pump, args=(behind, secure), daemon=True)
        back.start()
        self._pump(secure, behind, count=True)
        back.join()
        secure.close()
        behind.close()

    def _pump(self, source: socket.socket, target: socket.socket, count: bool = False) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self.received += len(data) if count else 0
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._listener.close()
