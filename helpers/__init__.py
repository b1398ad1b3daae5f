"""The annual report on government information disclosure as a reproducible project."""

__version__ = "0.2.0"
