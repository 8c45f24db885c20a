"""What draws documents, each loaded when one is asked for. Who imports a module of them directly loads it with the server."""

from typing import TYPE_CHECKING

from config.later import Later

if TYPE_CHECKING:
    from web import certificate, issue_pdf, issue_word, signed_form
else:
    certificate, issue_pdf, issue_word, signed_form = (
        Later(f"web.{name}") for name in ("certificate", "issue_pdf", "issue_word", "signed_form")
    )

__all__ = ["certificate", "issue_pdf", "issue_word", "signed_form"]
