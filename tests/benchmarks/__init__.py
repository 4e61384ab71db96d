"""How fast Atrae is, and its peers on the same corpus. `make bench` runs all of it, `make
bench-quick` a small part; `python -m tests.benchmarks --help` says what there is to choose.

The story is `bench.py`; `corpus.py` says what is built, `phases.py` what is measured, `figures.py`
what we aim at, `peers.py` in which versions the others run.
"""
