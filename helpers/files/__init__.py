"""Files on disk: read to a bound, with lines to name; written whole or not at all. Which packages are installed; processes that end with us."""
