/* api/pending.c: bp_ingest_pending: how much data no ingest has read yet, by source. Does not open
 * the files. */
#include "api/audit.h"
#include "api/ingest.h"
#include "api/inspection.h"

typedef struct backlog {
  int64_t files, pending, bytes, oldest_us;
} backlog;

static void count_candidate(backlog *b, const candidate *c) {
  int64_t changed_us = c->stat.modified_ns / 1000;
  if (b->pending == 0 || changed_us < b->oldest_us) b->oldest_us = changed_us;
  b->pending++;
  b->bytes += c->stat.size - c->read;
}

/* One row per source that has files. Unreadable files are not included: ingest counts them as
 * rejects. */
static int add_backlog_rows(bp_result *t, const ingest *in, const size_t *files) {
  COLUMNS(t, {BP_TYPE_TEXT, "source", NULL}, {BP_TYPE_INT, "files", "count"},
          {BP_TYPE_INT, "pending_files", "count"}, {BP_TYPE_INT, "pending_bytes", "bytes"},
          {BP_TYPE_INT, "pending_age", "us"});
  for (size_t k = 0; k < bpi_source_count(); k++) {
    backlog b = {0};
    for (size_t i = 0; i < in->candidates; i++)
      if (in->candidate[i].source == bpi_source_at(k) && !in->candidate[i].unreadable)
        count_candidate(&b, &in->candidate[i]);
    if (files[k] == 0) continue;
    int64_t age = in->now_us - b.oldest_us;
    bpi_table_add_row(t);
    set_text(t, 0, bpi_source_at(k)->name);
    bpi_table_set_int(t, 1, (int64_t)files[k]);
    bpi_table_set_int(t, 2, b.pending);
    bpi_table_set_int(t, 3, b.bytes);
    if (b.pending > 0) bpi_table_set_int(t, 4, age < 0 ? 0 : age);
  }
  return BP_OK;
}

static int list_backlog(bp_result **out, ingest *in, const char *root, bp_error **error) {
  size_t files[64] = {0}; /* per source */
  bpi_ingest_keys(in);
  int rc = bpi_candidates_walk(in, root, error);
  for (size_t i = 0; i < in->candidates; i++)
    if (in->candidate[i].source != NULL && !in->candidate[i].unreadable)
      files[bpi_source_number(in->candidate[i].source)]++;
  if (rc == BP_OK) rc = bpi_candidates_choose(in, error);
  bp_result *t = rc == BP_OK ? bpi_table_new() : NULL;
  if (rc != BP_OK) return rc;
  if (t == NULL) return bpi_fail_nomem(error);
  add_backlog_rows(t, in, files);
  return bpi_table_finish(out, t, error);
}

int bp_ingest_pending(bp_result **out, bp_store *s, const char *source_name, const char *root,
                      bp_error **error) {
  bp_error *unseen;
  error = bpi_error_begin(error, &unseen);
  if (out != NULL) *out = NULL;
  ingest in = {.function = "bp_ingest_pending", .handle = s, .report = BP_INGEST_REPORT_INIT};
  int rc = out == NULL || root == NULL ? bpi_fail(error, BP_ERR_INVALID, "nothing to look at")
                                       : bpi_ingest_source(&in.only, source_name, error);
  if (rc == BP_OK && (in.lock = bpi_mutex_new()) == NULL) rc = bpi_fail_nomem(error);
  if (rc == BP_OK) rc = bpi_enter(s, in.function, NULL, error);
  if (rc == BP_OK) {
    in.now_us = bpi_handle_now(s);
    bpi_note(s, in.function, source_name == NULL ? "" : source_name, INT64_MIN, INT64_MAX);
    rc =
        bpi_store_keyless(s->store)
            ? bpi_fail(error, BP_ERR_NOTFOUND, "without its key file the store recognises no files")
            : list_backlog(out, &in, root, error);
    rc = bpi_leave(s, rc);
  }
  bpi_ingest_free(&in);
  return bpi_error_end(rc, unseen);
}
