#!/bin/bash -eu
# Your own parser, with imapspec's mutator and seeds, for ClusterFuzzLite or OSS-Fuzz. Yours to change:
# HARNESS, SOURCES, SEEDS (server: your parser reads what servers say; client: what clients say).
HARNESS=fuzz/harness.c
SOURCES=src/*.c
SEEDS=server

make -C "$SRC/imapspec" CC=clang CFLAGS='-O2 -Wno-error' CXXFLAGS='' BUILD="$WORK/imapspec" mutator corpus
mkdir -p "$WORK/parser"
for source in $HARNESS $SOURCES; do
    $CC $CFLAGS -c "$source" -o "$WORK/parser/$(basename "$source" .c).o"
done
# AFL++ would have the mutator from a file of its own, for which ClusterFuzz has no setting.
mutator=
[ "$FUZZING_ENGINE" = afl ] || mutator="-u LLVMFuzzerCustomMutator $WORK/imapspec/libimapspec-fuzz.a"
$CXX $CXXFLAGS "$WORK"/parser/*.o $mutator $LIB_FUZZING_ENGINE -o "$OUT/imap"
cp "$WORK/imapspec/corpus/imap.dict" "$OUT/imap.dict"
cd "$WORK/imapspec/corpus" && zip -qr "$OUT/imap_seed_corpus.zip" "$SEEDS"
