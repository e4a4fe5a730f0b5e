# imapspec. `make help` lists the targets and variables; everything built is under build/.

CC       ?= cc
CFLAGS   ?= -O2 -g
PYTHON   ?= /usr/bin/python3
SANITIZE ?=

BUILD    := build$(if $(SANITIZE),/sanitize)
WARNINGS := -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wpedantic -Wconversion -Wshadow \
            -Wstrict-prototypes -Wmissing-prototypes -Werror
ifneq ($(SANITIZE),)
override CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
override LDFLAGS += -fsanitize=address,undefined
endif

PACKAGES := openssl jansson libxml-2.0 liburiparser
TOOL_CFLAGS = $(shell pkg-config --cflags $(PACKAGES))
TOOL_LIBS   = $(shell pkg-config --libs $(PACKAGES)) -pthread

GRAMMAR   := $(sort $(wildcard parser/grammar/*))
PARSER    := $(filter-out %_test.c parser/compile.c,$(wildcard parser/*.c))
COMPILER  := parser/abnf.c parser/machine.c parser/pack.c parser/compile.c
TOOL      := $(filter-out %_test.c,$(wildcard conformance/*.c conformance/commands/*.c))
TESTS     := $(wildcard parser/*_test.c conformance/*_test.c)

object     = $(patsubst %.c,$(BUILD)/%.o,$(1))
TEST_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(TESTS))

.DELETE_ON_ERROR:
.PHONY: all clean

all: $(BUILD)/imapspec $(BUILD)/libimapspec.a ## build build/imapspec and build/libimapspec.a

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(WARNINGS) $(CFLAGS) $(if $(filter conformance/%,$<),$(TOOL_CFLAGS) -pthread) -MMD -MP -c $< -o $@

$(BUILD)/compile-grammar: $(call object,$(COMPILER))
	$(CC) $(CFLAGS) $(LDFLAGS) $^ -o $@

$(BUILD)/parser/tables.c: $(BUILD)/compile-grammar $(GRAMMAR)
	$(BUILD)/compile-grammar parser/grammar $@

$(BUILD)/parser/tables.o: $(BUILD)/parser/tables.c
	$(CC) $(WARNINGS) $(CFLAGS) -Iparser -c $< -o $@

$(BUILD)/libimapspec.a: $(call object,$(PARSER)) $(BUILD)/parser/tables.o
	rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/imapspec: $(call object,$(TOOL)) $(BUILD)/libimapspec.a
	$(CC) $(CFLAGS) $(LDFLAGS) $^ $(TOOL_LIBS) -o $@

TOOL_LIBRARY := $(filter-out $(BUILD)/conformance/imapspec.o,$(call object,$(TOOL)))
$(BUILD)/%_test: $(BUILD)/%_test.o $(BUILD)/libimapspec.a $(TOOL_LIBRARY)
	$(CC) $(CFLAGS) $(LDFLAGS) $(filter-out %.a,$^) $(BUILD)/libimapspec.a -lcmocka $(TOOL_LIBS) -o $@

clean: ## remove everything built
	rm -rf build

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
