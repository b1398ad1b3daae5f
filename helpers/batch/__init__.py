"""Many report folders checked and rendered on a cluster; only what changed, each whole or not at all."""

from helpers.batch.cluster import BatchError
from helpers.batch.runner import Done, Progress, Summary, run

__all__ = ["BatchError", "Done", "Progress", "Summary", "run"]
