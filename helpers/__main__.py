"""``python -m helpers``: see helpers/cli/commands.py."""

from helpers.cli.commands import main

main()
