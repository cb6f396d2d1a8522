"""The web page: thin views over a pool of `reviews.Library` objects. docs/web.md lists the pages."""
