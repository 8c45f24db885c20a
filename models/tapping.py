"""Words that a reader can tap in a message. Standard library only."""


def tappable(words: str, shown: str | None = None) -> str:
    """A word the reader can tap instead of typing it (undocumented but long-lived; typing works everywhere)."""
    return f'<a href="weixin://bizmsgmenu?msgmenucontent={words}&msgmenuid={words}">{shown or words}</a>'
