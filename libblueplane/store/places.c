/* store/places.c: a fact asks for the row number that its key gives it within a layer; if another
 * key has it, the next free number is used. A lookup therefore reads from that number to the first
 * gap, in each layer that may hold the key. Nearly all keys of a batch are new, and one statement
 * finds that out for all of them. */
#include "store/places.h"

#include <assert.h>
#include <limits.h>

#include "base/mem.h"
#include "store/bulk.h"
#include "store/form.h"

/* The statement of this kind, given the first one of its group. */
static store_statement of_kind(const places *p, store_statement first) {
  return (store_statement)((int)first + (int)p->kind);
}

/* ------------------------------------------------------------------------------------- layers */

/* Keys added in a transaction that was rolled back stay in the filters; a lookup then just finds
 * nothing. */
int bpi_places_check(store *s, bp_error **error) {
  sqlite3_stmt *get = bpi_sql(s, SQL_DATA_VERSION, error);
  if (get == NULL) return bpi_error_code(*error);
  int rc = bpi_sql_step(get, error);
  if (rc <= 0) return rc;
  int64_t version = sqlite3_column_int64(get, 0);
  sqlite3_reset(get);
  for (fact_kind kind = 0; kind < FACT_KINDS && version != s->layers_version; kind++)
    bpi_layers_forget(&s->layers[kind]);
  s->layers_version = version;
  return BP_OK;
}

static int count_layers(places *p) {
  sqlite3_stmt *get = bpi_sql(p->s, of_kind(p, SQL_FACT_LAST), p->error);
  if (get == NULL) return bpi_error_code(*p->error);
  int rc = bpi_sql_step(get, p->error);
  int64_t last = rc > 0 ? bpi_sql_column(get, 0) : FACT_NONE;
  if (rc > 0) sqlite3_reset(get);
  if (rc >= 0 && last != FACT_NONE && !bpi_is_place(last))
    return bpi_fail(p->error, BP_ERR_CORRUPT, DAMAGED_PLACE);
  p->layers = last == FACT_NONE ? 0 : bpi_layer_of(last) + 1;
  return rc < 0 ? rc : BP_OK;
}

/* The mark of a fact that may be stored in this layer; 0: in none. */
#define LAYER_MARK(layer) (unsigned char)((layer) + 1)
static_assert(LAYERS_MOST <= UCHAR_MAX, "a mark is a byte");

/* The row numbers that facts ask for in several layers, layer by layer. */
typedef struct wanted_numbers {
  int64_t *const *facts;
  size_t count, layer;
} wanted_numbers;

static void wanted_column(const void *rows, size_t row, int column, sqlite3_context *into) {
  const wanted_numbers *w = rows;
  size_t fact = row % w->count, layer = w->layer + row / w->count;
  switch (column) {
  case 0: sqlite3_result_int64(into, bpi_layer_start(layer) + w->facts[fact][0]); break;
  case 1: sqlite3_result_int64(into, (int64_t)fact); break;
  default: sqlite3_result_int64(into, LAYER_MARK(layer)); break;
  }
}

/* Marks the facts whose number is taken in one of the layers, with that layer. */
static int mark_numbers(places *p, size_t from, size_t to, int64_t *const *facts, size_t count) {
  const wanted_numbers wanted = {facts, count, from};
  const bulk all = {(to - from) * count, &wanted, wanted_column};
  return bpi_bulk_mark(p->s, of_kind(p, SQL_FACTS_TAKEN), &all, p->taken, p->error);
}

/* Marks the facts that may already be stored under their key in any layer. */
static int mark_taken(places *p, int64_t *const *facts, size_t count) {
  int rc = BP_OK;
  for (size_t from = 0, to; rc == BP_OK && from < p->layers; from = to) {
    bool known = bpi_layer_known(p->keys, from);
    for (to = from; to < p->layers && bpi_layer_known(p->keys, to) == known; to++)
      for (size_t i = 0; known && i < count; i++)
        if (bpi_layer_may_hold(p->keys, to, facts[i][1])) p->taken[i] = LAYER_MARK(to);
    if (!known) rc = mark_numbers(p, from, to, facts, count);
  }
  return rc;
}

/* A new layer is filled in ascending order without lookups. In an old one other keys may have taken
 * the numbers, and its filter is dropped because keys added to it are not recorded. */
static int choose_layer(places *p, int64_t *const *facts, size_t count) {
  size_t new_facts = 0;
  for (size_t i = 0; i < count; i++)
    new_facts += !p->taken[i];
  p->fresh = p->layers == 0 || (new_facts >= p->s->layer_least && p->layers < LAYERS_MOST);
  p->layer = p->fresh ? p->layers : p->layers - 1;
  p->end = (place){bpi_layer_start(p->layer), true};
  p->last_id = -1;
  if (p->fresh) bpi_layer_begin(p->keys, p->layer, new_facts);
  if (p->fresh || !bpi_layer_known(p->keys, p->layer)) return BP_OK;
  bpi_layer_forget(p->keys, p->layer);
  return mark_numbers(p, p->layer, p->layer + 1, facts, count);
}

int bpi_places_begin(places *p, store *s, fact_kind kind, int64_t *const *facts, size_t count,
                     bp_error **error) {
  p->s = s;
  p->kind = kind;
  p->keys = &s->layers[kind];
  p->waits = 0;
  p->error = error;
  p->taken = bpi_alloc_zero(count, 1);
  if (p->taken == NULL) return bpi_fail_nomem(error);
  int rc = count_layers(p);
  if (rc == BP_OK) rc = mark_taken(p, facts, count);
  return rc == BP_OK ? choose_layer(p, facts, count) : rc;
}

void bpi_places_free(places *p) {
  bpi_free(p->taken);
  p->taken = NULL;
}

/* ------------------------------------------------------------------------------------ one key */

/* Loads the rows of a key in a layer, and finds the next free number after them. */
static int load_group(places *p, const int64_t *key, size_t layer, group *stored) {
  place *next = p->next = layer == p->layer ? &p->end : &p->back;
  *next = (place){bpi_layer_start(layer) + key[0], true};
  if (layer == p->layer && p->waits > 0 && p->waiting[p->waits - 1][0] >= next->id) {
    int flushed = bpi_places_flush(p); /* waiting rows may take this number */
    if (flushed != BP_OK) return flushed;
  }
  sqlite3_stmt *get = bpi_sql(p->s, of_kind(p, SQL_FACT_CLUSTER), p->error);
  if (get == NULL) return bpi_error_code(*p->error);
  sqlite3_bind_int64(get, 1, next->id);
  int rc;
  while ((rc = bpi_sql_step(get, p->error)) > 0) {
    int64_t fact[FACT_WORDS_MAX];
    if (sqlite3_column_int64(get, 0) != next->id) break; /* a gap ends the cluster */
    next->id++;
    if (sqlite3_column_int64(get, 1) != key[1]) continue; /* belongs to another key */
    bpi_load_fact(get, p->kind, fact);
    if (bpi_head(fact)->session == FACT_MARKER) continue;
    if (bpi_group_add(stored, p->kind, fact) != BP_OK) {
      sqlite3_reset(get);
      return bpi_fail_nomem(p->error);
    }
  }
  if (rc > 0) sqlite3_reset(get);
  return rc < 0 ? rc : BP_OK;
}

/* If the number a new key asks for is free in the store and was not used in this batch, no row of
 * the key exists. */
int bpi_places_find(places *p, size_t fact, const int64_t *key, group *stored) {
  unsigned char taken = p->taken[fact];
  for (size_t i = 0; taken != 0 && i < p->layers; i++) {
    /* nearly always found in the first one */
    size_t layer = (taken - LAYER_MARK(0) + i) % p->layers;
    if (!bpi_layer_may_hold(p->keys, layer, key[1])) continue;
    int rc = load_group(p, key, layer, stored);
    if (rc != BP_OK || stored->count > 0) return rc;
  }
  int64_t wanted = bpi_layer_start(p->layer) + key[0];
  if (!p->fresh && (taken != 0 || p->last_id >= wanted))
    return load_group(p, key, p->layer, stored);
  p->next = &p->end;
  p->end.is_free = true;
  if (!p->fresh || p->end.id < wanted) p->end.id = wanted;
  return BP_OK;
}

/* Assigns a number to a new fact. The number after one just assigned may be taken, so it is
 * checked. */
static int take_id(places *p, int64_t *id) {
  place *next = p->next;
  int rc = BP_OK;
  if (!next->is_free) {
    sqlite3_stmt *get = bpi_sql(p->s, of_kind(p, SQL_FACT_CLUSTER), p->error);
    if (get == NULL) return bpi_error_code(*p->error);
    sqlite3_bind_int64(get, 1, next->id);
    while ((rc = bpi_sql_step(get, p->error)) > 0 && sqlite3_column_int64(get, 0) == next->id)
      next->id++;
    sqlite3_reset(get);
  }
  *id = next->id++;
  next->is_free = next == &p->end && p->fresh;
  return rc < 0 ? rc : BP_OK;
}

/* Rows that are appended after all others are queued; a row between stored ones, which is rare, is
 * inserted at once. */
int bpi_places_insert(places *p, int64_t *fact) {
  int rc = p->waits == WAITING_MOST ? bpi_places_flush(p) : BP_OK;
  if (rc == BP_OK) rc = take_id(p, &fact[0]);
  if (rc != BP_OK) return rc;
  if (p->fresh) bpi_layer_add(p->keys, p->layer, fact[1]);
  if (p->next == &p->end) {
    p->last_id = fact[0];
    p->waiting[p->waits++] = fact;
    return BP_OK;
  }
  int64_t stored[STORED_WORDS_MAX], *const one = stored;
  bpi_form_store(p->kind, stored, fact);
  const bulk row = {1, &one, bpi_bulk_word};
  return bpi_bulk_run(p->s, of_kind(p, SQL_FACTS_INSERT), &row, p->error);
}

int bpi_places_update(places *p, const int64_t *fact) {
  sqlite3_stmt *put = bpi_sql(p->s, of_kind(p, SQL_FACT_UPDATE), p->error);
  if (put == NULL) return bpi_error_code(*p->error);
  bpi_bind_fact(put, p->kind, fact);
  return bpi_sql_run(put, p->error);
}

int bpi_places_flush(places *p) {
  const bulk rows = {p->waits, p->waiting, bpi_bulk_word};
  for (size_t i = 0; i < p->waits; i++) /* encoded in place: the facts are not used any more */
    bpi_form_store(p->kind, p->waiting[i], p->waiting[i]);
  p->waits = 0;
  return bpi_bulk_run(p->s, of_kind(p, SQL_FACTS_INSERT), &rows, p->error);
}
