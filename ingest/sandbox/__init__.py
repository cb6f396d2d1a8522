"""The parent's side of the sandbox, which reads untrusted files safely."""
