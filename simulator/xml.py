"""The platform's XML: flat, text in CDATA, numbers bare."""

from typing import Any
from xml.etree import ElementTree


class BadXml(Exception):
    """A reply that is no XML of the platform's kind."""


def write(fields: dict[str, Any]) -> str:
    """`<xml>` around the fields; text as CDATA, numbers bare, dicts nested, lists repeated."""
    return f"<xml>{_inner(fields)}</xml>"


def _inner(fields: dict[str, Any]) -> str:
    return "".join(_element(name, value) for name, value in fields.items())


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, one) for one in value)
    if isinstance(value, dict):
        return f"<{name}>{_inner(value)}</{name}>"
    if isinstance(value, (int, float)):
        return f"<{name}>{value}</{name}>"
    return f"<{name}><![CDATA[{cdata(str(value))}]]></{name}>"


def cdata(text: str) -> str:
    """Text that cannot end its CDATA section; what XML cannot carry at all is dropped."""
    kept = "".join(sign for sign in text if sign in "\t\n\r" or (sign >= " " and sign not in "\ufffe\uffff"))
    return kept.replace("]]>", "]]]]><![CDATA[>")


def read(text: str) -> ElementTree.Element:
    """The root. Raises: BadXml unless it is `<xml>`."""
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise BadXml(f"not XML: {error}") from None
    if root.tag != "xml":
        raise BadXml(f"the root is <{root.tag}>, not <xml>")
    return root


def field(root: ElementTree.Element, path: str) -> str:
    """The text at `path`. Raises: BadXml if there is not exactly one such element."""
    found = root.findall(path)
    if len(found) != 1:
        raise BadXml(f"{len(found)} of <{path}>, one is wanted")
    return found[0].text or ""
