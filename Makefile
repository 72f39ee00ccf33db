# Everything is built inside this folder; all that is needed is Python 3.11 or newer, make and PyPI.

PYTHON ?= python3
PORT ?= 8000
ARGS ?=
export PORT
# Overridden on purpose: without what it has compiled, each start of Python takes twice as long.
export PYTHONDONTWRITEBYTECODE :=

# UV=false: pip alone does the work.
UV_VERSION := 0.13.9
UV ?= .tools/bin/uv
export UV_PYTHON_DOWNLOADS := never
# It trusts what pip trusts.
export UV_SYSTEM_CERTS ?= true
# Some homes cannot be written to, those of services for one.
ifneq ($(shell test -w "$${XDG_CACHE_HOME:-$$HOME}" && echo writable),writable)
export UV_CACHE_DIR ?= $(CURDIR)/.tools/cache
export PIP_CACHE_DIR ?= $(CURDIR)/.tools/cache
endif

# The stamp names the Python it was built with, so another PYTHON builds another environment.
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null)
READY := .venv/.ready-$(VERSION)
# Running takes less than all else. Where the packages for tests are there already, they stay.
RUNNABLE := $(if $(wildcard $(READY))$(filter-out run port board,$(MAKECMDGOALS)),$(READY),.venv/.run-$(VERSION))
BIN := .venv/bin/python -m
# A Python that was removed leaves links to nowhere behind.
ifneq ($(shell .venv/bin/python -c 'print("works")' 2>/dev/null),works)
.PHONY: $(READY) .venv/.run-$(VERSION)
endif

.PHONY: help run port board test test-fast test-slow test-faults lint lint-api screenshots lighthouse fuzz docs bench bench-growth bench-streams bench-batches format lock audit clean
.DEFAULT_GOAL := help

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' Makefile

run: port $(RUNNABLE) raceapp/board/sw.js ## Run it on http://127.0.0.1:8000 with demo data (PORT=... for another port)
	@echo "Bringing the database up to date, with a demo team in it"
	@$(BIN) flask --app wsgi seed --upgrade
	@echo
	@echo "  The board      http://127.0.0.1:$(PORT)/"
	@echo "  Documentation  http://127.0.0.1:$(PORT)/docs  (log in there with a login named above)"
	@echo "  API            http://127.0.0.1:$(PORT)/v1"
	@echo "  Health         http://127.0.0.1:$(PORT)/v1/health"
	@echo "  Ctrl-C stops it."
	@echo
	@$(HEAR_MAKE) & LOG_FORMAT=$${LOG_FORMAT:-text} exec $(BIN) gunicorn -c gunicorn.conf.py wsgi:app

# A terminal sends Ctrl-C to all at once. Where it was sent to make alone, make holds it back and
# waits for its child, which is told here.
HEAR_MAKE = while sleep 1 && kill -0 $$$$; do \
	grep -q '^SigBlk:.*[2367abef]$$' /proc/$$PPID/status && kill -INT $$$$; done >/dev/null 2>&1

# Sources of the board, and what they are built with. Without network or Node it cannot be built:
# whatever needs it goes on without, and the next `make` tries again.
BOARD := $(shell find board -name node_modules -prune -o -type f ! -name api.d.ts -print) requirements-board.txt
raceapp/board/sw.js: $(BOARD) | $(RUNNABLE)
	@board/build.sh || true

board: $(RUNNABLE) ## Build the board from board/ into raceapp/board/
	@board/build.sh

# Told before anything is built or started.
port:
	@$(PYTHON) -c "$$IS_FREE" "$(PORT)" || test -z "$(VERSION)"

define IS_FREE
import errno, socket, sys
name = sys.argv[1]
if not name.isdecimal() or not 0 < int(name) < 65536:
    sys.exit(f"PORT={name} is no port: name one from 1 to 65535.")
with socket.socket() as probe:
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("127.0.0.1", int(name)))
    except OSError as error:
        why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be had ({error.strerror})"
        sys.exit(f"Port {name} {why}. Name another: make run PORT={int(name) % 65535 + 1}")
endef
export IS_FREE

test: $(READY) raceapp/board/sw.js ## Run the tests, on SQLite and on PostgreSQL, with the coverage floor (ARGS="-k words")
	$(BIN) pytest -n 2 --dist worksteal --cov --cov-report=term-missing:skip-covered $(ARGS)

test-fast: $(READY) raceapp/board/sw.js ## Run only the tests that need no real server
	$(BIN) pytest -n 2 --dist worksteal --fast $(ARGS)

test-slow: $(READY) raceapp/board/sw.js ## Run what starts servers and takes long: installation, proxies, metrics, keys, paper, slow callers
	$(BIN) pytest -n 2 --dist worksteal -m slow $(ARGS)

test-faults: $(READY) ## Break what the API stands on, under load: Redis, database, processes, disk, clock
	$(BIN) pytest -n 0 -m faults tests/faults $(ARGS)

lint: $(READY) ## Check style, formatting and the board's types
	$(BIN) ruff check .
	$(BIN) ruff format --check .
	@board/check.sh

lint-api: $(READY) .tools/npm/.ready ## Lint the OpenAPI document and the calendars by others' tools (needs npm)
	@DATABASE_URL=sqlite:// $(BIN) flask --app wsgi openapi write .tools/openapi.json
	.venv/bin/openapi-spec-validator .tools/openapi.json
	REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
		.tools/npm/node_modules/.bin/redocly lint --extends=recommended .tools/openapi.json
	.tools/npm/node_modules/.bin/spectral lint --ruleset .ci/spectral.yaml --fail-severity=warn .tools/openapi.json
	PYTHONPATH=.:tests .venv/bin/python tests/calendar_files.py .tools/calendars
	node .ci/calendars.mjs .tools/calendars .tools/npm/node_modules

screenshots: $(READY) raceapp/board/sw.js ## Take the pictures in docs/images/ (needs chromium)
	PYTHONPATH=tests $(BIN) screenshots

lighthouse: $(READY) raceapp/board/sw.js .tools/lighthouse/.ready ## Score the board on a phone with 200 tasks by Lighthouse (needs chromium)
	PYTHONPATH=tests $(BIN) lighthouse

fuzz: $(READY) .tools/contract/.ready ## Try all the document allows, on both databases (SEEDS="1 2 3", EXAMPLES=30)
	PYTHONPATH=. .venv/bin/python tests/fuzz.py

docs: $(READY) ## Write the tables in docs/ that follow from the code
	PYTHONPATH=. .venv/bin/python tests/doc_tables.py

bench: $(READY) .tools/bench/.ready ## Run the API beside its peers and print ratios (QUICK=1; needs wrk)
	PYTHONPATH=tests:. $(BIN) benchmarks.compare $(if $(QUICK),--rounds 1 --seconds 2 --name quick) $(ARGS)
	$(PLOTS)

bench-growth: $(READY) .tools/bench/.ready ## Time requests from 1,000 to 1,000,000 tasks (SIZES=1000,100000)
	PYTHONPATH=tests:. $(BIN) benchmarks.growth $(if $(SIZES),--sizes $(SIZES)) $(ARGS)
	$(PLOTS)

bench-streams: $(READY) ## Measure what 1,000 streams cost a worker (ARGS="--readers 300")
	PYTHONPATH=tests:. $(BIN) benchmarks.streams $(ARGS)

bench-batches: $(READY) ## Measure what a batch of 200 takes beside as many calls (ARGS="--rounds 9")
	PYTHONPATH=tests:. $(BIN) benchmarks.batches $(ARGS)

PLOTS = .tools/bench/bin/python benchmarks/plots.py

format: $(READY) ## Format the code and sort its imports
	$(BIN) ruff check --fix-only .
	$(BIN) ruff format .

lock: $(READY) ## Pin what requirements*.in ask for (ARGS=--upgrade for newer releases)
	@test -x $(UV) || { echo "This needs uv."; exit 1; }
	$(LOCK) requirements.in -o requirements.txt $(ARGS)
	$(LOCK) requirements-otel.in -o requirements-otel.txt $(ARGS)
	$(LOCK) requirements-run.in -o requirements-run.txt $(ARGS)
	$(LOCK) requirements-board.in -o requirements-board.txt $(ARGS)
	$(LOCK) requirements-dev.in -o requirements-dev.txt $(ARGS)
	$(LOCK) benchmarks/requirements.in -o benchmarks/requirements.txt $(ARGS)

LOCK = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-strip-extras --no-emit-index-url --custom-compile-command "make lock"

audit: .tools/audit/.ready ## Look the pinned packages up among known vulnerabilities, where the registry tells
	@said=$$(.tools/audit/bin/pip-audit --strict --disable-pip --require-hashes --progress-spinner off \
		-r requirements.txt -r requirements-otel.txt 2>&1) && { echo "$$said"; exit; } || \
	case "$$said" in \
		*"could not be audited"*) echo "NOT AUDITED: this registry tells nothing of vulnerabilities.";; \
		*) echo "$$said"; exit 1;; \
	esac

clean: ## Remove the environment and all caches; data in instance/ stays
	rm -rf .venv .tools raceapp/board board/node_modules .pytest_cache .ruff_cache .coverage .coverage.* htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Tools with needs of their own stay out of the environment of the application.
CONTRACT_TOOLS := schemathesis==4.32.5 openapi-python-client==0.29.1 ruff
.tools/contract/.ready: Makefile $(READY)
	@rm -rf .tools/contract
	$(PYTHON) -m venv .tools/contract
	.tools/contract/bin/python -m pip install --quiet --disable-pip-version-check $(CONTRACT_TOOLS)
	@touch $@

# The peers of the benchmark, and what draws its plots.
.tools/bench/.ready: benchmarks/requirements.txt $(READY)
	@rm -rf .tools/bench
	$(PYTHON) -m venv .tools/bench
	.tools/bench/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

.tools/audit/.ready: Makefile $(READY)
	@rm -rf .tools/audit
	$(PYTHON) -m venv .tools/audit
	.tools/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1
	@touch $@

.tools/lighthouse/.ready: Makefile
	@board/with-node npm install --silent --no-audit --no-fund --no-progress \
		--prefix .tools/lighthouse lighthouse@13.5.0
	@touch $@

NPM_TOOLS := @redocly/cli@2.77.0 @stoplight/spectral-cli@6.16.3 ical.js@2.2.1 @stoplight/spectral-owasp-ruleset@2.0.1
.tools/npm/.ready: Makefile
	npm install --silent --no-audit --no-fund --prefix .tools/npm $(NPM_TOOLS)
	@touch $@

# uv takes a second where pip takes twenty. Where it can't be had, or can't reach the index as
# pip can, pip does the work.
$(READY): LOCKS := requirements.txt requirements-dev.txt
$(READY): requirements.txt requirements-dev.txt
	@$(BUILD)
.venv/.run-$(VERSION): LOCKS := requirements.txt requirements-run.txt
.venv/.run-$(VERSION): requirements.txt requirements-run.txt
	@$(BUILD)

define BUILD
test -n "$(VERSION)" || { echo "$(PYTHON) does not run. Name a Python: make PYTHON=python3.12"; exit 1; }; \
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo "Python 3.11 or newer is needed, not $(VERSION). Name one: make PYTHON=python3.12"; exit 1; }; \
echo "Building the environment in .venv with Python $(VERSION)"; \
{ ls .venv/.*-$(VERSION) && .venv/bin/python -c ''; } >/dev/null 2>&1 || rm -rf .venv; \
mkdir -p .tools; $(WITH_UV) || $(WITH_PIP) || { echo "$(WHY)"; exit 1; }; \
touch $@
endef

WITH_UV = { test "$(UV)" != false && \
	{ test -x $(UV) || { echo "Getting uv, which installs packages"; \
		$(PYTHON) -m pip install --quiet --target .tools uv==$(UV_VERSION); }; } && \
	echo "Installing the packages with uv" && \
	{ test -d .venv || $(UV) venv --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" .venv; } && \
	$(UV) pip sync --quiet --python .venv/bin/python $(LOCKS); } 2>.tools/uv.log
WITH_PIP = { test "$(UV)" = false || { echo "uv cannot do it:"; tail -n 3 .tools/uv.log; }; \
	echo "Installing the packages with pip, which takes a minute"; $(PYTHON) -m venv --clear .venv && \
	$(BIN) pip install --quiet --disable-pip-version-check $(LOCKS:%=-r %); }
WHY = That failed, for the reason above.$(if $(shell $(PYTHON) -c 'import ensurepip' 2>&1), \
	This Python has no venv: apt-get install python3-venv)
