# `make help` prints every target; CI calls the same ones.
PY := .venv/bin/python

.PHONY: help check lint fix
help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

lint:  ## format, style and types
	.venv/bin/ruff format --check -q .
	.venv/bin/ruff check -q .
	.venv/bin/mypy

check: lint  ## everything that changes nothing and needs no browser
	.venv/bin/lint-imports

fix:  ## put format and style right where a machine can
	.venv/bin/ruff check -q --fix .
	.venv/bin/ruff format -q .
