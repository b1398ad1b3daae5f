"""What makes a report wrong? A report folder, or many, against every rule of the catalogue."""

from helpers.checks.verdict import Verdict, check, check_many, known

__all__ = ["Verdict", "check", "check_many", "known"]
