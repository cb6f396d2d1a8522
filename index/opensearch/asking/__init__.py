"""Send queries to a cluster and interpret the answers."""
