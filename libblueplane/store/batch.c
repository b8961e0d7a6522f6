/* store/batch.c: hash tables of facts, sessions and labels. Session and label numbers are local to
 * the batch; applying or joining it translates them. */
#include "store/batch_inside.h"

#include <string.h>

#include "base/mem.h"
#include "store/pack.h"

/* ------------------------------------------------------------------------------------ lookup */

static size_t slot_of(uint64_t hash, size_t slots) {
  return (size_t)((hash * UINT64_C(0x9E3779B97F4A7C15)) >> 20) & (slots - 1);
}

/* Doubles the index until it is at most half full; `hash_at` gives the hash of an existing
 * entry. */
static int grow_index(lookup *t, size_t count, const void *owner,
                      uint64_t (*hash_at)(const void *owner, size_t index)) {
  if (count * 2 < t->slots) return BP_OK;
  size_t slots = t->slots == 0 ? 64 : t->slots * 2;
  uint32_t *index = bpi_alloc_zero(slots, sizeof *index);
  if (index == NULL) return BP_ERR_NOMEM;
  for (size_t i = 0; i < count; i++) {
    size_t at = slot_of(hash_at(owner, i), slots);
    while (index[at] != 0)
      at = (at + 1) & (slots - 1);
    index[at] = (uint32_t)i + 1;
  }
  bpi_free(t->index);
  t->index = index;
  t->slots = slots;
  return BP_OK;
}

/* ------------------------------------------------------------------------- labels and sessions */

static uint64_t label_hash(const void *owner, size_t i) {
  const batch *b = owner;
  return b->label[i].key.hi ^ (uint64_t)b->label[i].kind;
}

static uint32_t take_label(void *self, label_kind kind, ident key, const char *text,
                           size_t length) {
  batch *b = self;
  if (bpi_ident_absent(key) || b->failed) return 0;
  if (grow_index(&b->label_index, b->labels, b, label_hash) != BP_OK) goto out_of_memory;
  size_t mask = b->label_index.slots - 1;
  size_t at = slot_of(key.hi ^ (uint64_t)kind, b->label_index.slots);
  for (; b->label_index.index[at] != 0; at = (at + 1) & mask) {
    const batch_label *known = &b->label[b->label_index.index[at] - 1];
    if (known->kind == kind && bpi_ident_compare(known->key, key) == 0)
      return b->label_index.index[at];
  }
  void *items = b->label;
  if (bpi_reserve(&items, &b->label_capacity, b->labels + 1, sizeof *b->label) != BP_OK)
    goto out_of_memory;
  b->label = items;
  batch_label made = {.key = key, .kind = (uint8_t)kind};
  if (text != NULL && (made.text = bpi_strndup(text, length)) == NULL) goto out_of_memory;
  b->label[b->labels++] = made;
  b->text_bytes += length;
  return b->label_index.index[at] = (uint32_t)b->labels;
out_of_memory:
  b->failed = BP_ERR_NOMEM;
  return 0;
}

static uint64_t session_hash(const void *owner, size_t i) {
  const batch *b = owner;
  return b->session[i].key.hi + (uint64_t)b->session[i].tier;
}

static bool is_session(const batch_session *s, ident key, record_tier tier) {
  return s->tier == tier && bpi_ident_compare(s->key, key) == 0;
}

/* The number of a session in this batch, from 1; 0 when out of memory. */
static uint32_t session_number(batch *b, ident key, record_tier tier) {
  if (b->last_session != 0 && is_session(&b->session[b->last_session - 1], key, tier))
    return b->last_session;
  if (grow_index(&b->session_index, b->sessions, b, session_hash) != BP_OK) return 0;
  size_t mask = b->session_index.slots - 1;
  size_t at = slot_of(key.hi + (uint64_t)tier, b->session_index.slots);
  for (; b->session_index.index[at] != 0; at = (at + 1) & mask)
    if (is_session(&b->session[b->session_index.index[at] - 1], key, tier))
      return b->last_session = b->session_index.index[at];
  void *items = b->session;
  if (bpi_reserve(&items, &b->session_capacity, b->sessions + 1, sizeof *b->session) != BP_OK)
    return 0;
  b->session = items;
  batch_session *made = &b->session[b->sessions++];
  memset(made, 0, sizeof *made);
  made->key = key;
  made->tier = tier;
  made->known.platform_us = made->known.workspace_us = made->known.branch_us =
      made->known.entrypoint_us = BPI_TIME_NONE;
  return b->last_session = b->session_index.index[at] = (uint32_t)b->sessions;
}

static ident batch_session_key(void *user, int64_t number) {
  const batch *b = user;
  return b->session[number - 1].key;
}

static ident batch_label_key(void *user, int64_t number) {
  const batch *b = user;
  ident none = {0, 0};
  return number == 0 ? none : b->label[number - 1].key;
}

static fact_names names_of(batch *b) {
  fact_names names = {b, batch_session_key, batch_label_key};
  return names;
}

/* Takes the name of the earlier row; on a tie the one with the smaller identifier. */
static bool earlier_name(int64_t *label, int64_t *time, int64_t other, int64_t other_time,
                         const fact_names *names) {
  if (other == 0) return false;
  if (*label != 0) {
    if (other_time == BPI_TIME_NONE && *time != BPI_TIME_NONE) return false;
    bool undated = *time == BPI_TIME_NONE && other_time != BPI_TIME_NONE;
    if (!undated && other_time > *time) return false;
    if (other_time == *time &&
        (other == *label || bpi_ident_compare(names->label(names->user, other),
                                              names->label(names->user, *label)) >= 0))
      return false;
  }
  *label = other;
  *time = other_time;
  return true;
}

bool bpi_session_merge(session_attributes *a, const session_attributes *row,
                       const fact_names *names) {
  bool changed = (a->sources | row->sources) != a->sources;
  a->sources |= row->sources;
  changed |= earlier_name(&a->platform, &a->platform_us, row->platform, row->platform_us, names);
  changed |=
      earlier_name(&a->workspace, &a->workspace_us, row->workspace, row->workspace_us, names);
  changed |= earlier_name(&a->branch, &a->branch_us, row->branch, row->branch_us, names);
  changed |=
      earlier_name(&a->entrypoint, &a->entrypoint_us, row->entrypoint, row->entrypoint_us, names);
  bool newer = row->version != 0 &&
               (a->version == 0 || row->version_rank > a->version_rank ||
                (row->version_rank == a->version_rank && row->version != a->version &&
                 bpi_ident_compare(names->label(names->user, row->version),
                                   names->label(names->user, a->version)) < 0));
  if (newer) {
    a->version = row->version;
    a->version_rank = row->version_rank;
  }
  return changed || newer;
}

static void use_label(batch *b, int64_t number) {
  if (number != 0) b->label[number - 1].used = true;
}

static void put_session(batch *b, uint32_t session, const record *r) {
  const session_record *s = &r->u.session_row;
  const uint32_t named[] = {s->platform, s->workspace, s->branch, s->entrypoint, s->version};
  for (size_t i = 0; i < sizeof named / sizeof *named; i++)
    use_label(b, named[i]);
  session_attributes row = {0,       s->platform, r->time,        s->workspace,
                            r->time, s->branch,   r->time,        s->entrypoint,
                            r->time, s->version,  s->version_rank};
  fact_names names = names_of(b);
  bpi_session_merge(&b->session[session - 1].known, &row, &names);
}

/* ------------------------------------------------------------------------------------- facts */

/* Distinguishes rows with one key: for a response its request; other kinds have one row per key. */
static int64_t variant_of(const fact_table *t, const int64_t *row) {
  return t->kind == FACT_RESPONSE ? ((const response_fact *)(const void *)row)->request : 0;
}

static uint32_t tag_of(const fact_table *t, const int64_t *row) {
  uint64_t hash = (uint64_t)row[0] ^ (uint64_t)variant_of(t, row);
  return (uint32_t)(hash * UINT64_C(0x9E3779B97F4A7C15) >> 32);
}

static fact_slot *first_slot(const fact_table *t, uint32_t tag) {
  return &t->slot[tag & (t->slots - 1)];
}

/* A slot is rarely in the cache, so it is prefetched. */
static void fetch_slot(const fact_table *t, const int64_t *row) {
  if (t->slots > 0) FETCH(first_slot(t, tag_of(t, row)));
}

static fact_slot *next_slot(const fact_table *t, fact_slot *slot) {
  return ++slot == t->slot + t->slots ? t->slot : slot;
}

/* Doubles the slots unless at most three quarters are in use after adding one fact. */
static int grow_slots(fact_table *t) {
  if ((t->count + 1) * 4 <= t->slots * 3) return BP_OK;
  fact_table grown = *t;
  grown.slots = t->slots == 0 ? 64 : t->slots * 2;
  grown.slot = bpi_alloc_zero(grown.slots, sizeof *grown.slot);
  if (grown.slot == NULL) return BP_ERR_NOMEM;
  for (size_t i = 0; i < t->slots; i++) {
    if (t->slot[i].at == 0) continue;
    fact_slot *to = first_slot(&grown, t->slot[i].tag);
    while (to->at != 0)
      to = next_slot(&grown, to);
    *to = t->slot[i];
  }
  bpi_free(t->slot);
  *t = grown;
  return BP_OK;
}

static bool same_fact(const fact_table *t, const int64_t *a, const int64_t *b) {
  return a[0] == b[0] && a[1] == b[1] && variant_of(t, a) == variant_of(t, b);
}

/* Reserves room for one more fact at the end. */
static int reserve_words(fact_table *t) {
  void *words = t->words;
  size_t need = t->used + PACKED_WORDS_MAX + PACKED_SLACK;
  if (need > UINT32_MAX) return BP_ERR_NOMEM;
  int rc = bpi_reserve(&words, &t->capacity, need, sizeof *t->words);
  t->words = words;
  return rc;
}

static void append_fact(fact_table *t, fact_slot *slot, const int64_t *fact) {
  slot->at = (uint32_t)t->used + 1;
  t->used += bpi_pack(t->words + t->used, fact, t->width);
}

/* Stores a merged fact in its old place of `room` words, or at the end if it does not fit. */
static void replace_fact(fact_table *t, fact_slot *slot, const int64_t *fact, size_t room) {
  int64_t packed[PACKED_WORDS_MAX];
  size_t need = bpi_pack(packed, fact, t->width);
  if (need > room)
    append_fact(t, slot, fact);
  else
    memcpy(t->words + slot->at - 1, packed, need * sizeof *packed);
}

static int put_fact(batch *b, fact_kind kind, const int64_t *row, const fact_names *names) {
  fact_table *t = &b->fact[kind];
  if (grow_slots(t) != BP_OK || reserve_words(t) != BP_OK) return BP_ERR_NOMEM;
  uint32_t tag = tag_of(t, row);
  fact_slot *slot = first_slot(t, tag);
  for (; slot->at != 0; slot = next_slot(t, slot)) {
    if (slot->tag != tag) continue;
    int64_t fact[FACT_WORDS_MAX];
    size_t room = bpi_unpack(fact, t->words + slot->at - 1, t->width);
    if (!same_fact(t, fact, row)) continue;
    b->merged++;
    if (bpi_fact_merge(kind, fact, row, names)) replace_fact(t, slot, fact, room);
    return BP_OK;
  }
  slot->tag = tag;
  append_fact(t, slot, row);
  t->count++;
  return BP_OK;
}

/* Until a row names another one, a session has the platform of its source. */
static void default_platform(batch *b, session_attributes *known) {
  if (known->platform != 0 || b->platform == 0) return;
  use_label(b, b->platform);
  known->platform = b->platform;
  known->platform_us = BPI_TIME_NONE;
}

static int put_record(void *self, const record *r) {
  batch *b = self;
  if (b->failed) return b->failed;
  int64_t fact[FACT_WORDS_MAX];
  fact_kind kind;
  bool is_fact = bpi_fact_from_record(fact, &kind, r, 0);
  if (is_fact) fetch_slot(&b->fact[kind], fact);
  uint32_t session = session_number(b, r->session, r->tier);
  if (session == 0) return b->failed = BP_ERR_NOMEM;
  b->session[session - 1].known.sources |= INT64_C(1) << b->source;
  if (r->kind == RECORD_SESSION) {
    put_session(b, session, r);
    return BP_OK;
  }
  default_platform(b, &b->session[session - 1].known);
  if (!is_fact) return BP_OK;
  fact[FACT_SESSION_WORD] = session;
  for (int i = 0; i < bpi_fact_types[kind].columns; i++)
    if (bpi_fact_types[kind].roles[i] == 'L') use_label(b, fact[i + 2]);
  fact_names names = names_of(b);
  return b->failed = put_fact(b, kind, fact, &names);
}

/* --------------------------------------------------------------------------- files and rejects */

int bpi_batch_reject(batch *b, ident file, int reason, uint64_t line, int64_t byte) {
  void *items = b->reject;
  if (bpi_reserve(&items, &b->reject_capacity, b->rejects + 1, sizeof *b->reject) != BP_OK)
    return b->failed = BP_ERR_NOMEM;
  b->reject = items;
  b->reject[b->rejects++] = (batch_reject){file, reason, (int64_t)line, byte};
  return BP_OK;
}

int bpi_batch_file(batch *b, const file_state *file) {
  if (b->files > 0 && bpi_ident_compare(b->file[b->files - 1].key, file->key) == 0) {
    b->file[b->files - 1] = *file; /* still the same file */
    return BP_OK;
  }
  void *items = b->file;
  if (bpi_reserve(&items, &b->file_capacity, b->files + 1, sizeof *b->file) != BP_OK)
    return b->failed = BP_ERR_NOMEM;
  b->file = items;
  b->file[b->files++] = *file;
  return BP_OK;
}

/* ---------------------------------------------------------------------------------- life cycle */

batch *bpi_batch_new(void) {
  batch *b = bpi_alloc_zero(1, sizeof *b);
  if (b == NULL) return NULL;
  for (fact_kind kind = 0; kind < FACT_KINDS; kind++) {
    b->fact[kind].kind = kind;
    b->fact[kind].width = bpi_fact_words(kind);
  }
  return b;
}

void bpi_batch_clear(batch *b) {
  for (fact_kind kind = 0; kind < FACT_KINDS; kind++) {
    fact_table *t = &b->fact[kind];
    t->count = t->used = 0;
    if (t->slots > 0) memset(t->slot, 0, t->slots * sizeof *t->slot);
  }
  if (b->sessions > 0) memset(b->session_index.index, 0, b->session_index.slots * sizeof(uint32_t));
  b->sessions = b->last_session = 0;
  b->labels_before = b->labels;
  b->text_bytes = 0;
  b->rejects = b->files = 0;
  b->merged = 0;
}

void bpi_batch_free_facts(fact_table *t) {
  bpi_free(t->words);
  bpi_free(t->slot);
  t->words = NULL;
  t->slot = NULL;
  t->count = t->used = t->capacity = t->slots = 0;
}

void bpi_batch_free(batch *b) {
  if (b == NULL) return;
  for (size_t i = 0; i < b->labels; i++)
    bpi_free(b->label[i].text);
  for (fact_kind kind = 0; kind < FACT_KINDS; kind++)
    bpi_batch_free_facts(&b->fact[kind]);
  bpi_free(b->label);
  bpi_free(b->label_index.index);
  bpi_free(b->session);
  bpi_free(b->session_index.index);
  bpi_free(b->reject);
  bpi_free(b->file);
  bpi_free(b);
}

fact_sink bpi_batch_sink(batch *b) {
  fact_sink sink = {b, take_label, put_record};
  return sink;
}

void bpi_batch_erasures(batch *b, int64_t count) {
  b->erasures = count;
}

void bpi_batch_took(batch *b, int64_t us) {
  b->took_us = us > 0 ? us : 0; /* the clock may be set back */
}

void bpi_batch_source(batch *b, int source, uint32_t platform) {
  b->source = source;
  b->platform = platform;
}

bool bpi_batch_empty(const batch *b) {
  return b->sessions + b->rejects + b->files == 0; /* every fact has a session */
}

bool bpi_batch_cancelled(const batch *b) {
  return b->failed == BP_ERR_CANCELLED;
}

/* Bytes a fact needs besides its packed form: its slot and, when applied, its entry in the sort
 * order, its moments and its share of the cells. */
#define APPLY_BYTES 100

size_t bpi_batch_bytes(const batch *b) {
  size_t bytes = b->text_bytes;
  for (fact_kind kind = 0; kind < FACT_KINDS; kind++)
    bytes += b->fact[kind].used * sizeof(int64_t) + b->fact[kind].count * APPLY_BYTES;
  return bytes + (b->labels - b->labels_before) * sizeof *b->label +
         b->sessions * sizeof *b->session + b->rejects * sizeof *b->reject +
         b->files * sizeof *b->file;
}

/* ---------------------------------------------------------------------------------- joining */

/* Replaces a fact's session and label numbers by those of the maps (0 maps to 0). */
void bpi_fact_translate(fact_kind kind, int64_t *fact, const int64_t *sessions,
                        const int64_t *labels) {
  const fact_type *t = &bpi_fact_types[kind];
  for (int i = 0; i < t->columns; i++) {
    if (t->roles[i] == 'S') fact[i + 2] = sessions[fact[i + 2]];
    if (t->roles[i] == 'L') fact[i + 2] = labels[fact[i + 2]];
  }
}

void bpi_session_translate(session_attributes *a, const int64_t *labels) {
  a->platform = labels[a->platform];
  a->workspace = labels[a->workspace];
  a->branch = labels[a->branch];
  a->entrypoint = labels[a->entrypoint];
  a->version = labels[a->version];
}

static int join_names(batch *into, batch *from, int64_t *sessions, int64_t *labels) {
  sessions[0] = labels[0] = 0;
  for (size_t i = 0; i < from->labels; i++) {
    const batch_label *l = &from->label[i];
    labels[i + 1] = take_label(into, (label_kind)l->kind, l->key, l->text,
                               l->text == NULL ? 0 : strlen(l->text));
    if (into->failed) return into->failed;
    if (labels[i + 1] == 0) continue;
    batch_label *to = &into->label[labels[i + 1] - 1];
    to->used |= l->used;
    if (to->stored == 0) to->stored = l->stored;
  }
  fact_names names = names_of(into);
  for (size_t i = 0; i < from->sessions; i++) {
    uint32_t number = session_number(into, from->session[i].key, from->session[i].tier);
    if (number == 0) return into->failed = BP_ERR_NOMEM;
    sessions[i + 1] = number;
    session_attributes row = from->session[i].known;
    bpi_session_translate(&row, labels);
    bpi_session_merge(&into->session[number - 1].known, &row, &names);
  }
  return BP_OK;
}

/* Frees each kind when it is joined, so that never all facts are in memory twice. */
static int join_facts(batch *into, batch *from, const int64_t *sessions, const int64_t *labels) {
  fact_names names = names_of(into);
  for (fact_kind kind = 0; kind < FACT_KINDS; kind++) {
    fact_table *t = &from->fact[kind];
    for (size_t i = 0; i < t->slots; i++) {
      if (t->slot[i].at == 0) continue;
      int64_t fact[FACT_WORDS_MAX];
      bpi_unpack(fact, t->words + t->slot[i].at - 1, t->width);
      bpi_fact_translate(kind, fact, sessions, labels);
      int rc = put_fact(into, kind, fact, &names);
      if (rc != BP_OK) return into->failed = rc;
    }
    bpi_batch_free_facts(t);
  }
  for (size_t i = 0; i < from->rejects; i++) {
    const batch_reject *r = &from->reject[i];
    int rc = bpi_batch_reject(into, r->file, r->reason, (uint64_t)r->line, r->byte);
    if (rc != BP_OK) return rc;
  }
  for (size_t i = 0; i < from->files; i++) {
    int rc = bpi_batch_file(into, &from->file[i]);
    if (rc != BP_OK) return rc;
  }
  return BP_OK;
}

int bpi_batch_join(batch *into, batch *from) {
  int64_t *sessions = bpi_alloc((from->sessions + 1) * sizeof *sessions);
  int64_t *labels = bpi_alloc((from->labels + 1) * sizeof *labels);
  int rc = sessions == NULL || labels == NULL ? BP_ERR_NOMEM : from->failed;
  if (rc == BP_OK) rc = join_names(into, from, sessions, labels);
  if (rc == BP_OK) rc = join_facts(into, from, sessions, labels);
  if (rc == BP_OK) into->merged += from->merged;
  bpi_free(sessions);
  bpi_free(labels);
  bpi_batch_clear(from);
  return rc;
}
