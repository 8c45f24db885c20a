"""Words that a reader can tap in a message. Standard library only."""


def tappable(words: str, shown: str | None = None, *, mark: str = "") -> str:
    """A word the reader can tap instead of typing it (undocumented but long-lived; typing works everywhere).

    `mark` comes back with the tap, unseen: of which message the word was.
    """
    return f'<a href="weixin://bizmsgmenu?msgmenucontent={words}&msgmenuid={mark or words}">{shown or words}</a>'
