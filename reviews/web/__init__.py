"""The web page: thin views over one `reviews.Library` a thread. `docs/web.md` says what there is."""
