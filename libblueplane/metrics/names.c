/* metrics/names.c: sessions, labels, names derived from labels, and how they are shown. */
#include "metrics/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"

static void fail(name_cache *n, int code) {
  if (!n->failed) n->failed = code;
}

/* A dangling reference means that the store is corrupt. */
static void fail_reading(name_cache *n, int code) {
  if (code == BP_ERR_NOTFOUND)
    code = bpi_fail(n->error, BP_ERR_CORRUPT, "a cell points to a row that is missing");
  fail(n, code);
}

void bpi_names_init(name_cache *n, store *s, const source_cover *covers, size_t count,
                    bp_error **error) {
  memset(n, 0, sizeof *n);
  n->store = s;
  n->error = error;
  n->covers = covers;
  n->cover_count = count;
  bpi_keymap_init(&n->label_map, 1);
  bpi_keymap_init(&n->place_map, 1);
}

void bpi_names_free(name_cache *n) {
  for (uint32_t i = 0; i < n->label_map.count; i++)
    bpi_free(n->name[i].text);
  bpi_free(n->name);
  bpi_free(n->session);
  bpi_free(n->place);
  bpi_keymap_free(&n->label_map);
  bpi_keymap_free(&n->place_map);
}

/* --------------------------------------------------------------------------------- sessions */

/* What the sources of a session record, without what a better row replaces. */
static unsigned covers_of(const name_cache *n, const session_rows *rows) {
  unsigned covers = 0;
  for (size_t i = 0; i < rows->count; i++)
    covers |= bpi_covers_of(n->covers, n->cover_count, rows->row[i].sources) &
              ~bpi_needs_of(rows->row[i].shadowed);
  return covers;
}

static session_place *place_of(name_cache *n, int64_t id) {
  bool fresh;
  uint32_t at = bpi_keymap_put(&n->place_map, &id, &fresh);
  if (at == KEYMAP_NONE) return fail(n, BP_ERR_NOMEM), NULL;
  if (!fresh) return &n->place[at];
  void *items = n->place;
  if (bpi_reserve(&items, &n->place_capacity, n->place_map.count, sizeof *n->place))
    return fail(n, BP_ERR_NOMEM), NULL;
  n->place = items;
  n->place[at] = (session_place){NAME_NONE, 0};
  return &n->place[at];
}

static bool make_session_room(name_cache *n) {
  void *items = n->session;
  if (bpi_reserve(&items, &n->session_capacity, n->sessions + 1, sizeof *n->session))
    return fail(n, BP_ERR_NOMEM), false;
  n->session = items;
  return true;
}

/* Adds a session and gives its number to all its rows. */
static void add_session(name_cache *n, int64_t id) {
  session_rows rows;
  int rc = bpi_read_session(n->store, id, &rows, n->error);
  if (rc) fail_reading(n, rc);
  if (rc || !make_session_room(n)) return;
  n->session[n->sessions] = (session_info){
      .row = bpi_session_joined(&rows), .loaded = true, .covers = covers_of(n, &rows)};
  for (size_t i = 0; i < rows.count; i++) {
    session_place *place = place_of(n, rows.row[i].id);
    if (place) *place = (session_place){(int64_t)n->sessions, rows.row[i].shadowed};
  }
  n->sessions++;
}

session_place bpi_names_session(name_cache *n, int64_t id) {
  session_place none = {NAME_NONE, 0};
  session_place *place = n->failed ? NULL : place_of(n, id);
  if (place && place->number == NAME_NONE) {
    add_session(n, id);
    place = n->failed ? NULL : place_of(n, id); /* the array may have moved */
  }
  return place ? *place : none;
}

int64_t bpi_names_session_like(name_cache *n, int64_t id, int64_t like) {
  session_place *place = n->failed ? NULL : place_of(n, id);
  if (!place || (place->number == NAME_NONE && !make_session_room(n))) return NAME_NONE;
  if (place->number != NAME_NONE) return place->number;
  const session_info *known = &n->session[like];
  n->session[n->sessions] =
      (session_info){.row = {.id = id, .sources = known->row.sources}, .covers = known->covers};
  return place->number = (int64_t)n->sessions++;
}

const session_row *bpi_names_session_row(name_cache *n, int64_t number) {
  session_info *s = &n->session[number];
  if (s->loaded || n->failed) return &s->row;
  session_rows rows;
  int rc = bpi_read_session(n->store, s->row.id, &rows, n->error);
  if (rc)
    fail_reading(n, rc);
  else
    s->row = bpi_session_joined(&rows);
  s->loaded = true;
  return &s->row;
}

/* ------------------------------------------------------------------------------------ names */

static int64_t add_name(name_cache *n, int64_t key, bool *fresh) {
  uint32_t number = bpi_keymap_put(&n->label_map, &key, fresh);
  if (number == KEYMAP_NONE) return fail(n, BP_ERR_NOMEM), NAME_NONE;
  if (!*fresh) return number;
  void *items = n->name;
  if (bpi_reserve(&items, &n->name_capacity, n->label_map.count, sizeof *n->name)) {
    n->label_map.count--; /* keep the arrays parallel; there are no look-ups after a failure */
    return fail(n, BP_ERR_NOMEM), NAME_NONE;
  }
  n->name = items;
  memset(&n->name[number], 0, sizeof *n->name);
  n->name[number].label = key > 0 ? key : 0;
  n->name[number].family = n->name[number].server = NAME_NONE;
  return number;
}

int64_t bpi_names_label(name_cache *n, int64_t label) {
  bool fresh;
  return n->failed || label <= 0 ? NAME_NONE : add_name(n, label, &fresh);
}

static void set_text(name_cache *n, label_name *into, const char *text, size_t length) {
  into->loaded = true;
  if (!text) return;
  into->text = bpi_strndup(text, length);
  into->length = length;
  if (!into->text) fail(n, BP_ERR_NOMEM);
}

const label_name *bpi_names_loaded(name_cache *n, int64_t number) {
  if (n->failed || number == NAME_NONE) return NULL;
  label_name *wanted = &n->name[number];
  if (wanted->loaded) return wanted;
  label_row row;
  char text[256];
  int rc = bpi_read_label(n->store, wanted->label, &row, text, n->error);
  if (rc) return fail_reading(n, rc), NULL;
  wanted->key = row.key;
  set_text(n, wanted, row.text, row.length);
  return n->failed ? NULL : wanted;
}

/* ---------------------------------------------------------------------------- derived names */

/* The key of a derived name is a negative hash of its text; on a collision, the next hash is
 * tried. */
static int64_t make_name(name_cache *n, const char *text, size_t length) {
  if (!length) return NAME_NONE;
  uint64_t hash = bpi_hash_mix(text, length, 0);
  for (;; hash++) {
    bool fresh;
    int64_t number = add_name(n, (int64_t)(hash | UINT64_C(1) << 63), &fresh);
    if (number == NAME_NONE) return NAME_NONE;
    label_name *made = &n->name[number];
    if (fresh) set_text(n, made, text, length);
    if (n->failed) return NAME_NONE;
    if (made->length == length && !memcmp(made->text, text, length)) return number;
  }
}

int64_t bpi_names_family(name_cache *n, int64_t model) {
  if (n->failed || model == NAME_NONE) return NAME_NONE;
  if (n->name[model].family_known) return n->name[model].family;
  const label_name *loaded = bpi_names_loaded(n, model);
  char family[128];
  size_t length = loaded && loaded->text
                      ? bpi_model_family(loaded->text, loaded->length, family, sizeof family)
                      : 0;
  int64_t number = make_name(n, family, length);
  n->name[model].family_known = true;
  return n->name[model].family = number;
}

int64_t bpi_names_server(name_cache *n, int64_t tool) {
  if (n->failed || tool == NAME_NONE) return NAME_NONE;
  if (n->name[tool].server_known) return n->name[tool].server;
  const label_name *loaded = bpi_names_loaded(n, tool);
  const char *server = NULL;
  size_t length = 0;
  bool mcp = loaded && loaded->text &&
             bpi_mcp_server(loaded->text, loaded->length, &server, &length);
  char copy[256]; /* make_name may move the array that `server` points into */
  if (length > sizeof copy) length = sizeof copy;
  if (mcp) memcpy(copy, server, length);
  int64_t number = mcp ? make_name(n, copy, length) : NAME_NONE;
  n->name[tool].server_known = true;
  return n->name[tool].server = number;
}

const price_model *bpi_names_price(name_cache *n, const prices *p, int64_t model) {
  if (n->failed || model == NAME_NONE) return NULL;
  if (n->name[model].price_known) return n->name[model].price;
  const label_name *loaded = bpi_names_loaded(n, model);
  if (!loaded) return NULL;
  n->name[model].price_known = true;
  if (loaded->text) n->name[model].price = bpi_prices_find(p, loaded->text, loaded->length);
  return n->name[model].price;
}

/* -------------------------------------------------------------------------------- display */

typedef struct named_workspace {
  const char *text;
  size_t length;
  int64_t number;
} named_workspace;

typedef struct workspace_list {
  name_cache *n;
  named_workspace *item;
  size_t count, capacity;
} workspace_list;

static int collect_workspace(void *user, const label_row *row) {
  workspace_list *list = user;
  name_cache *n = list->n;
  int64_t number = bpi_names_label(n, row->id);
  if (number == NAME_NONE) return 1;
  label_name *into = &n->name[number];
  into->key = row->key;
  if (!into->loaded) set_text(n, into, row->text, row->length);
  if (n->failed) return 1;
  if (!into->text) return 0;
  void *items = list->item;
  if (bpi_reserve(&items, &list->capacity, list->count + 1, sizeof *list->item)) {
    fail(n, BP_ERR_NOMEM);
    return 1;
  }
  list->item = items;
  list->item[list->count++] = (named_workspace){into->text, into->length, number};
  return 0;
}

static int by_text(const void *a, const void *b) {
  const named_workspace *x = a, *y = b;
  size_t shorter = x->length < y->length ? x->length : y->length;
  int order = memcmp(x->text, y->text, shorter);
  return order ? order : (x->length > y->length) - (x->length < y->length);
}

void bpi_names_tell_workspaces_apart(name_cache *n) {
  if (n->failed || n->workspaces_told_apart) return;
  n->workspaces_told_apart = true;
  workspace_list list = {.n = n};
  int rc = bpi_read_labels_of(n->store, LABEL_WORKSPACE, collect_workspace, &list, n->error);
  if (rc) fail(n, rc);
  if (!n->failed && list.count > 1) qsort(list.item, list.count, sizeof *list.item, by_text);
  for (size_t i = 1; i < list.count && !n->failed; i++) {
    if (by_text(&list.item[i - 1], &list.item[i])) continue;
    n->name[list.item[i - 1].number].shared = n->name[list.item[i].number].shared = true;
  }
  bpi_free(list.item);
}

void bpi_ident_show(buf *out, ident key, int digits) {
  for (int i = 0; i < digits; i++) {
    uint64_t half = i < 16 ? key.hi : key.lo;
    bpi_buf_char(out, "0123456789abcdef"[half >> (60 - 4 * (i % 16)) & 15]);
  }
}

void bpi_name_show(buf *out, const label_name *shown) {
  if (!shown->text) {
    bpi_buf_char(out, '~');
    bpi_ident_show(out, shown->key, 6);
    return;
  }
  bpi_buf_add(out, shown->text, shown->length);
  if (!shown->shared) return;
  bpi_buf_char(out, '#');
  bpi_ident_show(out, shown->key, 4);
}
