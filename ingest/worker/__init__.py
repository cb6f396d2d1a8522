"""The worker process: all code that handles an untrusted file."""
