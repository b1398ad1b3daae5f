"""Many reports at once: batches over processes or a cluster, sums over children, the portal."""
