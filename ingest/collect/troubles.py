"""The problems that an address of a source can have, each with a code.

Code depends on the code, never on the wording.
"""

from enum import StrEnum


class Trouble(StrEnum):
    """Why a page or a document could not be fetched."""

    NOT_ALLOWED = "not_allowed"
    ROBOTS = "robots"
    NO_SUCH_HOST = "no_such_host"
    NO_CONNECTION = "no_connection"
    CERTIFICATE = "certificate"
    TIMEOUT = "timeout"
    BROKEN_OFF = "broken_off"
    TOO_LARGE = "too_large"
    ASKED_TO_WAIT = "asked_to_wait"
    FORBIDDEN = "forbidden"
    SERVER_ERROR = "server_error"
    NOT_FOUND = "not_found"
    REDIRECTS = "redirects"
    NOT_A_PAGE = "not_a_page"
    NOT_A_PDF = "not_a_pdf"
    EMPTY = "empty"
    LOG_IN = "log_in"
    SAYS_NOT_FOUND = "says_not_found"
    TOO_MANY_LINKS = "too_many_links"
    TOO_MANY_PAGES = "too_many_pages"
    LISTS_NOTHING = "lists_nothing"
    LISTS_MUCH_LESS = "lists_much_less"


SENTENCES: dict[Trouble, str] = {
    Trouble.NOT_ALLOWED: "The address is not a public web address, so no request was sent.",
    Trouble.ROBOTS: "The site's robots.txt does not allow it. Ask the board whether you may collect from this page.",
    Trouble.NO_SUCH_HOST: "There is no site with that name. Check the address in sources.csv.",
    Trouble.NO_CONNECTION: "No connection could be made. The next run tries again.",
    Trouble.CERTIFICATE: "The site's certificate is not valid, so nothing was fetched. Tell the board.",
    Trouble.TIMEOUT: "The site took too long to answer. The next run tries again.",
    Trouble.BROKEN_OFF: "The connection ended before everything had been sent. The next run tries again.",
    Trouble.TOO_LARGE: "The file is larger than the setting max_bytes allows.",
    Trouble.ASKED_TO_WAIT: "The site asked the program to wait. Nothing more was requested. The next run tries again.",
    Trouble.FORBIDDEN: "The site refuses programs like this one. Ask the board.",
    Trouble.SERVER_ERROR: "The site reported an internal error. The next run tries again.",
    Trouble.NOT_FOUND: "There is nothing at this address any more.",
    Trouble.REDIRECTS: "The site redirects without end.",
    Trouble.NOT_A_PAGE: "The address in sources.csv is not that of a web page.",
    Trouble.NOT_A_PDF: "The address is not that of a PDF.",
    Trouble.EMPTY: "The file is empty.",
    Trouble.LOG_IN: "The site requires people to sign in.",
    Trouble.SAYS_NOT_FOUND: 'The site answered with a page that says "not found".',
    Trouble.TOO_MANY_LINKS: "The page has more links than are read. Give a pattern for its links in sources.csv.",
    Trouble.TOO_MANY_PAGES: "The list has more pages than are read. Give the address of a shorter list.",
    Trouble.LISTS_NOTHING: "The page listed documents before and lists none now. No report was treated as withdrawn.",
    Trouble.LISTS_MUCH_LESS: "The page lists fewer than half of what it listed. No report was treated as withdrawn.",
}
"""What each problem means, and what to do."""

PASSING = frozenset(
    {
        Trouble.NO_CONNECTION,
        Trouble.TIMEOUT,
        Trouble.BROKEN_OFF,
        Trouble.ASKED_TO_WAIT,
        Trouble.SERVER_ERROR,
    }
)
"""Problems that may have disappeared by tomorrow."""
