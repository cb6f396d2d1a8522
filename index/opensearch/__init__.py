"""The index in an OpenSearch cluster: one document for each report, and the questions that the cluster answers."""
