"""The index in an OpenSearch cluster: one document per report, and the queries that the cluster answers."""
