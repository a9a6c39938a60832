# A thin front of meson and ninja: `make`, `make demo`, `make test`. docs/README.md has more.
BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=
WERROR ?= false
JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 20
SUITE ?=
SUITE_ARGS ?=

export REPRISE_BUILD := $(abspath $(BUILD))

.NOTPARALLEL:
.PHONY: all build setup configure demo test check-format format fuzz suite go-suite install clean

all: build

# What a build needs is looked up each time (it is cheap) and installed when missing.
build: configure
	@ninja -C $(BUILD) -j $(JOBS)

# Always reconfigured: sources are listed when meson configures, so a new file is found here.
configure:
	@tools/setup.sh build
	@if [ -f $(BUILD)/build.ninja ]; then again=--reconfigure; fi; \
	  meson setup $$again --prefix $(PREFIX) -Dwerror=$(WERROR) $(BUILD) >$(BUILD).log 2>&1 \
	    || { cat $(BUILD).log; rm -f $(BUILD).log; exit 1; }; \
	  grep -a 'WARNING' $(BUILD).log | grep -v 'has no sources\|feature deprecated\|Deprecated features' ; rm -f $(BUILD).log

setup:
	@tools/setup.sh all

demo: setup build
	@tools/demo.sh $(BUILD)

test: setup build
	@tests/run -b $(BUILD)

check-format:
	@tests/build/format

format:
	@tests/build/format --fix

fuzz: setup
	@tests/fuzz/run $(BUILD) $(FUZZ_SECONDS)

# LLVM's own tests of its race detector; the script that fetches and runs them is not ours.
suite: setup build
	@tools/suite.sh $(BUILD) "$(SUITE)" $(SUITE_ARGS)

# Go's own tests of its race detector: make go-suite GOROOT='/usr/local/go /opt/go1.19'.
go-suite: build
	@REPRISE=$(BUILD)/reprise tests/go/suite $(SUITE_ARGS) $(GOROOT)

install: build
	@meson install -C $(BUILD) --no-rebuild $(if $(DESTDIR),--destdir $(abspath $(DESTDIR)))

clean:
	rm -rf $(BUILD)
