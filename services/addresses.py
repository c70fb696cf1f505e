"""The address of a store as it may be shown: on a screen, in a log, in an error. A password never is."""

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

_HIDDEN = "hidden"
_SECRETS = ("password", "passwd", "sslpassword")


def shown_store(url: str) -> str:
    """The address without its password, whether that stands before the host or behind the question mark."""
    try:
        address = sa.make_url(url)
    except ArgumentError:
        return "an address that cannot be read"  # whatever it holds
    hidden = {name: _HIDDEN if name.lower() in _SECRETS else value for name, value in address.query.items()}
    return address.set(query=hidden).render_as_string(hide_password=True)


def has_password(url: str) -> bool:
    """Whether something of the address is hidden."""
    return shown_store(url) != url
