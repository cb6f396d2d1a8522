"""The parent's side of the sandbox: how are untrusted files read safely?"""
