"""Why the broker could not be used, and what to do: a client library seldom says it, so the port is asked."""

import socket
import ssl

from kafka.errors import SaslAuthenticationFailedError

from services.broker_settings import BrokerSettings

_ANSWER_S = 3.0
_REFUSED = "AuthorizationFailedError"  # of a topic, a group or the cluster; sometimes only in the words of another


def trouble(settings: BrokerSettings, problem: Exception) -> str:
    """What happened and what to do, without any secret. The first broker of `bootstrap` is asked once."""
    what = f"{type(problem).__name__}: {problem}"
    if _REFUSED in what:
        who = settings.user if settings.has_users else "this process"
        return (
            f"{who} may not do that ({problem}): each process has a user of its own, and "
            "`twinbell topics apply --acls` gives each what it needs"
        )
    if isinstance(problem, SaslAuthenticationFailedError):
        return f"{_credentials(settings)} ({what})"
    host, _, port = settings.bootstrap.split(",")[0].rpartition(":")
    found = _asked(settings, (host, int(port))) if port.isdecimal() else "bootstrap must be HOST:PORT"
    return f"{found} ({what})"


def _asked(settings: BrokerSettings, address: tuple[str, int]) -> str:
    try:
        plain = socket.create_connection(address, _ANSWER_S)
    except OSError as problem:
        return f"nobody answers there, {problem.strerror or problem}: is the broker up, and [broker] bootstrap right?"
    with plain:
        plain.settimeout(_ANSWER_S)
        if settings.is_encrypted:
            return _asked_in_tls(settings, plain, address[0])
        if _speaks_tls(plain):
            wanted = "SASL_SSL" if settings.has_users else "SSL"
            return f"that port speaks TLS, [broker] protocol is {settings.protocol}: write {wanted}"
    if settings.has_users:
        return _credentials(settings)
    return "it answers and does not do what it was asked: is it still starting, or does that port want users (SASL)?"


def _asked_in_tls(settings: BrokerSettings, plain: socket.socket, host: str) -> str:
    try:
        context = ssl.create_default_context(cafile=settings.ca_file or None)
        if settings.certificate_file:
            context.load_cert_chain(settings.certificate_file, settings.key_file or None)
        with context.wrap_socket(plain, server_hostname=host):
            pass
    except ssl.SSLCertVerificationError as problem:
        whom = settings.ca_file or "the system's authorities"
        return (
            f"its certificate is not proved by {whom}: {problem.verify_message}; name in [broker] ca_file the "
            "certificates of the authority that signed it, and in bootstrap a name that stands in it"
        )
    except (ssl.SSLError, ConnectionError, TimeoutError) as problem:
        return (
            f"that port does not speak TLS as [broker] protocol = {settings.protocol} wants "
            f"({getattr(problem, 'reason', None) or problem}): take the broker's TLS port, or the protocol of this one"
        )
    if settings.has_users:
        return _credentials(settings)
    return (
        "TLS is agreed and the broker does not go on: does it ask for a certificate (certificate_file, key_file) or "
        "for users (protocol SASL_SSL)?"
    )


def _speaks_tls(plain: socket.socket) -> bool:
    """Whether a TLS greeting is answered by one, whoever signed it."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # nothing is said there: only asked whether it is TLS
    try:
        with context.wrap_socket(plain):
            return True
    except OSError:
        return False


def _credentials(settings: BrokerSettings) -> str:
    return (
        f"the broker does not accept user {settings.user} with the password in {settings.password_file} by "
        f"{settings.mechanism}: set the user's password at the broker (kafka-configs --alter --add-config) or mend the "
        "file; if the broker was just started, try again"
    )
