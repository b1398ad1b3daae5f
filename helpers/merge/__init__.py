"""An edited Word file comes back: what the leader changed in it goes to the report folder that it was made from."""

from helpers.merge.merge_display import text
from helpers.merge.merge_plan import apply, plan_merge
from helpers.merge.merge_result import Merge
from helpers.merge.outcome import CHOICES
from helpers.merge.word_text import MergeError

__all__ = ["CHOICES", "Merge", "MergeError", "apply", "plan_merge", "text"]
