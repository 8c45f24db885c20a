"""Notices: written once, signed by four, sent by the ways an account has; closures told in one act; the library's periodicals."""
