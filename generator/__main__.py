"""`python -m generator` is `atrae`."""

from .cli import main

if __name__ == "__main__":
    main(prog_name="atrae")
