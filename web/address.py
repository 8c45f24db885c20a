"""Who asks: the address of the other side, or of whom a trusted proxy says it speaks for."""

from ipaddress import ip_address, ip_network

from flask import current_app, request


def client_address() -> str:
    """A proxy on this machine is believed, and one in the network of SHUSHENG_PROXY; nobody else may name another."""
    direct = request.remote_addr or "?"
    said = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return said if said and _is_proxy(direct) else direct


def _is_proxy(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    trusted = current_app.config.get("TRUSTED_PROXY", "")
    return found.is_loopback or bool(trusted and found in ip_network(trusted))
