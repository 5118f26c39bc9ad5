# `make help` prints every target; CI calls the same ones.
PY := .venv/bin/python
.DEFAULT_GOAL := help

.PHONY: help demo test security soak check fix setup setup-test run bench docs lock clean
help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

demo: setup  ## set everything up, run a made-up organisation through it and serve it on port 8000 (or PORT)
	@.venv/bin/surveyapp demo $(if $(ONCE),--once) $(if $(PORT),--port $(PORT))

test: setup-test  ## run every test
	@tools/test $(TESTS)

security: setup-test  ## make every attack in its long form; write docs/security-tests.md
	@tools/security

soak: setup-test  ## kill, starve and mislead it a night long; add the figures to docs/security-tests.md
	@tools/security soak

check: setup-test  ## format, style, types, import contracts; changes nothing
	.venv/bin/ruff format --check -q .
	.venv/bin/ruff check -q .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo

fix: setup-test  ## put format and style right where a machine can
	.venv/bin/ruff check -q --fix .
	.venv/bin/ruff format -q .

setup:  ## make the environment, install locked packages, build the stylesheet
	@tools/setup web

setup-test:
	@tools/setup test

run: setup  ## serve instance/ on port 8000
	.venv/bin/surveyapp serve

bench: setup-test  ## measure; NAME=journey, pages …
	$(PY) -m benchmarks $(NAME)

docs: setup-test  ## write the page that is printed from the table of moves
	$(PY) -c 'from surveyapp.services import waves; print(waves.document(), end="")' > .states.md
	mv .states.md docs/wave-states.md

lock:  ## compile the locked requirements anew (needs uv)
	tools/lock

clean:  ## remove what was built; keeps instance/
	rm -rf .venv node_modules surveyapp/static/build .mypy_cache .ruff_cache .pytest_cache
