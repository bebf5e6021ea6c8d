# make run     opens Nursestation with simulated chairs (without a display: a rehearsal into out/)
# make test    all tests
# make check   format, lint, types, import contracts
# make rehearse six whole visits by themselves, each with its report, into out/six
# make fuzz    ten minutes of hostile bytes over every decoder (SECONDS=60 make fuzz: one)
# make bench   drawing against rivals, latency, processor, memory, disk: one JSON line each (some ten minutes)
# make bench-check    the same, and fails on a goal that is missed
# make bench-rivals   the packages that the drawing is compared with, into out/rivals
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN = .venv/bin
SIMULATED = --simulate normal --simulate bp-spike --simulate mild-desaturation --simulate probe-off

SIX = visit-plain visit-spike visit-early-stop visit-injection visit-no-driver visit-pain

.PHONY: run test check rehearse fuzz bench bench-check bench-rivals format e2e env env-test clean

env:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed (on Debian: apt-get install python3)" >&2; exit 1; }
	@$(PYTHON) packaging/environment.py

env-test:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed (on Debian: apt-get install python3)" >&2; exit 1; }
	@$(PYTHON) packaging/environment.py --xvfb

run: env
	@if [ "$$(uname)" = Linux ] && [ -z "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
		echo "There is no display here, so no window: rehearsing a whole visit with simulated monitors instead."; \
		exec $(BIN)/nursestation rehearse bp-spike --out out --speed 60 --seed 7; \
	else \
		exec $(BIN)/nursestation --profile out/profile $(SIMULATED); \
	fi

test: env-test
	$(BIN)/python -m pytest -n auto -m "not e2e"
	$(BIN)/python -m pytest -n 2 --dist loadfile -m e2e

e2e: env-test
	$(BIN)/python -m pytest -m e2e

check: env
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: env
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

rehearse: env
	$(BIN)/nursestation rehearse $(SIX) --out out/six --speed 1000000 --seed 7

fuzz: env
	@$(BIN)/python -m tests.fuzz

bench: env
	@$(BIN)/python -m tests.bench

bench-check: env
	@$(BIN)/python -m tests.bench --check

bench-rivals: env
	$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps --upgrade \
		--target out/rivals --requirement packaging/rivals.txt

clean:
	rm -rf .venv out
