"""Access control: sign-in, tokens, rate limit, security headers, access log."""
