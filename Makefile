# Two commands do everything on a machine with Python 3.11, pip and make:
#   make demo   recognises a conversation in examples/, says why they feel it, and writes report.html
#   make test   lints, types, layers, tests

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

.PHONY: demo test clean

demo: .venv/core
	$(BIN)/sentio recognize examples/kitchen.txt
	$(BIN)/sentio causes examples/kitchen.txt
	$(BIN)/sentio recognize examples/kitchen.txt --out report.html
	@echo "Open report.html to see who felt what, and when it turned."

# Two processes with a thread each: 6 minutes instead of 16 on two cores. Plain pytest runs them one after the other.
test: .venv/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses 2 --dist loadfile

# The core only: no torch.
.venv/core: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) --editable .
	touch $@

# Torch first and pinned: an unpinned one brings gigabytes of GPU libraries.
.venv/test: .venv/core
	$(PIP) torch==2.13.0
	$(PIP) --editable ".[ann,eval,face,hf,lance,media,train,test]"
	touch $@

clean:
	rm -rf .venv runs report.html
