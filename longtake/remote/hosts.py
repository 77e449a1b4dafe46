"""Hosts that are never asked: those at which a cloud tells a machine its keys.

Whoever may start a run chooses what is fetched, so an address could make this machine ask for its own credentials.
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.request import getproxies

from longtake.errors import BadInput

_FORBIDDEN = tuple(
    map(
        ipaddress.ip_network,
        (
            "169.254.0.0/16",  # link-local; the metadata of AWS, Google, Azure and most others
            "fe80::/10",
            "fd00:ec2::/32",  # AWS over IPv6
            "100.100.100.200/32",  # Alibaba
        ),
    )
)


def is_forbidden(address: str) -> bool:
    """Whether an IP address, as text, is one that is never asked."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return any(ip.version == network.version and ip in network for network in _FORBIDDEN)


def check_host(host: str, port: int | None, told: str) -> None:
    """Raise BadInput for a host that is never asked, under whatever name, or that does not exist."""
    try:
        found = socket.getaddrinfo(host, port or 443, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        if getattr(error, "errno", None) == socket.EAI_AGAIN or getproxies():
            return  # it may be found at the next attempt, or by the proxy
        raise BadInput(f"{told} cannot be reached: there is no such host.", hint="Check the address.") from None
    for entry in found:
        refuse(str(entry[4][0]), told)


def refuse(address: str, told: str) -> None:
    """Raise BadInput when the IP address is one that is never asked."""
    if is_forbidden(address):
        raise BadInput(
            f"{told} is a link-local address, at which machines tell their own secrets.",
            hint="Put the file on a server, or name its path.",
        )
