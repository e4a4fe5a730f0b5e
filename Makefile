# imapspec. `make help` lists the targets and variables; everything built is under build/.

## the C compiler (gcc and clang are tried)
CC       ?= cc
## 1: show the commands that build
VERBOSE  ?=
## optimisation and debugging
CFLAGS   ?= -O2 -g
## 1: with AddressSanitizer and UndefinedBehaviorSanitizer, below build/sanitize
SANITIZE ?=
## for make certify: options of `imapspec run`, as --filter 'rfc2060/6.3*'; else of the script of the target's name
OPTIONS  ?=
## where make install installs, below DESTDIR
PREFIX   ?= /usr/local
## what runs at a time in make check, certify, tidy, fuzz and its like
JOBS     ?= $(shell nproc)

BUILD    := build$(if $(SANITIZE),/sanitize)
WARNINGS := -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wpedantic -Wconversion -Wshadow \
            -Wstrict-prototypes -Wmissing-prototypes -Werror
ifneq ($(SANITIZE),)
override CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
override LDFLAGS += -fsanitize=address,undefined
endif

# The library's objects serve the static and the shared one; imapspec.h says which names are public.
LIBRARY_CFLAGS := -fPIC -fvisibility=hidden
VERSION  := $(shell sed -n 's/^\#define IMAPSPEC_VERSION "\(.*\)"/\1/p' parser/imapspec.h)
SONAME   := libimapspec.so.$(firstword $(subst ., ,$(VERSION)))
SHARED   := $(BUILD)/libimapspec.so.$(VERSION)

PACKAGES := openssl zlib jansson libxml-2.0 liburiparser
# Asked once, when it is needed.
TOOL_CFLAGS = $(eval TOOL_CFLAGS := $(shell pkg-config --cflags $(PACKAGES)))$(TOOL_CFLAGS)
TOOL_LIBS   = $(shell pkg-config --libs $(PACKAGES)) -pthread

GRAMMAR   := $(sort $(wildcard parser/grammar/* parser/grammar/*/*))
PARSER    := $(filter-out %_test.c,$(wildcard parser/*.c parser/generate/*.c))
COMPILER  := $(filter-out %_test.c %/compile_grammar.c,$(wildcard parser/compiler/*.c))
TOOL      := $(filter-out %_test.c,$(wildcard conformance/*.c conformance/*/*.c))
LIBETPAN  := $(shell pkg-config --exists libetpan 2>/dev/null && echo libetpan)
TESTS     := $(filter-out $(if $(LIBETPAN),,fuzz/difference/%),$(wildcard \
                 $(foreach folder,parser conformance fuzz,$(folder)/*_test.c $(folder)/*/*_test.c)))

object     = $(patsubst %.c,$(BUILD)/%.o,$(1))
TEST_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(TESTS))

show       = $(if $(VERBOSE),,@printf '%-8s %s\n' $(1) $@;)

.DELETE_ON_ERROR:
.SECONDARY: $(TEST_PROGRAMS:%=%.o)
.PHONY: all tests certify certify-all mutation-score check coverage bench tidy install clean help

all: $(BUILD)/imapspec $(BUILD)/libimapspec.a $(SHARED) ## build build/imapspec and the library, build/libimapspec.*

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call show,CC)$(CC) $(WARNINGS) $(CFLAGS) $(if $(filter conformance/%,$<),$(TOOL_CFLAGS) -pthread,$(LIBRARY_CFLAGS)) -MMD -MP -c $< -o $@

# What makes the tables and texts cannot stand on them.
$(BUILD)/compile-grammar: $(filter-out %/addition.o,$(call object,$(COMPILER))) \
                          $(BUILD)/parser/compiler/compile_grammar.o $(BUILD)/parser/grammar.o
	$(call show,LINK)$(CC) $(CFLAGS) $(LDFLAGS) $^ -o $@

# Whatever the rest is built to be watched by, a plain build's program makes them.
PLAIN ?= $(BUILD)
$(BUILD)/parser/tables.c: $(PLAIN)/compile-grammar $(GRAMMAR)
	@mkdir -p $(@D)
	$(call show,GRAMMAR)$(PLAIN)/compile-grammar parser/grammar $@ $(@D)/texts.c

$(BUILD)/parser/texts.c: $(BUILD)/parser/tables.c ;

GENERATED := $(BUILD)/parser/tables.o $(BUILD)/parser/texts.o
$(GENERATED): $(BUILD)/parser/%.o: $(BUILD)/parser/%.c parser/grammar.h parser/imapspec.h
	$(call show,CC)$(CC) $(WARNINGS) $(CFLAGS) $(LIBRARY_CFLAGS) -Iparser -c $< -o $@

LIBRARY := $(call object,$(PARSER) $(COMPILER)) $(GENERATED)
$(BUILD)/libimapspec.a: $(LIBRARY)
	$(call show,AR)rm -f $@ && $(AR) rcs $@ $^

$(SHARED): $(LIBRARY)
	$(call show,LINK)$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,$(SONAME) $^ -o $@

$(BUILD)/imapspec: $(call object,$(TOOL)) $(BUILD)/libimapspec.a
	$(call show,LINK)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(TOOL_LIBS) -o $@

TOOL_LIBRARY := $(filter-out $(BUILD)/conformance/imapspec.o,$(call object,$(TOOL)))
$(BUILD)/parser/%_test: $(BUILD)/parser/%_test.o $(BUILD)/libimapspec.a
	$(call show,LINK)$(CC) $(CFLAGS) $(LDFLAGS) $^ -lcmocka -o $@

# These tests see, and refuse, what the library would allocate.
WATCHERS := $(BUILD)/parser/robustness_test $(BUILD)/parser/generate/memory_test
$(WATCHERS): private override LDFLAGS += -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc

$(BUILD)/%_test: $(BUILD)/%_test.o $(BUILD)/libimapspec.a $(TOOL_LIBRARY)
	$(call show,LINK)$(CC) $(CFLAGS) $(LDFLAGS) $(filter-out %.a,$^) $(BUILD)/libimapspec.a -lcmocka $(TOOL_LIBS) -o $@

BENCH := $(addprefix $(BUILD)/parser/bench/,workload floor imapspec \
             $(LIBETPAN))
.SECONDARY: $(BENCH:%=%.o)
$(BENCH): $(BUILD)/parser/bench/%: $(BUILD)/parser/bench/%.o $(BUILD)/parser/bench/peer.o $(BUILD)/libimapspec.a
	$(call show,LINK)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(if $(filter %/libetpan,$@),-letpan) -o $@

tests: $(TEST_PROGRAMS) $(BENCH) ## build the C unit tests, and what make bench runs

# The packages that a build needs may have to come first: what is built is only known afterwards.
PARALLEL_MAKE = +@$(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS))

certify: ## set up, build, replay all dialogs against Dovecot
	@scripts/setup certify
	$(PARALLEL_MAKE) all
	@IMAPSPEC=$(BUILD)/imapspec scripts/certify $(OPTIONS)

mutation-score: ## set up, build, see which of the dialogs notice which bugs of a server
	@scripts/setup certify
	$(PARALLEL_MAKE) all
	@IMAPSPEC=$(BUILD)/imapspec scripts/mutation-score $(OPTIONS)

certify-all: ## set up, build, replay all dialogs against all servers, compare with the record
	@scripts/setup certify-all
	$(PARALLEL_MAKE) all
	@IMAPSPEC=$(BUILD)/imapspec scripts/certify-all $(OPTIONS)

check: ## set up, build, run the whole test suite
	@scripts/setup check
	$(PARALLEL_MAKE) all mutator tests
	@IMAPSPEC=$(BUILD)/imapspec JOBS=$(JOBS) scripts/check $(TEST_PROGRAMS)

COVERAGE := build/coverage
COVERAGE_TESTS := $(patsubst %.c,$(COVERAGE)/%,$(filter parser/%,$(TESTS)))
coverage: ## set up, run the tests of parser/, write build/coverage/coverage.html
	@scripts/setup coverage
	$(PARALLEL_MAKE) BUILD=$(COVERAGE) CFLAGS='-O0 -g --coverage' LDFLAGS=--coverage all $(COVERAGE_TESTS)
	@JOBS=$(JOBS) scripts/coverage $(COVERAGE) $(COVERAGE_TESTS)

bench: $(BENCH) ## measure how fast the parser is, beside others that are installed
	@BUILD=$(BUILD) CC='$(CC)' CFLAGS='$(CFLAGS)' scripts/bench $(OPTIONS)

# The tests are left out: tables make long functions.
SOURCES := $(filter-out %_test.c,$(wildcard $(foreach folder,parser conformance fuzz,$(folder)/*.c $(folder)/*/*.c)))
tidy: ## set up, look through the C code with clang-tidy
	@scripts/setup tidy
	@printf '%s\n' $(SOURCES) | xargs --max-procs=$(JOBS) --max-args=1 sh -c \
	    'clang-tidy --quiet "$$@" 2>/dev/null -- $(filter-out -Werror,$(WARNINGS)) -Iparser $(TOOL_CFLAGS)' tidy

include fuzz/rules.mk

INSTALL = install -D --mode
MANUALS := $(wildcard conformance/manual/*.1 parser/*.3 fuzz/manual/*.7)
install: all mutator ## install the program, the libraries with header and pkg-config file, the manuals, the completion
	$(INSTALL)=755 $(BUILD)/imapspec $(DESTDIR)$(PREFIX)/bin/imapspec
	$(INSTALL)=644 conformance/imapspec.bash-completion \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions/imapspec
	$(INSTALL)=644 parser/imapspec.h $(DESTDIR)$(PREFIX)/include/imapspec.h
	$(INSTALL)=644 $(BUILD)/libimapspec.a $(DESTDIR)$(PREFIX)/lib/libimapspec.a
	$(INSTALL)=644 $(SHARED) $(DESTDIR)$(PREFIX)/lib/$(notdir $(SHARED))
	ln -sf $(notdir $(SHARED)) $(DESTDIR)$(PREFIX)/lib/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(PREFIX)/lib/libimapspec.so
	$(foreach library,$(MUTATOR_LIBRARIES),$(INSTALL)=644 $(library) \
	    $(DESTDIR)$(PREFIX)/lib/$(notdir $(library)) &&) true
	install -d $(DESTDIR)$(PREFIX)/lib/pkgconfig
	sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' parser/libimapspec.pc \
	    >$(DESTDIR)$(PREFIX)/lib/pkgconfig/libimapspec.pc
	$(foreach manual,$(MANUALS),$(INSTALL)=644 $(manual) \
	    $(DESTDIR)$(PREFIX)/share/man/man$(patsubst .%,%,$(suffix $(manual)))/$(notdir $(manual)) &&) true

clean: ## remove everything built
	rm -rf build

help: ## show this
	@echo 'Targets:'
	@sed -n 's/^\([a-z-]*\):.*## /  \1\t/p' Makefile fuzz/rules.mk | expand -t 17
	@echo 'Variables:'
	@sed -n '/^## /{s/^## //;h;n;s/ *?=.*//;G;s/^\(.*\)\n/  \1\t/p}' Makefile fuzz/rules.mk | expand -t 17

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
