/* sources/blueplane_db.c: the database of an earlier Blueplane. Its raw traces are rows with packed
 * lines of transcripts; each line is read by the rules of the transcript's own source, so that it
 * gets the same keys as the original. Knows the table and the wrapping; knows nothing about lines,
 * and leaves Cursor's traces to blueplane_db_cursor.c. */
#include <string.h>

#include "base/ident_set.h"
#include "base/inflate.h"
#include "base/mem.h"
#include "base/text.h"
#include "sources/claude_code_line.h"
#include "sources/object.h"
#include "store/foreign.h"

#define WINDOW ((size_t)64 << 10)
enum { COLUMN_SEQUENCE, COLUMN_DATA };

typedef struct traces {
  source_input *in;
  source_input row; /* the input as the transcript's reader sees it: one row at a time */
  inflater *unpack;
  scan scan;
  reader *lines;
  object_reader line; /* the transcript's reader */
  bool there;         /* the wrapping contained a line */
  int64_t passed;     /* unpacked bytes of the rows before */
  ident_set agents;   /* agents, each of which had a transcript of its own, */
  int64_t *warmup;    /* and the state its reader would have kept */
  size_t warmup_capacity;
} traces;

/* ------------------------------------------------------------------------------------ wrapping */

/* {"payload": {"entry_data": the line}} */
static int take_payload(traces *t, scan *s, int *reject) {
  static const char *const keys[] = {"entry_data", NULL};
  uint64_t met = 0;
  int refused = 0;
  if (!bpi_scan_enter_object(s)) return 0;
  while (bpi_object_member(s, keys, &met, reject) >= 0) {
    if (!bpi_scan_enter_object(s)) continue;
    refused = t->line.take(t->line.self, s);
    t->there = true;
  }
  return refused;
}

static int take(void *self, scan *s) {
  static const char *const keys[] = {"payload", NULL};
  traces *t = self;
  uint64_t met = 0;
  int reject = 0, refused = 0;
  t->there = false;
  while (bpi_object_member(s, keys, &met, &reject) >= 0)
    refused = take_payload(t, s, &reject);
  return refused != 0 ? refused : reject;
}

/* Rows of several transcripts are interleaved, so each line is read with the state of its own
 * transcript, which its agent identifies. */
static int tell_line(traces *t) {
  const frame *f = &t->lines->f;
  int64_t *memory = &t->row.memory[MEMORY_WARMUP];
  *memory = WARMUP_NO;
  if (f->agent_length == 0) return t->line.emit(t->line.self);
  ident agent = bpi_memo_ident(&t->lines->names, IDENT_ORIGIN, f->agent, f->agent_length);
  void *items = t->warmup;
  size_t before = t->agents.count;
  int64_t number =
      bpi_ident_set_put(&t->agents, agent, &items, &t->warmup_capacity, sizeof *t->warmup);
  t->warmup = items;
  if (number < 0) return BP_ERR_NOMEM;
  *memory = (size_t)number < before ? t->warmup[number] : WARMUP_UNDECIDED;
  int rc = t->line.emit(t->line.self);
  t->warmup[number] = *memory;
  return rc;
}

static int emit(void *self) {
  traces *t = self;
  return t->there ? tell_line(t) : BP_OK;
}

/* ---------------------------------------------------------------------------------------- rows */

/* Rejects a row that cannot be read. */
static void refuse(traces *t, int reason, int64_t row) {
  t->in->records++;
  t->in->sink->reject(t->in->sink->self, reason, (uint64_t)row, t->passed++);
}

/* Reads the packed content of a row through the scanner's window. */
static int read_packed(traces *t, int64_t row, const foreign_value *data) {
  object_reader wrapped = {.take = take, .emit = emit, .self = t};
  if (!bpi_is_deflated(data->bytes, data->length)) {
    refuse(t, REJECT_SHAPE, row);
    return BP_OK;
  }
  bpi_inflater_start(t->unpack, data->bytes, data->length);
  bpi_scan_reset(&t->scan, bpi_inflater_read, t->unpack, t->passed, (uint64_t)row);
  t->row.records = 0;
  int rc = bpi_read_objects(&t->row, &wrapped);
  t->in->records += t->row.records;
  t->passed = t->scan.base + (t->scan.end - t->scan.origin);
  bool waits = rc == BP_OK && bpi_scan_pending(&t->scan) > 0; /* incomplete for good */
  if (rc != BP_ERR_IO && !waits) return rc;
  refuse(t, waits ? REJECT_SYNTAX : REJECT_UNREADABLE, row);
  return BP_OK;
}

static int take_row(void *user, int64_t row, const foreign_value *values) {
  traces *t = user;
  int rc = BP_OK;
  if (values == NULL)
    refuse(t, REJECT_UNREADABLE, row);
  else if (values[COLUMN_DATA].type == FOREIGN_BLOB)
    rc = read_packed(t, row, &values[COLUMN_DATA]);
  else
    refuse(t, REJECT_FIELD, row);
  return rc == BP_OK && t->in->checkpoint != NULL ? t->in->checkpoint(t->in->user, t->in) : rc;
}

static int read_table(traces *t) {
  static const char *const columns[] = {"sequence", "event_data", NULL};
  foreign_query query = {.table = "claude_raw_traces", .columns = columns};
  int rc = bpi_foreign_each(t->in->database, &query, take_row, t);
  return rc == BP_ERR_NOTFOUND ? BP_OK : rc; /* the database of another version */
}

static int read_transcripts(source_input *in) {
  traces *t = bpi_alloc_zero(1, sizeof *t);
  if (t == NULL) return BP_ERR_NOMEM;
  t->in = in;
  t->row = *in;
  t->row.scan = &t->scan;
  t->row.path = "";
  t->row.checkpoint = NULL;
  t->unpack = bpi_inflater_new();
  int rc = t->unpack == NULL ? BP_ERR_NOMEM
                             : bpi_scan_init(&t->scan, bpi_inflater_read, t->unpack, WINDOW, 0, 1);
  if (rc == BP_OK) rc = bpi_cc_open(&t->lines, &t->row, &t->line);
  if (rc == BP_OK) rc = read_table(t);
  bpi_cc_close(t->lines);
  bpi_scan_free(&t->scan);
  bpi_inflater_free(t->unpack);
  bpi_ident_set_free(&t->agents);
  bpi_free(t->warmup);
  bpi_free(t);
  return rc;
}

/* --------------------------------------------------------------------------------- the source */

/* Traces of Cursor are in tables of their own. They are read even if the first table is damaged. */
static int read_traces(source_input *in) {
  const source *other = &bpi_source_blueplane_db_cursor;
  int rc = read_transcripts(in);
  if (rc != BP_OK && rc != BP_ERR_CORRUPT) return rc;
  if (in->told_by != NULL) in->told_by(in->user, other);
  int more = other->read(in);
  return rc != BP_OK ? rc : more;
}

static bool is_database(const char *path) {
  return strcmp(bpi_base_name(path), "telemetry.db") == 0;
}

/* The schema is in the first pages. */
static bool recognise(const char *bytes, size_t length) {
  return bpi_starts_with(bytes, length, "SQLite format 3") &&
         (bpi_contains(bytes, length, "claude_raw_traces") ||
          bpi_contains(bytes, length, "cursor_raw_traces"));
}

static const field_rule rules[] = {
    {"claude_raw_traces.sequence", FIELD_KEPT, "position of a rejected row"},
    {"claude_raw_traces.event_data", FIELD_COMPARED,
     "a line of a transcript: read like Claude Code transcripts, field by field"},
    {NULL, FIELD_KEPT, NULL},
};

const source bpi_source_blueplane_db = {
    .name = "blueplane_db",
    .title = "Database of an earlier Blueplane",
    .platform = "claude_code",
    .covers = CC_COVERS,
    .is_ours = is_database,
    .recognise = recognise,
    .read = read_traces,
    .rules = rules,
    .database = true,
    .beside = bpi_foreign_stat,
};
