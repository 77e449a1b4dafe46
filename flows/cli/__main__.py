"""`python -m flows.cli`: the command line, where the program `longtake` is not on the path."""

from flows.cli import main

main()
