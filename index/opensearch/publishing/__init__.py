"""What is published in a cluster, and how."""
