/* sources/blueplane_db_cursor.c: what an earlier Blueplane stored about Cursor in the same
 * database: values of the editor's databases as they were when they changed, each packed, with the
 * key it had there. They are read by the rules of those databases, so that they get the same keys
 * as the originals. Knows the table and the packing; knows no values. */
#include <string.h>

#include "base/hash.h"
#include "base/inflate.h"
#include "base/mem.h"
#include "sources/cursor_rows.h"
#include "store/foreign.h"

typedef struct traces {
  source_input *in;
  cursor_reading rows;
  inflater *unpack;
  buf value;        /* of one row; wiped after it */
  ident_set places; /* storages whose folder is known, */
  uint32_t *folder; /* and the folder's label */
  size_t folder_capacity;
} traces;

static const id_text no_machine = {0};

/* -------------------------------------------------------------------------------------- folders */

enum { SESSION_STORAGE, SESSION_FOLDER };
static const char *const session_columns[] = {"workspace_hash", "workspace_path", NULL};

static ident place_of(traces *t, const foreign_value *storage) {
  size_t length = storage->type == FOREIGN_TEXT ? storage->length : 0;
  return bpi_cursor_place(&t->rows.tell, storage->bytes, length, &no_machine);
}

/* A window of the editor says which folder was open in it. */
static int learn_folder(void *user, int64_t row, const foreign_value *v) {
  traces *t = user;
  name_text folder;
  (void)row;
  if (v == NULL || v[SESSION_FOLDER].type != FOREIGN_TEXT) return BP_OK;
  if (v[SESSION_FOLDER].length > sizeof folder.at) {
    bpi_cursor_drop(&t->rows.tell, 1);
    return BP_OK;
  }
  folder.length = v[SESSION_FOLDER].length;
  memcpy(folder.at, v[SESSION_FOLDER].bytes, folder.length);
  void *items = t->folder;
  int64_t number = bpi_ident_set_put(&t->places, place_of(t, &v[SESSION_STORAGE]), &items,
                                     &t->folder_capacity, sizeof *t->folder);
  t->folder = items;
  if (number < 0) return BP_ERR_NOMEM;
  t->folder[number] = bpi_cursor_workspace(&t->rows.tell, &folder);
  return BP_OK;
}

static void enter_place(traces *t, const foreign_value *storage) {
  ident place = place_of(t, storage);
  int64_t number = bpi_ident_set_find(&t->places, place);
  bpi_cursor_enter_place(&t->rows.tell, place, number < 0 ? 0 : t->folder[number]);
}

/* --------------------------------------------------------------------------------------- values */

enum { TRACE_SEQUENCE, TRACE_EVENT, TRACE_KEY, TRACE_STORAGE, TRACE_DATA };
static const char *const trace_columns[] = {"sequence",       "event_type", "item_key",
                                            "workspace_hash", "event_data", NULL};

/* The rows that are read. Bubbles of a composer in a list also have rows under the list's key, but
 * those are already part of the composer. */
static const struct {
  const char *event, *key;
  cursor_family family;
} kept[] = {
    {"generation", "aiService.generations", CURSOR_GENERATION},
    {"composer", "composer.composerData", CURSOR_HEAD},
    {"composer", "composerData:", CURSOR_COMPOSER},
    {"bubble", "bubbleId:", CURSOR_BUBBLE},
};

typedef struct kept_walk {
  traces *t;
  size_t kept;
} kept_walk;

/* 0, a REJECT_ reason, or BP_ERR_NOMEM. */
static int unpack(traces *t, const foreign_value *data) {
  char piece[4096];
  int64_t got;
  t->value.length = 0;
  if (data->type != FOREIGN_BLOB) return REJECT_FIELD;
  if (!bpi_is_deflated(data->bytes, data->length)) return REJECT_SHAPE;
  bpi_inflater_start(t->unpack, data->bytes, data->length);
  while ((got = bpi_inflater_read(t->unpack, piece, sizeof piece)) > 0 && !t->value.failed)
    bpi_buf_add(&t->value, piece, (size_t)got);
  bpi_hash_wipe(piece, sizeof piece);
  if (t->value.failed == BP_ERR_NOMEM) return BP_ERR_NOMEM;
  return got != 0 || t->value.failed ? REJECT_UNREADABLE : 0;
}

static void wipe(buf *value) {
  if (value->data != NULL) bpi_hash_wipe(value->data, value->length);
  value->length = 0;
  value->failed = 0;
}

static int read_value(traces *t, cursor_family family, const foreign_value *v) {
  int reason = v == NULL ? REJECT_UNREADABLE : unpack(t, &v[TRACE_DATA]);
  const foreign_value *key = v == NULL ? NULL : &v[TRACE_KEY];
  if (reason == 0) {
    const cursor_row row = {.key = key->bytes,
                            .value = t->value.data == NULL ? "" : t->value.data,
                            .key_length = key->length,
                            .length = t->value.length};
    enter_place(t, &v[TRACE_STORAGE]);
    reason = bpi_cursor_read_row(&t->rows, family, &row);
  }
  wipe(&t->value);
  return reason;
}

static bool is_event(const foreign_value *v, const char *event) {
  return v->type == FOREIGN_TEXT && v->length == strlen(event) &&
         memcmp(v->bytes, event, v->length) == 0;
}

static int take_row(void *user, int64_t row, const foreign_value *v) {
  const kept_walk *w = user;
  traces *t = w->t;
  if (v != NULL && !is_event(&v[TRACE_EVENT], kept[w->kept].event)) return BP_OK;
  bpi_cursor_enter_row(&t->rows.tell, t->in, row);
  int reason = read_value(t, kept[w->kept].family, v);
  if (reason < 0) return reason;
  if (reason > 0) bpi_cursor_reject(&t->rows.tell, reason);
  if (t->rows.tell.failed != BP_OK) return t->rows.tell.failed;
  return t->in->checkpoint == NULL ? BP_OK : t->in->checkpoint(t->in->user, t->in);
}

/* ----------------------------------------------------------------------------------- the source */

/* A missing table means another version of the database. */
static int each(traces *t, const foreign_query *query, foreign_row_fn take, void *user) {
  int rc = bpi_foreign_each(t->in->database, query, take, user);
  return rc == BP_ERR_NOTFOUND ? BP_OK : rc;
}

static int read_tables(traces *t) {
  const foreign_query sessions = {.table = "cursor_sessions", .columns = session_columns};
  int rc = each(t, &sessions, learn_folder, t);
  for (size_t i = 0; i < sizeof kept / sizeof *kept && rc == BP_OK; i++) {
    const foreign_query query = {"cursor_raw_traces", trace_columns, "item_key", kept[i].key};
    kept_walk w = {t, i};
    rc = each(t, &query, take_row, &w);
  }
  if (rc == BP_OK || rc == BP_ERR_CORRUPT || rc == BP_ERR_BUSY) bpi_cursor_end(&t->rows.tell);
  return t->rows.tell.failed != BP_OK ? t->rows.tell.failed : rc;
}

static int read_traces(source_input *in) {
  traces *t = bpi_alloc_zero(1, sizeof *t);
  if (t == NULL) return BP_ERR_NOMEM;
  t->in = in;
  bpi_cursor_open(&t->rows, in->sink, FOREIGN_VALUE_MAX);
  t->rows.tell.kept = true;
  bpi_buf_init(&t->value, FOREIGN_VALUE_MAX);
  t->unpack = bpi_inflater_new();
  int rc = t->unpack == NULL ? BP_ERR_NOMEM : read_tables(t);
  bpi_inflater_free(t->unpack);
  bpi_buf_free(&t->value);
  bpi_cursor_close(&t->rows);
  bpi_ident_set_free(&t->places);
  bpi_free(t->folder);
  bpi_free(t);
  return rc;
}

/* Never chosen for a file: blueplane_db.c calls it for its own. */
static bool is_ours(const char *path) {
  (void)path;
  return false;
}

static bool recognise(const char *bytes, size_t length) {
  (void)bytes;
  (void)length;
  return false;
}

static const field_rule rules[] = {
    {"cursor_sessions.workspace_hash", FIELD_HASHED, "keyed hash: storage of the same workspace"},
    {"cursor_sessions.workspace_path", FIELD_LABEL, "project: last component of the folder"},
    {"cursor_raw_traces.sequence", FIELD_KEPT, "position of a rejected row"},
    {"cursor_raw_traces.event_type", FIELD_COMPARED, "which kind of value it is"},
    {"cursor_raw_traces.item_key", FIELD_COMPARED, "which kind of value it is"},
    {"cursor_raw_traces.workspace_hash", FIELD_HASHED, "keyed hash: storage of the same workspace"},
    {"cursor_raw_traces.event_data", FIELD_COMPARED,
     "a value of Cursor: read like Cursor's databases, field by field"},
    {NULL, FIELD_KEPT, NULL},
};

const source bpi_source_blueplane_db_cursor = {
    .name = "blueplane_db_cursor",
    .title = "Cursor in the database of an earlier Blueplane",
    .platform = "cursor",
    .covers = CURSOR_COVERS,
    .is_ours = is_ours,
    .recognise = recognise,
    .read = read_traces,
    .rules = rules,
    .database = true,
};
