# Everything one does with keepclear from a checkout. `make` alone lists it.
# Needs make and Python 3.11 or later with its venv module; tools/setup.sh does the rest.

BIN     := .venv/bin
OUT     := out
DARLING := examples/darling/areas.geojson examples/darling/alder.geojson \
           examples/darling/birch.geojson examples/darling/relief.geojson
# One more than two cores: much of what takes long waits for processes that it started.
JOBS    ?= 3
# keepclear ends with 1 where something crosses; in the example that is the point, all else is a fault.
FOUND   := || test $$? -eq 1
# Each process that a test starts would read every module from its text again where this is set.
COMPILED_ONCE := PYTHONDONTWRITEBYTECODE=
# What to hand on: make test TESTS=tests/unit PYTEST_ARGS='-x -k touching'
TESTS       ?= tests
PYTEST_ARGS ?=
BENCH_ARGS  ?=
NIGHT_ARGS  ?=
FUZZ_ARGS   ?=
PROBER_ARGS ?=
CRASH_ARGS  ?=
KILL_ARGS   ?=
SIMULATE_ARGS ?=
PARTITIONS_ARGS ?=
PG_ARGS     ?=
DEMO_ARGS   ?=
SCHEMATHESIS_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo example test check format docs bench bench-quick exact-night fuzz prober crash kill-loop kill-served pg-kill \
        schemathesis simulate partitions lock clean

help: ## list what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: example ## the example, then four acts on four real nodes: a process, keys and a record for each party
	@echo
	@$(BIN)/keepclear demo $(DEMO_ARGS)

example: ## check the example files: crossings on the screen, report in out/
	@tools/setup.sh run
	@mkdir -p $(OUT)
	@$(BIN)/keepclear check $(DARLING) $(FOUND)
	@$(BIN)/keepclear check $(DARLING) -q -o $(OUT)/report.html $(FOUND)
	@$(BIN)/keepclear check $(DARLING) -q -o $(OUT)/report.json $(FOUND)
	@echo
	@echo "The report to send on:  $(OUT)/report.html (opens in any browser, offline)"
	@echo "The same for programs:  $(OUT)/report.json"
	@echo "Try your own files:     $(BIN)/keepclear check FILE..."

test: ## run every test
	@tools/setup.sh dev
	$(COMPILED_ONCE) $(BIN)/python -m tests.compiled
	$(COMPILED_ONCE) $(BIN)/python -m pytest -n $(JOBS) $(PYTEST_ARGS) $(TESTS)

check: ## lint, format, import directions and types; all of them, even after a failure
	@tools/setup.sh dev
	@failed=; \
	for linter in "ruff check" "ruff format --check" "lint-imports" "mypy"; do \
	    echo "$(BIN)/$$linter"; $(BIN)/$$linter || failed="$$failed [$$linter]"; \
	done; \
	test -z "$$failed" || { echo "not in order:$$failed" >&2; exit 1; }

format: ## let ruff lay out the code
	@tools/setup.sh dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: ## write anew what the documents show of the program: output and diagrams
	@tools/setup.sh dev
	$(BIN)/python tools/draw_architecture.py
	$(BIN)/python tools/list_commands.py
	$(BIN)/python tools/draw_lives.py
	$(BIN)/python tools/readme_output.py

bench: ## time it beside its peers at 1e4, 1e5 and 1e6 volumes, into docs/performance.md; then the rest
	@tools/setup.sh bench
	$(BIN)/python -m bench --write docs/performance.md $(BENCH_ARGS)
	$(BIN)/python bench/reading.py
	$(BIN)/python bench/link.py
	$(BIN)/python bench/stop.py
	$(BIN)/python bench/alarms.py
	$(BIN)/python bench/deciding.py
	$(BIN)/python bench/node.py --standing 1e5

bench-quick: ## the same at 1e4 only
	@tools/setup.sh bench
	$(BIN)/python -m bench --quick $(BENCH_ARGS)

exact-night: ## a million pairs and more against the independent calculations
	@tools/setup.sh dev
	$(BIN)/python -m tests.oracle.night $(NIGHT_ARGS)

fuzz: ## ten minutes of changed bytes for each reader, going on from the last run
	@tools/setup.sh bench
	$(BIN)/python -m tests.fuzz $(FUZZ_ARGS)

prober: ## what a party learns of another's plan that only asks, within its budget
	@tools/setup.sh dev
	$(BIN)/python -m tests.prober $(PROBER_ARGS)

crash: ## open what a disk may hold after the power went, for 100,000 acknowledged writes
	@tools/setup.sh dev
	$(BIN)/python -m tests.store.crash $(CRASH_ARGS)

kill-loop: ## kill -9 a node in mid-load a thousand times, and look what is there
	@tools/setup.sh dev
	$(BIN)/python -m tests.node.kill $(KILL_ARGS)

kill-served: ## kill -9 a served node under HTTP load two hundred times, and look what is there
	@tools/setup.sh dev
	$(BIN)/python -m tests.node.kill_served $(KILL_ARGS)

pg-kill: ## kill PostgreSQL under a node a thousand times, and look what is there
	@tools/setup.sh dev
	$(BIN)/python -m tests.store.pg_kill $(PG_ARGS)

schemathesis: ## half an hour of requests made from the OpenAPI document, asked of a served node
	@tools/setup.sh dev
	$(BIN)/python -m tests.api.schemathesis_run $(SCHEMATHESIS_ARGS)

simulate: ## play 100,000 simulated worlds of the line, and of boards, going on from the last run
	@tools/setup.sh dev
	$(BIN)/python -m tests.simulate.soak $(SIMULATE_ARGS)
	$(BIN)/python -m tests.simulate.soak --boards $(SIMULATE_ARGS)

partitions: ## two served nodes, a way between them that fails, kill -9: 200 rounds
	@tools/setup.sh dev
	$(BIN)/python -m tests.partition.soak $(PARTITIONS_ARGS)

lock: ## solve the requirements anew and write requirements/*.txt (needs uv)
	@tools/lock.sh $(LOCK_ARGS)

clean: ## remove everything that was built here, .venv too
	rm -rf .venv $(OUT) build dist bench/out .pytest_cache .mypy_cache .ruff_cache \
	    .hypothesis .import_linter_cache src/*.egg-info
	find src tests tools bench -name __pycache__ -type d -prune -exec rm -rf {} +
