/* api/ingest.c: the exported ingest calls. They share one frame: options, erased marks, progress,
 * stopping and the report; each supplies what is read. */
#include <string.h>

#include "api/audit.h"
#include "api/ingest.h"
#include "base/mem.h"
#include "base/time.h"
#include "store/read.h"

#define THREADS_MAX 64

/* -------------------------------------------------------------------------------- stopping */

int bpi_ingest_stop(ingest *in, int code, bp_error *why) {
  bpi_mutex_lock(in->lock);
  if (in->failed == BP_OK || (in->failed == BP_ERR_CANCELLED && code != BP_ERR_CANCELLED)) {
    bp_error *before = in->error;
    in->failed = code;
    in->error = why;
    why = before;
  }
  bpi_mutex_unlock(in->lock);
  bpi_error_free(why);
  return code;
}

int bpi_ingest_failed(ingest *in) {
  bpi_mutex_lock(in->lock);
  int code = in->failed;
  bpi_mutex_unlock(in->lock);
  return code;
}

int bpi_ingest_cancel(ingest *in) {
  bp_error *why = NULL;
  bpi_fail(&why, BP_ERR_CANCELLED, "cancelled; what is complete was stored");
  return bpi_ingest_stop(in, BP_ERR_CANCELLED, why);
}

bool bpi_ingest_asks(ingest *in, uint32_t phase) {
  if (in->asked_to_stop || in->options.progress == NULL) return in->asked_to_stop;
  bpi_mutex_lock(in->lock);
  uint64_t bytes = in->bytes_done < in->bytes_total ? in->bytes_done : in->bytes_total;
  bp_progress p = {sizeof p, phase, in->files_done, in->candidates, bytes, in->bytes_total};
  bpi_mutex_unlock(in->lock);
  in->asked_to_stop = in->options.progress(in->options.progress_user, &p) != 0;
  return in->asked_to_stop;
}

int bpi_ingest_tell(ingest *in, uint32_t phase) {
  if (atomic_load(&in->handle->cancelled)) return bpi_ingest_cancel(in);
  int code = bpi_ingest_failed(in);
  if (code != BP_OK) return code;
  return bpi_ingest_asks(in, phase) ? bpi_ingest_cancel(in) : bpi_ingest_failed(in);
}

/* ----------------------------------------------------------------------------------- the frame */

static int check_options(const bp_ingest_options *o, bp_error **error) {
  if (o->flags & ~(uint32_t)(BP_INGEST_RESTART | BP_INGEST_DRY_RUN))
    return bpi_fail(error, BP_ERR_INVALID, "unknown flags");
  if (o->reserved != 0) return bpi_fail(error, BP_ERR_INVALID, "the reserved member must be 0");
  if (o->threads > THREADS_MAX)
    return bpi_fail(error, BP_ERR_LIMIT, "at most %d threads", THREADS_MAX);
  return BP_OK;
}

int bpi_ingest_source(const source **out, const char *name, bp_error **error) {
  *out = NULL;
  if (name == NULL || (*out = bpi_source_by_name(name)) != NULL) return BP_OK;
  bpi_fail(error, BP_ERR_NOTFOUND, "unknown source");
  bpi_fail_detail(error, "name", name);
  return bpi_fail_detail(error, "hint", "bp_catalog \"sources\" lists them");
}

void bpi_ingest_keys(ingest *in) {
  const hash_key *key = bpi_store_key(in->handle->store);
  in->path_key = bpi_hash_domain(key, "path");
  in->tail_key = bpi_hash_domain(key, "tail");
}

static int load_erased(ingest *in, bp_error **error) {
  store *s = in->handle->store;
  int rc = bpi_read_begin(s, error);
  if (rc == BP_OK) rc = bpi_store_erasures(s, &in->erasures, error);
  if (rc == BP_OK) rc = bpi_store_erased(s, &in->erased, error);
  bpi_read_end(s);
  return rc;
}

static int begin(ingest *in, bp_store *s, const char *source_name, const bp_ingest_options *options,
                 bp_error **error) {
  int rc = bpi_ingest_source(&in->only, source_name, error);
  if (rc == BP_OK)
    rc = bpi_lend(&in->options, sizeof in->options, options, sizeof in->options, error);
  if (rc == BP_OK) rc = check_options(&in->options, error);
  if (rc != BP_OK) return rc;
  in->handle = s;
  in->lock = bpi_mutex_new();
  in->store_lock = bpi_mutex_new();
  if (in->lock == NULL || in->store_lock == NULL) return bpi_fail_nomem(error);
  rc = bpi_enter(s, in->function, NULL, error);
  if (rc != BP_OK) return rc;
  if (bpi_store_read_only(s->store)) {
    bpi_fail(error, BP_ERR_READONLY, "the handle is read-only");
    return bpi_leave(s, BP_ERR_READONLY);
  }
  in->now_us = bpi_handle_now(s);
  in->began_us = bpi_now();
  int64_t keep_labels = 0;
  rc = bpi_store_setting(s->store, "keep_labels", 1, &keep_labels, error);
  in->keep_labels = keep_labels != 0;
  bpi_ingest_keys(in);
  if (rc == BP_OK) rc = load_erased(in, error);
  return rc == BP_OK ? BP_OK : bpi_leave(s, rc);
}

/* docs/errors.md lists the log lines. */
static void log_report(const ingest *in) {
  const bp_ingest_report *r = &in->report;
  if (r->records_rejected > 0)
    bpi_handle_log(in->handle, BP_LOG_WARN, BP_ERR_FORMAT, (int64_t)r->records_rejected, 0);
  if (r->files_failed > 0)
    bpi_handle_log(in->handle, BP_LOG_WARN, BP_ERR_IO, (int64_t)r->files_failed, 0);
  bpi_handle_log(in->handle, BP_LOG_INFO, BP_OK, (int64_t)r->records_stored,
                 (int64_t)r->records_updated);
}

/* Completes the report and passes on the first error. */
static int end(ingest *in, int rc, bp_error **error) {
  if (rc != BP_OK && *error == NULL) {
    *error = in->error;
    in->error = NULL;
  }
  if (rc != BP_OK) bpi_fail(error, rc, "%s", bp_strerror(rc));
  bpi_error_free(in->error);
  in->report.records_stored = in->counts.stored;
  in->report.records_updated = in->counts.updated;
  in->report.records_duplicate = in->counts.duplicate;
  in->report.records_undated = in->counts.undated;
  log_report(in);
  return bpi_leave(in->handle, rc);
}

void bpi_ingest_free(ingest *in) {
  bpi_hash_wipe(&in->path_key, sizeof in->path_key);
  bpi_hash_wipe(&in->tail_key, sizeof in->tail_key);
  for (size_t i = 0; i < in->candidates; i++)
    bpi_free(in->candidate[i].path);
  bpi_free(in->candidate);
  bpi_erased_free(&in->erased);
  bpi_mutex_free(in->lock);
  bpi_mutex_free(in->store_lock);
}

typedef int (*ingest_body)(ingest *in, const void *what, bp_error **error);

/* The frame of all three calls. `what` NULL: the caller gave nothing to read. */
static int ingest_call(const char *function, bp_store *s, const char *source_name,
                       const bp_ingest_options *options, bp_ingest_report *report, bp_error **error,
                       ingest_body body, const void *what) {
  bp_error *unseen;
  error = bpi_error_begin(error, &unseen);
  ingest in = {.function = function, .report = BP_INGEST_REPORT_INIT};
  int rc = report == NULL ? BP_OK : bpi_lent_size(report, sizeof *report, error);
  if (rc != BP_OK) report = NULL;
  if (rc == BP_OK && what == NULL) rc = bpi_fail(error, BP_ERR_INVALID, "nothing to read");
  if (rc == BP_OK) rc = begin(&in, s, source_name, options, error);
  if (rc == BP_OK) rc = end(&in, body(&in, what, error), error);
  if (report != NULL) bpi_give(report, &in.report, sizeof in.report);
  bpi_ingest_free(&in);
  return bpi_error_end(rc, unseen);
}

static int bytes_body(ingest *in, const void *what, bp_error **error) {
  const lent_bytes *lent = what;
  const source *reader = in->only != NULL ? in->only
                                          : bpi_source_detect("", lent->data, lent->length);
  return reader == NULL ? bpi_source_unrecognised(error) : bpi_ingest_read_bytes(in, reader, lent);
}

/* Detects the source of an open file by its name and first bytes. */
static int detect(const source **out, file *f, const char *path, bp_error **error) {
  char *bytes = bpi_alloc(SOURCE_HEAD);
  if (bytes == NULL) return bpi_fail_nomem(error);
  int64_t got = bpi_file_read(f, 0, bytes, SOURCE_HEAD);
  if (got >= 0) *out = bpi_source_detect(path, bytes, (size_t)got);
  bpi_free_wiped(bytes, SOURCE_HEAD);
  if (*out != NULL) return BP_OK;
  if (got < 0)
    bpi_fail(error, BP_ERR_IO, "cannot read the file");
  else
    bpi_source_unrecognised(error);
  return bpi_fail_detail(error, "path", path);
}

/* Reads those candidates that need to be read. */
static int read_files(ingest *in, bp_error **error) {
  int rc = bpi_candidates_choose(in, error);
  return rc == BP_OK && in->candidates > 0 ? bpi_ingest_read_files(in) : rc;
}

static int file_body(ingest *in, const void *what, bp_error **error) {
  const char *path = what;
  file_stat stat;
  file *opened = NULL;
  const source *reader = in->only;
  if (bpi_store_locks(in->handle->store, path)) {
    bpi_fail(error, BP_ERR_INVALID, "the file is the store itself");
    return bpi_fail_detail(error, "path", path);
  }
  int rc = bpi_file_open(&opened, path, &stat, error);
  if (rc == BP_OK && reader == NULL) rc = detect(&reader, opened, path, error);
  bpi_file_close(opened);
  if (rc == BP_OK) rc = bpi_candidates_add(in, path, &stat, reader);
  return rc == BP_OK ? read_files(in, error) : rc;
}

static int scan_body(ingest *in, const void *what, bp_error **error) {
  int rc = bpi_candidates_walk(in, what, error);
  return rc == BP_OK ? read_files(in, error) : rc;
}

int bp_ingest_bytes(bp_store *s, const char *source_name, const char *origin, const void *data,
                    size_t length, const bp_ingest_options *options, bp_ingest_report *report,
                    bp_error **error) {
  lent_bytes lent = {origin, data == NULL ? "" : data, length};
  return ingest_call("bp_ingest_bytes", s, source_name, options, report, error, bytes_body,
                     data == NULL && length > 0 ? NULL : &lent);
}

int bp_ingest_file(bp_store *s, const char *source_name, const char *path,
                   const bp_ingest_options *options, bp_ingest_report *report, bp_error **error) {
  return ingest_call("bp_ingest_file", s, source_name, options, report, error, file_body, path);
}

int bp_ingest_scan(bp_store *s, const char *source_name, const char *root,
                   const bp_ingest_options *options, bp_ingest_report *report, bp_error **error) {
  return ingest_call("bp_ingest_scan", s, source_name, options, report, error, scan_body, root);
}
