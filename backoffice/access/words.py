"""Small words of the sign-in pages."""

from backoffice.web.words import plural


def tries_left(count: int) -> str:
    """`You have 1 more try before your account is locked`."""
    return f"You have {plural(count, 'more try', 'more tries')} before your account is locked"


#: What browsers call themselves by; the first that fits, as each also names those it is like.
BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"),
           ("Linux", "Linux"))  # fmt: skip


def browser_words(agent: str) -> str:
    """`Firefox on Windows`, by what a browser says of itself."""
    browser = next((name for sign, name in BROWSERS if sign in agent), "A browser")
    system = next((name for sign, name in SYSTEMS if sign in agent), "")
    return f"{browser} on {system}" if system else browser
