"""The worker process: everything that touches an untrusted file."""
