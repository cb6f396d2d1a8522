"""Serve from several processes: start and replace them, count across them, and limit their memory."""
