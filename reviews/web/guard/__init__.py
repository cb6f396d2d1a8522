"""Who may ask, and what every answer carries: headers, tokens, the audit log."""
