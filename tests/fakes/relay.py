"""A mail relay on this machine: aiosmtpd with STARTTLS or implicit TLS, log-in, and trouble on demand."""

import asyncio
import ssl
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "twinbell", "relay-password-SECRET"
Stage = Literal["MAIL", "RCPT", "DATA", "STARTTLS", "AUTH"]


@dataclass(frozen=True)
class Certificates:
    """An authority that nobody else trusts, and a certificate for 127.0.0.1 signed by it."""

    authority: trustme.CA
    server: trustme.LeafCert

    def context(self) -> ssl.SSLContext:
        """For the relay."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.server.configure_cert(context)
        return context


def certificates() -> Certificates:
    """A fresh authority; one for a whole test run is enough."""
    authority = trustme.CA()
    return Certificates(authority, authority.issue_cert("127.0.0.1"))


@dataclass(frozen=True)
class Letter:
    """What was taken: the envelope and the bytes."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    encrypted: bool


@dataclass
class Relay:
    """`with Relay(certificates) as relay`; `relay.replies` maps a stage to the reply it gets instead of a good one.

    The reply "hang" gives none (for DATA: after the letter was taken), "drop" closes the connection.
    """

    certificates: Certificates
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    eight_bit: bool = True
    size_limit: int = 10_000_000
    hang_up_on_quit: bool = False
    replies: dict[Stage, str] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._closing = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _listen(self) -> asyncio.Server:
        context = self.certificates.context() if self.tls == "implicit" else None
        return await self._loop.create_server(self._session, "127.0.0.1", 0, ssl=context)

    async def _stop(self) -> None:
        self._closing.set()
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _session(self) -> SMTP:
        context = self.certificates.context() if self.tls == "starttls" else None
        return _Server(
            self,
            data_size_limit=self.size_limit,
            hostname="relay.example.org",
            tls_context=context,
            require_starttls=self.tls == "starttls",
            authenticator=self._authenticate,
            auth_require_tls=self.tls == "starttls",
            loop=self._loop,
        )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        if reply := self.replies.get("AUTH"):
            return AuthResult(success=False, handled=False, message=reply)
        good = data.login == USER.encode() and data.password == PASSWORD.encode()
        return AuthResult(success=good, handled=False)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """What it offers."""
        session.host_name = hostname
        return [line for line in responses if self.eight_bit or "8BITMIME" not in line]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """The envelope sender."""
        envelope.mail_from = address
        return await self._reply("MAIL", server)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """One recipient."""
        envelope.rcpt_tos.append(address)
        return await self._reply("RCPT", server)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The letter."""
        content = envelope.content or b""
        assert isinstance(content, bytes)
        if self.replies.get("DATA", "hang") in ("hang", "drop"):
            encrypted = session.ssl is not None or self.tls == "implicit"
            self.letters.append(Letter(str(envelope.mail_from), tuple(envelope.rcpt_tos), content, encrypted))
        return await self._reply("DATA", server)

    async def _reply(self, stage: Stage, server: SMTP) -> str:
        reply = self.replies.get(stage, "250 2.0.0 OK")
        if reply == "hang":
            await self._closing.wait()
        if reply == "drop":
            assert server.transport is not None
            server.transport.close()
        return reply


class _Server(SMTP):
    """aiosmtpd's server, which can also refuse STARTTLS."""

    async def smtp_STARTTLS(self, arg: str) -> None:
        handler = self.event_handler
        assert isinstance(handler, Relay)
        if reply := handler.replies.get("STARTTLS"):
            await self.push(reply)
        else:
            await super().smtp_STARTTLS(arg)

    async def smtp_QUIT(self, arg: str) -> None:
        handler = self.event_handler
        assert isinstance(handler, Relay)
        if handler.hang_up_on_quit:
            assert self.transport is not None
            self.transport.close()
        else:
            await super().smtp_QUIT(arg)
