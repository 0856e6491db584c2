# Two commands: `make chat` and `make test`. The rest is for those who change Dateline.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
SHARED ?= ../shared
INDEX ?= .dateline

.PHONY: help chat test soak screenshots gate bench check install lint types contracts format lock train clean

help:  ## say what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

install: $(VENV)/.installed  ## make the environment, exactly as locked

$(VENV)/.installed: pyproject.toml requirements.lock
	$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(not (3, 11) <= v <= (3, 12) and "Dateline needs Python 3.11 or 3.12, not %d.%d. Try: make PYTHON=python3.11 install" % v)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

$(INDEX)/CURRENT: | install
	$(BIN)/dateline index build seeds/ --index $(INDEX)

chat: install $(INDEX)/CURRENT  ## open the web page on the seed archive
	$(BIN)/dateline chat --index $(INDEX)

test: install  ## run every test, the browser's too where Chromium is installed
	$(BIN)/pytest

soak: install  ## run the long tests: load, kills, injected faults
	$(BIN)/pytest -m soak -rP

screenshots: install  ## take pictures of the page's main states into screenshots/, two for the README
	$(BIN)/python -m tests.screenshots screenshots
	cp screenshots/answer.png screenshots/timeline.png docs/images/

gate: install  ## measure on Velland and fail on a significant drop against the stored baseline
	$(BIN)/dateline eval run eval/sets/velland --out eval-out --baseline eval/baselines/velland.json

PEERS := $(basename $(notdir $(wildcard eval/bench/peers/*.txt)))

.bench/envs/%/.made: eval/bench/peers/%.txt
	$(PYTHON) -m venv .bench/envs/$*
	.bench/envs/$*/bin/pip install --quiet --disable-pip-version-check torch==2.13.0
	.bench/envs/$*/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

bench: install $(PEERS:%=.bench/envs/%/.made)  ## measure speed beside peers, on a quiet machine; docs/performance.md
	mkdir -p .bench/figures
	for what in embedding "build --articles 1000 --repeat 3" questions scale; do set -- $$what; \
		$(BIN)/python -m eval.bench.$$what > .bench/figures/$$1.json || exit 1; done
	cp .bench/figures/*.json docs/figures/
	$(BIN)/python -m eval.bench.tables

check: install lint types contracts test  ## the one door: format, lint, types, contracts, tests

lint:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types:
	$(BIN)/mypy

contracts:
	$(BIN)/lint-imports

format: install  ## lay out and mend what can be mended by machine
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: install  ## pin every package anew from the ranges in pyproject.toml
	$(BIN)/pip-compile --quiet --upgrade --extra dev --strip-extras --allow-unsafe \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
		--output-file requirements.lock pyproject.toml
	sed -i 's/^\(torch==[0-9.]*\)+cpu/\1/' requirements.lock  # which build is the index's matter

train: install  ## train the selector and fit the blend anew: two hours and a half on two cores
	$(BIN)/python -m eval.training.train --shared $(SHARED)/data --out .train --minutes 100
	$(BIN)/python -m eval.training.export --checkpoint .train/selector.pt --shared $(SHARED)/data --out rag/weights
	$(BIN)/python -m eval.training.blend --shared $(SHARED)
	$(BIN)/python -m eval.training.blend --shared $(SHARED)  # over what the first has read side by side

clean:  ## remove the environment and the seed index
	rm -rf $(VENV) $(INDEX)
