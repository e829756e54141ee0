"""`python -m sentio` is the `sentio` command."""

from sentio.cli import main

main()
