"""Which commands are there? Options, exit codes and messages; no logic."""
