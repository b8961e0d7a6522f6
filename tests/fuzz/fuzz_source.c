/* Fuzz target: one source (FUZZ_SOURCE), through the privacy gate into a batch. From memory and in
 * pieces it must give the same records; whatever comes, numbers stay inside their vocabulary. */
#include <stdlib.h>
#include <string.h>

#include "privacy/gate.h"
#include "sources/source.h"
#include "store/batch.h"
#include "tests/fuzz/fuzz.h"

typedef struct target {
  batch *batch;
  fact_sink into;
  fuzz_digest digest;
} target;

static uint32_t label(void *self, label_kind kind, ident key, const char *text, size_t length) {
  target *t = self;
  if (length > 128) abort();
  return t->into.label(t->into.self, kind, key, text, length);
}

static void check(const record *r) {
  if (r->kind >= RECORD_KINDS) abort();
  if (r->time != BPI_TIME_NONE && r->time < 0) abort();
  if (r->kind != RECORD_SESSION && bpi_ident_absent(r->key)) abort();
  if (r->kind == RECORD_RESPONSE &&
      (r->u.response.output < -1 || r->u.response.stop < 0 || r->u.response.stop > STOP_PAUSE))
    abort();
  if (r->kind == RECORD_TOOL_RESULT &&
      bpi_vocabulary_name(VOCABULARY_OUTCOME, r->u.result.outcome) == NULL)
    abort();
  if (r->kind == RECORD_EVENT && bpi_vocabulary_name(VOCABULARY_EVENT, r->u.event.event) == NULL)
    abort();
}

static int put(void *self, const record *r) {
  target *t = self;
  check(r);
  fuzz_digest_add(&t->digest, &r->kind, sizeof r->kind);
  fuzz_digest_add(&t->digest, &r->flags, sizeof r->flags);
  fuzz_digest_add(&t->digest, &r->time, sizeof r->time);
  fuzz_digest_add(&t->digest, &r->key, sizeof r->key);
  fuzz_digest_add(&t->digest, &r->session, sizeof r->session);
  return t->into.put(t->into.self, r);
}

static int checkpoint(void *user, source_input *in) {
  (void)user;
  (void)in;
  return 0;
}

static uint64_t read_all(scan *s) {
  static const hash_key key = {{1, 2, 3}};
  target t = {.batch = bpi_batch_new()};
  if (t.batch == NULL) return 0;
  t.into = bpi_batch_sink(t.batch);
  fact_sink facts = {&t, label, put};
  gate *g = bpi_gate_new(&key, &facts, true);
  record_sink sink = bpi_gate_sink(g);
  source_input in = {.path = "", .scan = s, .sink = &sink, .checkpoint = checkpoint};
  FUZZ_SOURCE.read(&in);
  fuzz_digest_add(&t.digest, &bpi_gate_counts(g)->rejects, sizeof(uint64_t));
  bpi_gate_free(g);
  bpi_batch_free(t.batch);
  return t.digest.hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  scan s;
  if (bpi_hash_init() != 0) return 0;
  bpi_scan_init_memory(&s, data, size);
  uint64_t whole = read_all(&s);
  drip d = {data, size, 0, size > 0 ? 1 + data[size - 1] % 61u : 1};
  if (bpi_scan_init(&s, drip_read, &d, 1, 0, 1) != 0) return 0;
  uint64_t pieces = read_all(&s);
  bpi_scan_free(&s);
  if (whole != pieces) abort();
  return 0;
}
