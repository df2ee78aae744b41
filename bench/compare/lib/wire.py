"""As much of PostgreSQL's protocol as a load generator needs: a login with SCRAM-SHA-256 and simple queries. No dependencies."""

import base64
import hashlib
import hmac
import os
import socket
import ssl

TERMINATE = b"X\x00\x00\x00\x04"
SSL_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
# What ReadyForQuery of an idle session looks like. No row of ours ends in these bytes: texts hold no zero bytes.
READY = b"Z\x00\x00\x00\x05I"


class ServerError(Exception):
    """What the other end said in an ErrorResponse."""


class ScramKeys:
    """The keys of one password, derived once per salt: PBKDF2 costs a client more than all the rest of a login costs the server."""

    def __init__(self, password):
        self._password = password.encode()
        self._keys = {}

    def of(self, salt, iterations):
        """ClientKey, StoredKey, ServerKey."""
        found = self._keys.get((salt, iterations))
        if found is None:
            salted = hashlib.pbkdf2_hmac("sha256", self._password, base64.b64decode(salt), iterations)
            client_key = hmac.digest(salted, b"Client Key", "sha256")
            found = client_key, hashlib.sha256(client_key).digest(), hmac.digest(salted, b"Server Key", "sha256")
            self._keys[salt, iterations] = found
        return found


def message(kind, body):
    return kind + (len(body) + 4).to_bytes(4, "big") + body


def query(text):
    return message(b"Q", text.encode() + b"\x00")


def startup(user, database):
    body = b"\x00\x03\x00\x00user\x00" + user.encode() + b"\x00database\x00" + database.encode() + b"\x00\x00"
    return (len(body) + 4).to_bytes(4, "big") + body


def take(buffer):
    """The first message, taken out of the buffer, as (kind, body); None while it is not complete."""
    if len(buffer) < 5:
        return None
    end = 1 + int.from_bytes(buffer[1:5], "big")
    if len(buffer) < end:
        return None
    found = bytes(buffer[:1]), bytes(buffer[5:end])
    del buffer[:end]
    return found


def error_of(body):
    fields = {field[:1]: field[1:].decode(errors="replace") for field in body.split(b"\x00") if field}
    return ServerError(f"{fields.get(b'C', '?')} {fields.get(b'M', '?')}")


def login(user, database, keys):
    """A login without I/O: yields what to send and is sent what came in, until the first ReadyForQuery."""
    buffer, out = bytearray(), startup(user, database)
    nonce = base64.b64encode(os.urandom(18))
    client_first = b"n=,r=" + nonce
    server_signature = None
    while True:
        while (found := take(buffer)) is None:
            received = yield out
            if not received:
                raise ConnectionError("the connection was closed during the login")
            buffer += received
            out = b""
        kind, body = found
        if kind == b"E":
            raise error_of(body)
        if kind == b"Z":
            return
        if kind != b"R":
            continue
        code, data = int.from_bytes(body[:4], "big"), body[4:]
        if code == 10:
            first = b"n,," + client_first
            out = message(b"p", b"SCRAM-SHA-256\x00" + len(first).to_bytes(4, "big") + first)
        elif code == 11:
            server_nonce, salt, iterations = (part[2:] for part in data.split(b",")[:3])
            if not server_nonce.startswith(nonce):
                raise ConnectionError("the server's SCRAM nonce is not ours")
            client_key, stored_key, server_key = keys.of(salt, int(iterations))
            without_proof = b"c=biws,r=" + server_nonce
            signed = client_first + b"," + data + b"," + without_proof
            signature = hmac.digest(stored_key, signed, "sha256")
            proof = bytes(a ^ b for a, b in zip(client_key, signature))
            server_signature = hmac.digest(server_key, signed, "sha256")
            out = message(b"p", without_proof + b",p=" + base64.b64encode(proof))
        elif code == 12:
            if server_signature is None or data != b"v=" + base64.b64encode(server_signature):
                raise ConnectionError("the server does not know the password")
        elif code != 0:
            raise ConnectionError(f"the server asks for authentication {code}, only SCRAM-SHA-256 and trust are known here")


def dial(host, port, timeout=30):
    """A connected socket, encrypted where PGSSLMODE is require; a host that begins with a slash is the directory of a Unix socket."""
    if host.startswith("/"):
        link = socket.socket(socket.AF_UNIX)
        address = f"{host}/.s.PGSQL.{port}"
    else:
        link = socket.socket(socket.AF_INET)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        address = host, port
    try:
        link.settimeout(timeout)
        link.connect(address)
        return encrypted(link) if os.environ.get("PGSSLMODE") == "require" else link
    except OSError:
        link.close()
        raise


def encrypted(link):
    """The connection with TLS, as libpq makes it where sslmode is require: nobody looks at the certificate."""
    link.sendall(SSL_REQUEST)
    answer = link.recv(1)
    if answer != b"S":
        raise ConnectionError(f"the server answers {answer} where TLS is asked for")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(link)


def receive(link):
    """What a socket that does not block has: None when there is nothing yet, nothing at all at the end."""
    received = b""
    try:
        # What TLS has decrypted already wakes nobody who waits for the socket.
        while part := link.recv(65536):
            received += part
            if not isinstance(link, ssl.SSLSocket) or not link.pending():
                break
    except (BlockingIOError, ssl.SSLWantReadError):
        return received or None
    return received


def connect(host, port, user, database, keys, timeout=30):
    """A socket whose login is through."""
    link = dial(host, port, timeout)
    try:
        steps = login(user, database, keys)
        out = next(steps)
        while True:
            if out:
                link.sendall(out)
            out = steps.send(link.recv(65536))
    except StopIteration:
        return link
    except BaseException:
        link.close()
        raise


def add_target(parser):
    """The arguments that say where to connect; the password comes from PGPASSWORD, out of sight of ps."""
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--database", required=True)


def keys_of_environment():
    return ScramKeys(os.environ.get("PGPASSWORD", ""))
