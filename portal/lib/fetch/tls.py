"""TLS with a server of whom nothing is known: who it is, by OpenSSL's own judgement, and its certificate either way.

pyOpenSSL and not `ssl`: only its callback tells every fault of a chain and shows the certificate of the very
connection that was refused, and only it has a limit for the depth of a chain.
"""

from __future__ import annotations

from OpenSSL import SSL, crypto

from portal.lib.fetch.certificate import Certificate, is_for
from portal.lib.fetch.failures import FetchFailed, Reason
from portal.lib.fetch.stream import PIECE, Stream

# Certificates between the server's own and a trusted one.
DEEPEST_CHAIN = 10
_CODES = SSL.X509VerificationCodes
_REASONS = {
    _CODES.ERR_CERT_NOT_YET_VALID: Reason.NOT_YET_VALID,
    _CODES.ERR_CERT_HAS_EXPIRED: Reason.EXPIRED,
    _CODES.ERR_DEPTH_ZERO_SELF_SIGNED_CERT: Reason.SELF_SIGNED,
}
# The worst first: whoever fixes only the date of a self-signed certificate is not done.
_ORDER = (Reason.SELF_SIGNED, Reason.UNTRUSTED, Reason.WRONG_NAME, Reason.NOT_YET_VALID, Reason.EXPIRED)


def trusting(*ca_files: str) -> SSL.Context:
    """What every connection has in common: TLS 1.2 or newer, and whom it believes (files in PEM)."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_options(SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    for file in ca_files:
        context.load_verify_locations(file)
    context.set_verify_depth(DEEPEST_CHAIN)
    context.set_verify(SSL.VERIFY_PEER, _note_fault)
    return context


def _note_fault(connection: SSL.Connection, _certificate: crypto.X509, code: int, depth: int, _ok: int) -> bool:
    """Keep the fault and go on, so that all faults are known. `TlsStream` refuses if there is one."""
    if code:
        connection.get_app_data().append((code, depth))
    return True


class TlsStream:
    """An encrypted stream. Nothing is sent over it before `handshake` has judged the server."""

    def __init__(self, stream: Stream, context: SSL.Context, host: str) -> None:
        self.certificate: Certificate | None = None
        # All that is wrong with the certificate, the worst first.
        self.faults: tuple[Reason, ...] = ()
        self._stream = stream
        self._host = host
        self._tls = SSL.Connection(context, None)
        self._codes: list[tuple[int, int]] = []
        self._tls.set_app_data(self._codes)
        self._tls.set_tlsext_host_name(host.encode())
        self._tls.set_connect_state()

    @property
    def version(self) -> str:
        """For example `TLSv1.3`."""
        return str(self._tls.get_protocol_version_name())

    def handshake(self) -> None:
        """Raises `FetchFailed`: `NO_TLS`, or what is wrong with the certificate, which is then in `certificate`."""
        while True:
            try:
                self._tls.do_handshake()
                break
            except SSL.WantReadError:
                self._flush()
                if not self._feed():
                    raise FetchFailed(Reason.NO_TLS, "TLS: closed") from None
            except SSL.Error as error:
                raise FetchFailed(Reason.NO_TLS, f"TLS: {error}") from error
        self._flush()
        shown = self._tls.get_peer_certificate(as_cryptography=False)
        if shown is None:
            raise FetchFailed(Reason.NO_TLS, "TLS: no certificate")
        der = crypto.dump_certificate(crypto.FILETYPE_ASN1, shown)
        self.certificate = Certificate.read(der)
        found = {_REASONS.get(code, Reason.UNTRUSTED) for code, _depth in self._codes}
        if not is_for(der, self._host):
            found.add(Reason.WRONG_NAME)
        self.faults = tuple(reason for reason in _ORDER if reason in found)
        if self.faults:
            raise FetchFailed(self.faults[0], f"certificate: {sorted(self._codes)}")

    def send(self, data: bytes) -> None:
        """All of it."""
        self._tls.sendall(data)
        self._flush()

    def receive(self) -> bytes:
        """The next bytes, empty at the end, a broken-off one as well: HTTP knows whether an answer was whole."""
        while True:
            try:
                return self._tls.recv(PIECE)
            except SSL.WantReadError:
                self._flush()
                if not self._feed():
                    return b""
            except SSL.ZeroReturnError:
                return b""
            except SSL.Error as error:
                raise FetchFailed(Reason.NO_TLS, f"TLS: {error}") from error

    def _feed(self) -> bool:
        data = self._stream.receive()
        if data:
            self._tls.bio_write(data)
        return bool(data)

    def _flush(self) -> None:
        while True:
            try:
                self._stream.send(self._tls.bio_read(PIECE))
            except SSL.WantReadError:
                return
