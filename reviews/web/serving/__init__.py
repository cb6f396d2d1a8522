"""Serving from several processes: starting and replacing them, what they count together, their memory."""
