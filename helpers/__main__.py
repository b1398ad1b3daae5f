"""``python -m helpers``: see helpers/cli/commands.py."""

from helpers.cli.entry import main

main()
