/* sources/opencode_db.c: the database of opencode: a row per session, message and part; in version
 * 2 sessions and messages in tables of their own, next to those of version 1, whose rows it copied.
 * Knows the tables, and which session started which; opencode.h knows the content of messages and
 * parts. */
#include <string.h>

#include "base/ident_set.h"
#include "base/mem.h"
#include "base/text.h"
#include "sources/opencode.h"
#include "store/foreign.h"

typedef struct db_session {
  ident parent; /* absent: started by a person */
  int64_t born;
} db_session;

/* A prompt, whose parts are separate rows. */
typedef struct db_prompt {
  record row;
  prompt_facts facts;
} db_prompt;

typedef struct database {
  source_input *in;
  opencode o;
  ident_set sessions, prompts; /* prompts: by message */
  ident_set told;              /* messages already reported from version 1 */
  db_session *session;
  size_t session_capacity;
  db_prompt *prompt;
  size_t prompt_capacity;
} database;

/* ---------------------------------------------------------------------------------------- rows */

/* Rows are numbered per table, so the position is the index among all rows read. */
static void refuse(database *d, int reason, int64_t row) {
  d->in->sink->reject(d->in->sink->self, reason, (uint64_t)row, (int64_t)d->in->records);
}

static bool is_id(const foreign_value *v) {
  return v->type == FOREIGN_TEXT && v->length > 0 && v->length <= IDENT_RAW_MAX;
}

static ident ident_of(database *d, ident_kind kind, const foreign_value *v) {
  return bpi_memo_ident(&d->o.rows.names, kind, v->bytes, v->length);
}

/* Copies a text; one that does not fit is left out and counted. */
static void copy_text(const foreign_value *from, char *into, size_t capacity, size_t *length,
                      unsigned *dropped) {
  bool text = from->type == FOREIGN_TEXT, fits = from->length <= capacity;
  *length = text && fits ? from->length : 0;
  if (*length > 0) memcpy(into, from->bytes, *length);
  if (text && !fits) ++*dropped;
}
#define COPY_TEXT(text, from, dropped)                                                             \
  copy_text(from, (text)->at, sizeof(text)->at, &(text)->length, dropped)

/* Reads the object in a value. Returns a REJECT_ reason, 0 or BP_ERR_. */
static int read_object(database *d, const foreign_value *data, int (*read)(void *self, scan *s)) {
  scan s;
  if (data->type != FOREIGN_TEXT && data->type != FOREIGN_BLOB) return REJECT_FIELD;
  bpi_scan_init_memory(&s, data->bytes, data->length);
  s.document = true;
  int reject = bpi_scan_value(&s) == SCAN_OBJECT ? read(&d->o, &s) : REJECT_SHAPE;
  if (reject >= 0 && bpi_scan_failed(&s)) reject = bpi_object_reason(&s);
  bpi_scan_free(&s);
  return reject;
}

/* Ends a row: reports its rejection, and calls the checkpoint. */
static int end_row(database *d, int64_t row, int result) {
  d->in->records++;
  if (result > 0) refuse(d, result, row);
  if (result < 0) return result;
  return d->in->checkpoint == NULL ? BP_OK : d->in->checkpoint(d->in->user, d->in);
}

/* ------------------------------------------------------------------------------------ sessions */

enum { S_ID, S_PARENT, S_DIRECTORY, S_VERSION, S_CREATED };
static const char *const session_columns[] = {"id",      "parent_id",    "directory",
                                              "version", "time_created", NULL};

static int64_t created_us(const foreign_value *created) {
  bool dated = created->type == FOREIGN_INTEGER && created->integer >= 0 &&
               created->integer < INT64_MAX / 1000;
  return dated ? created->integer * 1000 : BPI_TIME_NONE;
}

static int learn_session(void *user, int64_t row, const foreign_value *v) {
  database *d = user;
  (void)row;
  if (v == NULL || !is_id(&v[S_ID])) return BP_OK; /* rejected later in tell_session */
  ident id = ident_of(d, IDENT_SESSION, &v[S_ID]);
  if (bpi_ident_set_find(&d->sessions, id) >= 0) return BP_OK;
  void *items = d->session;
  int64_t number =
      bpi_ident_set_put(&d->sessions, id, &items, &d->session_capacity, sizeof *d->session);
  d->session = items;
  if (number < 0) return BP_ERR_NOMEM;
  d->session[number].parent = is_id(&v[S_PARENT]) ? ident_of(d, IDENT_SESSION, &v[S_PARENT])
                                                  : (ident){0, 0};
  d->session[number].born = created_us(&v[S_CREATED]);
  return BP_OK;
}

/* The topmost session; if a parent is missing, that parent. */
static ident root_of(const database *d, ident id) {
  for (int i = 0; i < OPENCODE_GENERATIONS; i++) {
    int64_t number = bpi_ident_set_find(&d->sessions, id);
    if (number < 0 || bpi_ident_absent(d->session[number].parent)) break;
    id = d->session[number].parent;
  }
  return id;
}

/* Sets the session of the following rows. */
static void enter(database *d, const foreign_value *session) {
  rows *r = &d->o.rows;
  bpi_rows_session(r, session->bytes, session->length);
  int64_t number = bpi_ident_set_find(&d->sessions, r->session);
  bool child = number >= 0 && !bpi_ident_absent(d->session[number].parent);
  d->o.born = number >= 0 ? d->session[number].born : BPI_TIME_NONE;
  r->session = root_of(d, r->scope);
  r->flags = child ? RECORD_SUBAGENT | RECORD_SIDECHAIN : 0;
}

static int tell_session(void *user, int64_t row, const foreign_value *v) {
  database *d = user;
  opencode_session *is = &d->o.session;
  if (v == NULL || !is_id(&v[S_ID]))
    return end_row(d, row, v == NULL ? REJECT_UNREADABLE : REJECT_FIELD);
  is->dropped = 0;
  COPY_TEXT(&is->id, &v[S_ID], &is->dropped);
  COPY_TEXT(&is->parent, &v[S_PARENT], &is->dropped);
  COPY_TEXT(&is->directory, &v[S_DIRECTORY], &is->dropped);
  COPY_TEXT(&is->version, &v[S_VERSION], &is->dropped);
  is->time = created_us(&v[S_CREATED]);
  d->o.root = root_of(d, ident_of(d, IDENT_SESSION, &v[S_ID]));
  return end_row(d, row, bpi_opencode_put_session(&d->o));
}

/* ------------------------------------------------------------------------------------ messages */

enum { M_ID, M_SESSION, M_DATA };
static const char *const message_columns[] = {"id", "session_id", "data", NULL};

/* Reported at the end, together with the text of its parts. */
static int keep_prompt(database *d, const foreign_value *id) {
  const opencode *o = &d->o;
  ident own = ident_of(d, IDENT_PROMPT, id);
  bool passed = (o->rows.flags & RECORD_SUBAGENT) || bpi_opencode_is_copy(o, o->message.time);
  if (passed || bpi_ident_set_find(&d->prompts, own) >= 0) return BP_OK;
  void *items = d->prompt;
  int64_t number =
      bpi_ident_set_put(&d->prompts, own, &items, &d->prompt_capacity, sizeof *d->prompt);
  d->prompt = items;
  if (number < 0) return BP_ERR_NOMEM;
  record row = bpi_row(&o->rows, RECORD_PROMPT);
  row.key = bpi_row_key(&d->o.rows, IDENT_PROMPT, &o->message.id, 0);
  d->prompt[number] = (db_prompt){row, {false, 0, 0}};
  return BP_OK;
}

/* Version 2 contains a copy of it with less information. */
static int remember_old_message(database *d, const foreign_value *id) {
  void *none = NULL; /* no data per message */
  size_t capacity = SIZE_MAX;
  ident own = ident_of(d, IDENT_PROMPT, id);
  return bpi_ident_set_put(&d->told, own, &none, &capacity, 0) < 0 ? BP_ERR_NOMEM : BP_OK;
}

static int tell_message(void *user, int64_t row, const foreign_value *v) {
  database *d = user;
  opencode *o = &d->o;
  if (v == NULL) return end_row(d, row, REJECT_UNREADABLE);
  if (!is_id(&v[M_ID]) || !is_id(&v[M_SESSION])) return end_row(d, row, REJECT_FIELD);
  enter(d, &v[M_SESSION]);
  int result = read_object(d, &v[M_DATA], bpi_opencode_take_info);
  if (result != 0) return end_row(d, row, result);
  /* the column takes precedence over the object */
  COPY_TEXT(&o->message.id, &v[M_ID], &o->message.dropped);
  o->rows.time = o->message.time;
  bpi_row_dropped(&o->rows, o->message.dropped);
  int rc = remember_old_message(d, &v[M_ID]);
  if (rc == BP_OK)
    rc = o->message.role == ROLE_USER ? keep_prompt(d, &v[M_ID]) : bpi_opencode_put_answer(o);
  return end_row(d, row, rc);
}

/* --------------------------------------------------------------------------------------- parts */

enum { P_ID, P_MESSAGE, P_SESSION, P_DATA };
static const char *const part_columns[] = {"id", "message_id", "session_id", "data", NULL};

static int tell_part(void *user, int64_t row, const foreign_value *v) {
  database *d = user;
  opencode *o = &d->o;
  if (v == NULL) return end_row(d, row, REJECT_UNREADABLE);
  if (!is_id(&v[P_MESSAGE]) || !is_id(&v[P_SESSION])) return end_row(d, row, REJECT_FIELD);
  enter(d, &v[P_SESSION]);
  int result = read_object(d, &v[P_DATA], bpi_opencode_take_part);
  if (result != 0) return end_row(d, row, result);
  bpi_row_dropped(&o->rows, o->part.dropped);
  if (o->part.type == PART_TOOL) return end_row(d, row, bpi_opencode_put_call(o));
  int64_t number = bpi_ident_set_find(&d->prompts, ident_of(d, IDENT_PROMPT, &v[P_MESSAGE]));
  if (number >= 0) bpi_opencode_add_text(&d->prompt[number].facts, &o->part);
  return end_row(d, row, BP_OK);
}

static int tell_prompts(database *d) {
  int rc = BP_OK;
  for (size_t i = 0; i < d->prompts.count && rc == BP_OK; i++) {
    db_prompt *p = &d->prompt[i];
    /* nothing in it was written by a person */
    if (!p->facts.there && p->facts.features == 0) continue;
    p->row.u.prompt = (prompt_record){p->facts.characters, p->facts.features, MODE_UNKNOWN};
    rc = bpi_row_put(&d->o.rows, &p->row);
  }
  return rc;
}

/* ----------------------------------------------------------------------- messages of version 2 */

enum { N_ID, N_SESSION, N_TYPE, N_DATA };
static const char *const step_columns[] = {"id", "session_id", "type", "data", NULL};

/* Returns a REJECT_ reason, 0 or BP_ERR_. */
static int tell_type(database *d, const foreign_value *v, bool asked) {
  opencode *o = &d->o;
  enter(d, &v[N_SESSION]);
  int result = read_object(d, &v[N_DATA], bpi_opencode_take_step);
  if (result != 0) return result;
  COPY_TEXT(&o->message.id, &v[N_ID], &o->message.dropped);
  o->message.role = asked ? ROLE_USER : ROLE_ASSISTANT;
  result = bpi_opencode_put_message(o);
  if (result != BP_OK || asked) return result;
  return read_object(d, &v[N_DATA], bpi_opencode_put_calls);
}

static int tell_step(void *user, int64_t row, const foreign_value *v) {
  static const char *const types[] = {"user", "assistant", "compaction", NULL};
  database *d = user;
  if (v == NULL) return end_row(d, row, REJECT_UNREADABLE);
  if (!is_id(&v[N_ID]) || !is_id(&v[N_SESSION]) || v[N_TYPE].type != FOREIGN_TEXT)
    return end_row(d, row, REJECT_FIELD);
  int type = bpi_list_index(types, v[N_TYPE].bytes, v[N_TYPE].length);
  bool told = bpi_ident_set_find(&d->told, ident_of(d, IDENT_PROMPT, &v[N_ID])) >= 0;
  return end_row(d, row, type < 0 || told ? BP_OK : tell_type(d, v, type == 0));
}

/* --------------------------------------------------------------------------------- the source */

/* A missing table belongs to another version. */
static int each(database *d, const char *table, const char *const *columns, foreign_row_fn take) {
  foreign_query query = {.table = table, .columns = columns};
  int rc = bpi_foreign_each(d->in->database, &query, take, d);
  return rc == BP_ERR_NOTFOUND ? BP_OK : rc;
}

/* Sessions come before their messages, and version 1 before its copy. */
static int read_tables(database *d) {
  static const struct {
    const char *table;
    const char *const *columns;
    foreign_row_fn take;
  } tables[] = {
      {"session", session_columns, learn_session}, {"session_v2", session_columns, learn_session},
      {"session", session_columns, tell_session},  {"session_v2", session_columns, tell_session},
      {"message", message_columns, tell_message},  {"part", part_columns, tell_part},
  };
  int rc = BP_OK;
  for (size_t i = 0; i < sizeof tables / sizeof *tables && rc == BP_OK; i++)
    rc = each(d, tables[i].table, tables[i].columns, tables[i].take);
  /* clients of version 1 may have stored messages there experimentally */
  if (rc == BP_OK && bpi_foreign_has(d->in->database, "session_v2", NULL))
    rc = each(d, "session_message", step_columns, tell_step);
  return rc;
}

/* A damaged file is read as far as possible. */
static int read_database(source_input *in) {
  database *d = bpi_alloc_zero(1, sizeof *d);
  if (d == NULL) return BP_ERR_NOMEM;
  d->in = in;
  bpi_rows_start(&d->o.rows, in, TIER_RECORD);
  int rc = read_tables(d);
  if (rc == BP_OK || rc == BP_ERR_CORRUPT || rc == BP_ERR_BUSY) {
    int told = tell_prompts(d);
    if (told != BP_OK) rc = told;
  }
  bpi_content_input_free(&d->o.part.input);
  bpi_ident_set_free(&d->sessions);
  bpi_ident_set_free(&d->prompts);
  bpi_ident_set_free(&d->told);
  bpi_free(d->session);
  bpi_free(d->prompt);
  bpi_free(d);
  return rc;
}

/* Channels of the client have databases of their own: opencode-<channel>.db. */
static bool is_database(const char *path) {
  const char *base = bpi_base_name(path);
  return strcmp(base, "opencode.db") == 0 ||
         (bpi_starts_with(base, strlen(base), "opencode-") && bpi_ends_with(base, ".db"));
}

/* The schema is in the first pages. */
static bool recognise(const char *bytes, size_t length) {
  return bpi_starts_with(bytes, length, "SQLite format 3") &&
         (bpi_contains(bytes, length, "message_id") ||
          bpi_contains(bytes, length, "session_message")) &&
         bpi_contains(bytes, length, "directory") && bpi_contains(bytes, length, "parent_id");
}

static const field_rule rules[] = {
    {"session.id", FIELD_HASHED, "keyed hash: same session"},
    {"session.parent_id", FIELD_HASHED, "keyed hash: session of a subagent"},
    {"session.directory", FIELD_LABEL, "project: last component of the folder"},
    {"session.version", FIELD_LABEL, "version of the client"},
    {"session.time_created", FIELD_KEPT, "when the session began"},
    {"message.id", FIELD_HASHED, "keyed hash: same message"},
    {"message.session_id", FIELD_HASHED, "keyed hash: same session"},
    {"message.data", FIELD_COMPARED, "a message: read like opencode exports, field by field"},
    {"part.message_id", FIELD_HASHED, "keyed hash: same message"},
    {"part.session_id", FIELD_HASHED, "keyed hash: same session"},
    {"part.data", FIELD_COMPARED, "a part: read like opencode exports, field by field"},
    {"session_v2.id", FIELD_HASHED, "keyed hash: same session"},
    {"session_v2.parent_id", FIELD_HASHED, "keyed hash: session of a subagent"},
    {"session_v2.directory", FIELD_LABEL, "project: last component of the folder"},
    {"session_v2.version", FIELD_LABEL, "version of the client"},
    {"session_v2.time_created", FIELD_KEPT, "when the session began"},
    {"session_message.id", FIELD_HASHED, "keyed hash: same message"},
    {"session_message.session_id", FIELD_HASHED, "keyed hash: same session"},
    {"session_message.type", FIELD_COMPARED, "who wrote the message"},
    {"session_message.data", FIELD_COMPARED,
     "a message and its parts: read like opencode exports, field by field"},
    {NULL, FIELD_KEPT, NULL},
};

const source bpi_source_opencode_db = {
    .name = "opencode_db",
    .title = "opencode's database",
    .platform = "opencode",
    .covers = OPENCODE_COVERS,
    .is_ours = is_database,
    .recognise = recognise,
    .read = read_database,
    .rules = rules,
    .database = true,
    .beside = bpi_foreign_stat,
};
