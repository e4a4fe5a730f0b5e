# What is built to fuzz. The mutator is built once, plain, for any engine: what an engine watches is
# the target alone. The targets are built by a make of their own for each engine and sanitizer, with
# the variables of OSS-Fuzz: CC, CXX, CFLAGS, CXXFLAGS, LIB_FUZZING_ENGINE, OUT.

.PHONY: mutator corpus bench-fuzz fuzz-targets fuzz-programs fuzz-out

MUTATOR := $(filter-out %_test.c,$(wildcard fuzz/*.c fuzz/mutate/*.c)) fuzz/engine/settings.c

# One object, in which only what the engine calls has a name: a target may hold another libimapspec,
# built to be watched.
$(BUILD)/libimapspec-fuzz.a: $(call object,$(MUTATOR) fuzz/engine/libfuzzer.c) $(BUILD)/libimapspec.a
	$(call show,AR)$(LD) -r --whole-archive $^ -o $(@:.a=.o) && \
	    objcopy --wildcard --keep-global-symbol='LLVMFuzzerCustom*' $(@:.a=.o) && \
	    rm -f $@ && $(AR) rcs $@ $(@:.a=.o)

$(BUILD)/libimapspec-afl.so: $(call object,$(MUTATOR) fuzz/engine/aflplusplus.c) $(BUILD)/libimapspec.a
	$(call show,LINK)$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,--exclude-libs,ALL $^ -o $@

MUTATOR_LIBRARIES := $(BUILD)/libimapspec-fuzz.a $(BUILD)/libimapspec-afl.so
mutator: $(MUTATOR_LIBRARIES) ## build what makes any libFuzzer or AFL++ target mutate IMAP

$(BUILD)/fuzz/%_test: $(BUILD)/fuzz/%_test.o $(call object,$(MUTATOR)) $(BUILD)/harness.a $(BUILD)/libimapspec.a
	$(call show,LINK)$(CC) $(CFLAGS) $(LDFLAGS) $^ -lcmocka -o $@

# Each engine's side of the mutator is tested as the engine calls it.
ENGINE_TESTS := $(BUILD)/fuzz/engine/libfuzzer_test $(BUILD)/fuzz/engine/aflplusplus_test
$(ENGINE_TESTS): %_test: %.o

$(BUILD)/fuzz/memory_test: $(BUILD)/fuzz/engine/aflplusplus.o
$(BUILD)/fuzz/memory_test: private override LDFLAGS += -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc

corpus: $(BUILD)/imapspec ## make the fuzzing targets' seeds and dictionaries, of the grammar and the dialogs
	@BUILD=$(BUILD) scripts/corpus

# ---- targets -----------------------------------------------------------------------------------

## make fuzz: libfuzzer or afl
ENGINE    ?= libfuzzer
## make fuzz: address, undefined, memory, coverage or none
FUZZ_SANITIZER ?= address

## what make fuzz and its like are about: the name of a file in fuzz/targets
TARGET    ?=
## make fuzz: how long, as 60, 10m or 2h
TIME      ?= 60
## make fuzz and its like: where corpora grow, a folder for each target
FUZZ_CORPUS ?= $(BUILD)/fuzz/corpus

FUZZ_OPTIONS = --engine $(ENGINE) --sanitizer $(FUZZ_SANITIZER) --jobs $(JOBS)

.PHONY: fuzz fuzz-check fuzz-triage fuzz-minimize fuzz-coverage fuzz-plot
fuzz: ## set up, build, fuzz TARGET for TIME; without a TARGET list all
	@BUILD=$(BUILD) scripts/fuzz --time $(TIME) $(FUZZ_OPTIONS) $(OPTIONS) $(TARGET)

fuzz-check: ## set up, build, see that all fuzzing targets live and reach what they did
	@BUILD=$(BUILD) scripts/fuzz-check --jobs $(JOBS) $(OPTIONS) $(TARGET)

fuzz-triage: all mutator ## tell the findings of TARGET, or of all, apart; make their inputs small
	@scripts/setup fuzz
	+@BUILD=$(BUILD) scripts/fuzz-triage $(FUZZ_OPTIONS) $(OPTIONS) $(TARGET)

fuzz-minimize: ## leave in the grown corpus of TARGET what covers all that it does
	@BUILD=$(BUILD) scripts/fuzz-minimize --engine $(ENGINE) --sanitizer $(FUZZ_SANITIZER) $(OPTIONS) $(TARGET)

fuzz-coverage: ## write build/fuzz/coverage/TARGET/index.html: what the corpus of TARGET runs
	@BUILD=$(BUILD) scripts/fuzz-coverage $(OPTIONS) $(TARGET)

fuzz-plot: ## draw how the coverage of TARGET grew in the last runs, or in those that OPTIONS names
	@BUILD=$(BUILD) scripts/fuzz-plot $(TARGET) $(OPTIONS)

FUZZ_COMPILER_libfuzzer := clang
FUZZ_COMPILER_afl       := afl-clang-fast
FUZZ_INSTRUMENT_libfuzzer := -fsanitize=fuzzer-no-link
FUZZ_SANITIZE_address   := -fsanitize=address
FUZZ_SANITIZE_undefined := -fsanitize=undefined -fno-sanitize-recover=undefined
FUZZ_SANITIZE_memory    := -fsanitize=memory -fsanitize-memory-track-origins
# With the sanitizer, or a peer's bug would break the heap, and end the replay.
FUZZ_SANITIZE_coverage  := -fprofile-instr-generate -fcoverage-mapping -fsanitize=address
FUZZ_SANITIZE_none      := -O2

FUZZ_BUILD := $(BUILD)/fuzz/$(ENGINE)-$(FUZZ_SANITIZER)
FUZZ_CFLAGS := -O1 -g -fno-omit-frame-pointer $(FUZZ_INSTRUMENT_$(ENGINE)) $(FUZZ_SANITIZE_$(FUZZ_SANITIZER))

fuzz-targets: $(BUILD)/parser/tables.c mutator $(BUILD)/fuzz/transition-coverage ## build all targets for ENGINE and FUZZ_SANITIZER
	+@$(MAKE) --no-print-directory $(if $(VERBOSE),,--silent) BUILD=$(FUZZ_BUILD) PLAIN=$(BUILD) OUT=$(FUZZ_BUILD) ENGINE=$(ENGINE) \
	    CC=$(FUZZ_COMPILER_$(ENGINE)) CXX=$(FUZZ_COMPILER_$(ENGINE))++ \
	    CFLAGS='$(FUZZ_CFLAGS)' CXXFLAGS='$(FUZZ_CFLAGS)' LIB_FUZZING_ENGINE=-fsanitize=fuzzer \
	    fuzz-programs $(if $(filter libfuzzer,$(ENGINE)),$(FUZZ_BUILD)/reference)

OUT ?= $(BUILD)
FUZZ_TARGETS := $(patsubst fuzz/targets/%.c,%,$(wildcard fuzz/targets/*.c))

# Real clients' libraries, built to be watched if their sources are to be had.
PEERS := libetpan c_client curl
# A cluster takes no target that a seed breaks, and ends each run at the first bug: released clients,
# whose bugs are known, are built for it only when FUZZ_TARGETS names them.
ifneq ($(filter fuzz-out,$(MAKECMDGOALS)),)
FUZZ_TARGETS := $(filter-out $(PEERS:%=%_%),$(FUZZ_TARGETS))
endif
ifneq ($(and $(filter fuzz-programs fuzz-out,$(MAKECMDGOALS)),$(filter $(PEERS:%=%_%),$(FUZZ_TARGETS))),)
$(BUILD)/peers.mk: scripts/fuzz-peers
	$(call show,PEERS)CC='$(CC)' CFLAGS='$(CFLAGS)' $< $(PEERS_OPTIONS) $(BUILD)
include $(BUILD)/peers.mk
endif
FUZZ_PROGRAMS := $(addprefix $(OUT)/,$(filter-out $(MISSING_PEERS:%=%_%),$(FUZZ_TARGETS)))
.SECONDARY: $(call object,$(FUZZ_TARGETS:%=fuzz/targets/%.c))

fuzz-programs: $(FUZZ_PROGRAMS)

# What make fuzz-check measures speeds by; no target.
$(OUT)/reference: $(BUILD)/fuzz/bench/reference.o
	$(call show,LINK)$(CXX) $(CXXFLAGS) $^ $(LIB_FUZZING_ENGINE) -o $@

FUZZ_HARNESS := $(filter-out %_test.c,$(wildcard fuzz/harness/*.c))

# What the parser compares octets with, and whom it calls, is in its tables: an engine that watches
# either learns nothing from it, and is slow.
ifeq ($(ENGINE)-$(notdir $(CC)),libfuzzer-clang)
$(call object,$(PARSER) $(FUZZ_HARNESS)): override CFLAGS += -fno-sanitize-coverage=trace-cmp,indirect-calls
endif
# What is done at a bug is no reason to keep an input, nor what is done after it.
LEFT := $(call object,fuzz/harness/finding.c fuzz/harness/fence.c)
ifeq ($(ENGINE)-$(notdir $(CC)),libfuzzer-clang)
$(LEFT): override CFLAGS += -fno-sanitize=fuzzer-no-link
else ifeq ($(CC),afl-clang-fast)
$(LEFT): override CC := clang
endif

# The linker takes of the tool what a target calls: none calls what needs another library.
FUZZ_TOOL := $(filter-out %_test.c %/imapspec.c,$(wildcard conformance/*.c) \
                 $(foreach folder,compare lint read,$(wildcard conformance/$(folder)/*.c)))
$(BUILD)/tool.a: $(call object,$(FUZZ_TOOL))
	$(call show,AR)rm -f $@ && $(AR) rcs $@ $^

# Peers go on past what AddressSanitizer reports, and are refused much memory: see
# fuzz/harness/finding.h and allowance.c.
comma := ,
WRAPPED :=
WRAPPED_libetpan := malloc calloc realloc
WRAPPED_curl     := malloc calloc realloc connect recv send
ifneq ($(findstring address,$(filter -fsanitize=%,$(CFLAGS))),)
WRAPPED += $(foreach access,load store,$(foreach size,1 2 4 8 16 _n,__asan_report_$(access)$(size)_noabort))
endif
$(foreach peer,$(PEERS),\
    $(eval $(BUILD)/fuzz/targets/$(peer)_%.o: private override CFLAGS += $($(peer)_CFLAGS)) \
    $(eval $(OUT)/$(peer)_%: private TARGET_LIBS += $($(peer)_LIBS) $(BUILD)/harness.a \
        $(patsubst %,-Wl$(comma)--wrap=%,$(WRAPPED) $(WRAPPED_$(peer)))))

# What libetpan_difference has for itself.
FUZZ_DIFFERENCE := $(call object,$(filter-out %_test.c,$(wildcard fuzz/difference/*.c)))
$(FUZZ_DIFFERENCE): override CFLAGS += $(libetpan_CFLAGS)
$(OUT)/libetpan_difference: $(FUZZ_DIFFERENCE)

$(BUILD)/fuzz/difference/%_test: $(BUILD)/fuzz/difference/%_test.o $(FUZZ_DIFFERENCE) $(BUILD)/conformance/buffer.o $(BUILD)/libimapspec.a
	$(call show,LINK)$(CC) $(CFLAGS) $(LDFLAGS) $^ -lcmocka -letpan -o $@

# What targets share.
$(BUILD)/harness.a: $(call object,$(FUZZ_HARNESS))
	$(call show,AR)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/fuzz/transition-coverage: $(BUILD)/fuzz/coverage/transition_coverage.o $(BUILD)/harness.a $(BUILD)/libimapspec.a
	$(call show,LINK)$(CC) $(CFLAGS) $(LDFLAGS) $^ -o $@

$(BUILD)/fuzz/bench/mutations: $(BUILD)/fuzz/bench/mutations.o $(call object,$(MUTATOR)) $(BUILD)/libimapspec.a
	$(call show,LINK)$(CC) $(CFLAGS) $(LDFLAGS) $^ -o $@

bench-fuzz: $(BUILD)/fuzz/bench/mutations ## measure what the mutator is worth, beside engines alone (forty minutes)
	@scripts/setup fuzz
	@BUILD=$(BUILD) JOBS=$(JOBS) scripts/bench-fuzz $(OPTIONS)

# AFL++ has its mutator from a file of its own. A target whose options say `mutator = none` doesn't
# read IMAP.
FUZZ_MUTATOR := $(if $(filter libfuzzer,$(ENGINE)),$(PLAIN)/libimapspec-fuzz.a)
FUZZ_UNAIDED := $(patsubst fuzz/targets/%.options,$(OUT)/%,$(shell grep -lx 'mutator = none' fuzz/targets/*.options))
$(filter-out $(FUZZ_UNAIDED),$(FUZZ_PROGRAMS)): $(FUZZ_MUTATOR)
$(FUZZ_PROGRAMS): $(OUT)/%: $(BUILD)/fuzz/targets/%.o $(BUILD)/harness.a $(BUILD)/tool.a $(BUILD)/libimapspec.a
	$(call show,LINK)$(CXX) $(CXXFLAGS) $(if $(filter $(FUZZ_MUTATOR),$^),-u LLVMFuzzerCustomMutator) $(filter %.o,$^) $(filter %.a,$^) $(TARGET_LIBS) $(LIB_FUZZING_ENGINE) -o $@

# What a runner of OSS-Fuzz looks for beside a program: NAME.options, NAME.dict, NAME_seed_corpus.zip.
# The dictionary and the seeds are those of the plain build.
fuzz-out: fuzz-programs $(foreach end,.options .dict _seed_corpus.zip,$(FUZZ_PROGRAMS:%=%$(end)))
	$(if $(filter afl,$(ENGINE)),@cp $(PLAIN)/libimapspec-afl.so $(OUT))

target_option = $(shell sed -n 's/^$(1) *= *//p' fuzz/targets/$(notdir $(2)).options)

$(OUT)/%.options: fuzz/targets/%.options
	$(call show,COPY)sed 's/^dict *=.*/dict = $*.dict/' $< >$@

$(OUT)/%.dict: fuzz/targets/%.options
	$(call show,COPY)cp $(PLAIN)/corpus/$(call target_option,dict,$*) $@

# A folder each, as names may be the same.
$(OUT)/%_seed_corpus.zip: fuzz/targets/%.options
	$(call show,ZIP)rm -f $@ && cd $(PLAIN)/corpus && zip -qrX $(abspath $@) $(call target_option,seeds,$*) && \
	    cd $(CURDIR)/corpus && { [ ! -d regressions/$* ] || zip -qrX $(abspath $@) regressions/$*; }
