/* api/ingest_read.c: passes each input through the scanner, its source and the privacy gate into a
 * batch, and batches into the store. Every thread has its own batch; only one at a time writes to
 * the store. candidates.c decides which files are read. */
#include <string.h>

#include "api/ingest.h"
#include "base/mem.h"
#include "base/scan.h"
#include "base/time.h"
#include "store/foreign.h"

#define WINDOW ((size_t)256 << 10)
#define BATCH_BYTES ((size_t)16 << 20) /* memory for the batches of all workers together */
#define TAIL_BYTES 256

/* A reading thread; the first worker is the caller's thread. */
struct worker {
  ingest *in;
  batch *batch;
  gate *gate;
  scan scan;
  bool calls_progress;
  file *file;
  foreign *database; /* used instead of `file` for sources that are databases */
  int64_t offset;    /* of the next read */
  size_t seen;       /* so many bytes in front of `offset` were read last, */
  int64_t seen_mark; /* and this is their keyed hash */
  int64_t weighed;   /* offset at which the size of the batch was last checked */
  file_state state;  /* of the current file */
  int64_t records;   /* records of it that were read in earlier calls */
  uint64_t bytes_reported;
  atomic_size_t held; /* size of its batch, for other workers to read */
  thread *thread;
};

/* The caller's thread reports progress; the others only check whether to stop. */
static int progress(worker *w) {
  if (w->calls_progress) return bpi_ingest_tell(w->in, 1);
  return atomic_load(&w->in->handle->cancelled) ? bpi_ingest_cancel(w->in)
                                                : bpi_ingest_failed(w->in);
}

/* ---------------------------------------------------------------------------------- applying */

/* Called while waiting for another process that holds the store: ends the wait if asked to stop. */
static void while_waiting(void *user) {
  const worker *w = user;
  ingest *in = w->in;
  if (w->calls_progress ? bpi_ingest_asks(in, 2) : bpi_ingest_failed(in) != BP_OK)
    bpi_store_interrupt(in->handle->store);
}

/* Stores the batch. store_lock is held on entry and released. */
static int apply_locked(worker *w) {
  ingest *in = w->in;
  store *s = in->handle->store;
  bp_error *why = NULL;
  bpi_batch_took(w->batch, bpi_now() - in->began_us);
  bpi_store_while_waiting(s, while_waiting, w);
  int rc = bpi_store_apply(s, w->batch, in->now_us, !(in->options.flags & BP_INGEST_DRY_RUN),
                           &in->counts, &why);
  bpi_store_while_waiting(s, NULL, NULL);
  atomic_store_explicit(&w->held, 0, memory_order_relaxed);
  bpi_mutex_unlock(in->store_lock);
  return rc == BP_OK ? BP_OK : bpi_ingest_stop(in, rc, why);
}

static int apply(worker *w) {
  if (bpi_batch_empty(w->batch)) return BP_OK;
  bpi_mutex_lock(w->in->store_lock);
  return apply_locked(w);
}

static size_t held_by_all(const ingest *in) {
  size_t held = 0;
  for (size_t i = 0; i < in->worker_count; i++)
    held += atomic_load_explicit(&in->workers[i].held, memory_order_relaxed);
  return held;
}

/* Whether to store the batch now; if so, store_lock is taken. Every batch makes the store look at
 * most of its pages, so few large batches are better. While another worker stores, this one
 * continues to read as long as memory allows. */
static bool may_apply(worker *w) {
  const ingest *in = w->in;
  size_t held = bpi_batch_bytes(w->batch);
  atomic_store_explicit(&w->held, held, memory_order_relaxed);
  if (held < in->batch_due) return false;
  if (held < in->batch_limit)
    return held_by_all(in) >= BATCH_BYTES && bpi_mutex_try_lock(in->store_lock);
  bpi_mutex_lock(in->store_lock);
  bool cancelled = atomic_load(&in->handle->cancelled); /* while waiting: finish() stores it */
  if (cancelled) bpi_mutex_unlock(in->store_lock);
  return !cancelled;
}

static int64_t mark_of(const worker *w, const char *bytes, size_t length) {
  return (int64_t)bpi_hash_under(&w->in->tail_key, bytes, length).lo;
}

/* A keyed hash of the bytes before a position; distinguishes a file that grew from one
 * rewritten. */
static int mark_at(const worker *w, int64_t position, size_t length, int64_t *mark) {
  char bytes[TAIL_BYTES];
  int64_t got = bpi_file_read(w->file, position - (int64_t)length, bytes, length);
  bool whole = got == (int64_t)length;
  if (whole) *mark = mark_of(w, bytes, length);
  bpi_hash_wipe(bytes, sizeof bytes);
  return whole ? BP_OK : BP_ERR_IO;
}

/* How many of so many bytes are the tail that is remembered. */
static size_t tail_of(int64_t bytes) {
  return (size_t)(bytes < TAIL_BYTES ? bytes : TAIL_BYTES);
}

static int tail_mark(const worker *w, int64_t position, int64_t *mark) {
  return mark_at(w, position, tail_of(position), mark);
}

/* Whether the file still has the bytes that were read last: another program may rewrite it
 * meanwhile. */
static bool as_read(const worker *w) {
  int64_t mark = 0;
  if (w->file == NULL || w->seen == 0) return true;
  return mark_at(w, w->offset, w->seen, &mark) == BP_OK && mark == w->seen_mark;
}

/* Saves the position after the last complete line. Inputs that cannot be recognised later (bytes,
 * or a file whose tail cannot be read) are read from their start next time. */
static int note_place(worker *w) {
  uint64_t line;
  w->state.position = bpi_scan_resume_offset(&w->scan, &line);
  w->state.line = (int64_t)line;
  if (w->file == NULL || tail_mark(w, w->state.position, &w->state.tail) != BP_OK)
    w->state.position = 0;
  if (bpi_gate_withholds(w->gate, w->in->now_us - ERASED_GOES_ON)) w->state.position = 0;
  if (!as_read(w)) {
    w->state.size = w->state.modified_ns = -1; /* so that it is read again, from its start */
    w->state.position = 0;
  }
  return bpi_batch_file(w->batch, &w->state);
}

static void count_bytes(worker *w) {
  uint64_t now = (uint64_t)w->offset - w->bytes_reported;
  w->bytes_reported = (uint64_t)w->offset;
  bpi_mutex_lock(w->in->lock);
  w->in->report.bytes_read += now;
  w->in->bytes_done += now;
  bpi_mutex_unlock(w->in->lock);
}

/* Counts bytes that need not be read as done. */
static void skip_bytes(ingest *in, int64_t count) {
  bpi_mutex_lock(in->lock);
  in->bytes_done += (uint64_t)count;
  bpi_mutex_unlock(in->lock);
}

/* Whether the record just read will be read again when reading resumes, as its line has not
 * ended. */
static bool reads_again(const worker *w) {
  uint64_t line;
  (void)bpi_scan_resume_offset(&w->scan, &line);
  return line == w->scan.record_line;
}

/* Saves the memory of the reader and the number of records read. */
static void note_input(worker *w, const source_input *input, bool ended) {
  memcpy(w->state.memory, input->memory, sizeof w->state.memory);
  w->state.records = w->records + (int64_t)input->records - (!ended && reads_again(w));
}

/* Called between two records: checks for a cancel, reports progress, stores the batch if it is
 * due. */
static int checkpoint(void *user, source_input *input) {
  worker *w = user;
  if (atomic_load(&w->in->handle->cancelled)) return bpi_ingest_cancel(w->in);
  if (w->file == NULL) w->offset = bpi_scan_resume_offset(&w->scan, NULL);
  if ((uint64_t)w->offset - w->bytes_reported >= 4 * WINDOW) {
    count_bytes(w);
    int rc = progress(w);
    if (rc != BP_OK) return rc;
  }
  if (w->file != NULL && w->offset == w->weighed)
    return BP_OK; /* check once per window; one more window does no harm */
  w->weighed = w->offset;
  if (!may_apply(w)) return BP_OK;
  note_input(w, input, false);
  int rc = note_place(w);
  if (rc != BP_OK) {
    bpi_mutex_unlock(w->in->store_lock);
    return bpi_ingest_stop(w->in, rc, NULL);
  }
  rc = apply_locked(w);
  w->state.restarted = false; /* keep the rejects stored from now on */
  return rc;
}

/* ----------------------------------------------------------------------------- one open input */

static void on_reject(void *user, int reason, uint64_t line, int64_t byte) {
  worker *w = user;
  bpi_batch_reject(w->batch, w->state.key, reason, line, byte);
}

/* Sets the source of the records that follow. */
static void told_by(void *user, const source *teller) {
  worker *w = user;
  record_sink sink = bpi_gate_sink(w->gate);
  const char *platform = teller->platform;
  bpi_batch_source(w->batch, bpi_source_number(teller),
                   platform == NULL
                       ? 0
                       : sink.label(sink.self, LABEL_PLATFORM, platform, strlen(platform)).number);
  bpi_gate_source(w->gate, bpi_source_number(teller));
}

static int read_input(worker *w, const source *reader, const char *path) {
  record_sink sink = bpi_gate_sink(w->gate);
  source_input input = {.path = path,
                        .scan = &w->scan,
                        .database = w->database,
                        .sink = &sink,
                        .checkpoint = checkpoint,
                        .told_by = told_by,
                        .user = w};
  memcpy(input.memory, w->state.memory, sizeof input.memory);
  told_by(w, reader);
  w->state.source = bpi_source_number(reader);
  w->records = w->state.records;
  int rc = reader->read(&input);
  note_input(w, &input, rc == BP_OK);
  bpi_mutex_lock(w->in->lock);
  w->in->report.records_read += input.records;
  w->in->report.bytes_pending += bpi_scan_pending(&w->scan);
  bpi_mutex_unlock(w->in->lock);
  return rc;
}

/* Whether the file now ends before the position, as a log does that is copied and then emptied. */
static bool was_cut(const worker *w) {
  char last;
  return w->offset > 0 && bpi_file_read(w->file, w->offset - 1, &last, sizeof last) == 0;
}

/* What follows in a file that is no longer as it was read would make a mixture of two. One that was
 * cut has nothing that follows: what was read of it counts, and note_place has it read again. */
static int64_t read_file(void *user, void *into, size_t length) {
  worker *w = user;
  int64_t got = bpi_file_read(w->file, w->offset, into, length);
  if (got >= 0 && !as_read(w)) return was_cut(w) ? 0 : BP_ERR_IO;
  if (got <= 0) return got;
  w->offset += got;
  w->seen = tail_of(got);
  w->seen_mark = mark_of(w, (const char *)into + (size_t)got - w->seen, w->seen);
  return got;
}

/* Where to resume: after what was read, if the file still has it and the same source read it;
 * otherwise at the start. */
static void find_place(worker *w, const source *reader, const file_stat *stat, bool known) {
  int64_t mark;
  bool whole = reader->whole || reader->database || w->state.source != bpi_source_number(reader);
  bool same = known && !whole && !(w->in->options.flags & BP_INGEST_RESTART) &&
              w->state.position <= stat->size && w->state.position > 0 &&
              w->state.inode == (int64_t)stat->inode && w->state.device == (int64_t)stat->device &&
              tail_mark(w, w->state.position, &mark) == BP_OK && mark == w->state.tail;
  w->state.restarted = !same;
  if (!same) {
    w->state.position = w->state.records = 0;
    w->state.line = 1;
    memset(w->state.memory, 0, sizeof w->state.memory);
  }
  w->state.fresh = !known;
  w->state.changed_us = w->state.modified_ns == stat->modified_ns ? 0 : stat->modified_ns / 1000;
  w->state.size = -1; /* until the end was reached */
  w->state.modified_ns = stat->modified_ns;
  w->state.device = (int64_t)stat->device;
  w->state.inode = (int64_t)stat->inode;
}

static void file_failed(worker *w, const source *reader) {
  w->state.source = reader == NULL ? -1 : bpi_source_number(reader);
  w->state.changed_us = 0;
  w->state.size = w->state.modified_ns = -1; /* so that it is read again */
  w->state.position = 0;                     /* from its start */
  bpi_batch_file(w->batch, &w->state);
  bpi_batch_reject(w->batch, w->state.key, REJECT_UNREADABLE, 0, 0);
  bpi_mutex_lock(w->in->lock);
  w->in->report.files_failed++;
  bpi_mutex_unlock(w->in->lock);
}

/* Whether a failure concerns only this input: it is counted, and the call goes on. */
static bool is_unreadable(worker *w, int rc) {
  return rc != BP_OK && rc != BP_ERR_NOMEM && bpi_ingest_failed(w->in) == BP_OK;
}

static int read_open_file(worker *w, const candidate *c, const file_stat *stat, bool known) {
  find_place(w, c->source, stat, known);
  bpi_scan_reset(&w->scan, read_file, w, w->state.position, (uint64_t)w->state.line);
  w->offset = w->state.position;
  w->seen = tail_of(w->state.position); /* find_place compared them with the mark */
  w->seen_mark = w->state.tail;
  w->weighed = -1;
  w->bytes_reported = (uint64_t)w->offset;
  skip_bytes(w->in, w->state.position);
  int rc = read_input(w, c->source, c->path);
  if (w->database != NULL) w->offset = stat->size;
  count_bytes(w);
  if (is_unreadable(w, rc)) {
    file_failed(w, c->source);
    return BP_OK;
  }
  if (rc == BP_OK) w->state.size = c->packed ? stat->size : w->offset;
  int noted = note_place(w);
  bpi_mutex_lock(w->in->lock);
  w->in->report.files_changed++;
  bpi_mutex_unlock(w->in->lock);
  return rc != BP_OK ? rc : noted;
}

static int load_state(worker *w, ident key, bool *known) {
  bp_error *why = NULL;
  bpi_mutex_lock(w->in->store_lock);
  int rc = bpi_store_file(w->in->handle->store, key, &w->state, &why);
  bpi_mutex_unlock(w->in->store_lock);
  if (rc < 0 && rc != BP_ERR_NOTFOUND) return bpi_ingest_stop(w->in, rc, why);
  *known = rc == BP_OK;
  w->state.key = key;
  return BP_OK;
}

static int open_candidate(worker *w, const candidate *c, file_stat *stat) {
  bp_error *why = NULL;
  int rc = c->source->database ? bpi_foreign_open(&w->database, c->path, stat, &why)
                               : bpi_file_open(&w->file, c->path, stat, &why);
  if (rc == BP_OK && !c->source->database && c->source->beside != NULL)
    c->source->beside(c->path, stat);
  bpi_error_free(why);
  return rc;
}

static int read_candidate(worker *w, const candidate *c) {
  bool known = false;
  int rc = BP_OK;
  if (c->unknown) { /* no look-up, which would wait for a worker that stores */
    memset(&w->state, 0, sizeof w->state);
    w->state.key = c->key;
  } else {
    rc = load_state(w, c->key, &known);
  }
  if (rc != BP_OK) return rc;
  if (c->unreadable) {
    file_failed(w, c->source);
    return BP_OK;
  }
  file_stat stat;
  rc = open_candidate(w, c, &stat);
  if (rc == BP_ERR_NOMEM) return bpi_ingest_stop(w->in, rc, NULL);
  if (rc != BP_OK) {
    file_failed(w, c->source);
    return BP_OK;
  }
  rc = read_open_file(w, c, &stat, known);
  bpi_file_close(w->file);
  bpi_foreign_close(w->database);
  w->file = NULL;
  w->database = NULL;
  return rc;
}

/* ----------------------------------------------------------------------------------- workers */

static const candidate *take(worker *w) {
  ingest *in = w->in;
  bpi_mutex_lock(in->lock);
  const candidate *c = in->failed == BP_OK && in->next < in->candidates ? &in->candidate[in->next++]
                                                                        : NULL;
  bpi_mutex_unlock(in->lock);
  return c;
}

static void work(void *argument) {
  worker *w = argument;
  const candidate *c;
  while ((c = take(w)) != NULL) {
    int rc = read_candidate(w, c);
    if (rc != BP_OK) {
      bpi_ingest_stop(w->in, rc, NULL);
      return;
    }
    bpi_mutex_lock(w->in->lock);
    w->in->files_done++;
    bpi_mutex_unlock(w->in->lock);
    if (progress(w) != BP_OK) return;
  }
}

/* Does not prepare the scanner, as that differs for files and for bytes. */
static int worker_init(worker *w, ingest *in) {
  memset(w, 0, sizeof *w);
  w->in = in;
  w->batch = bpi_batch_new();
  if (w->batch == NULL) return BP_ERR_NOMEM;
  fact_sink facts = bpi_batch_sink(w->batch);
  w->gate = bpi_gate_new(bpi_store_key(in->handle->store), &facts, in->keep_labels);
  if (w->gate == NULL) return BP_ERR_NOMEM;
  bpi_gate_on_reject(w->gate, on_reject, w);
  bpi_gate_erased(w->gate, &in->erased);
  bpi_batch_erasures(w->batch, in->erasures);
  return BP_OK;
}

static void worker_free(worker *w) {
  if (w->gate != NULL) {
    w->in->report.fields_dropped += bpi_gate_counts(w->gate)->drops;
    w->in->report.records_rejected += bpi_gate_counts(w->gate)->rejects;
    w->in->report.records_erased += bpi_gate_counts(w->gate)->erased;
  }
  bpi_scan_free(&w->scan);
  bpi_gate_free(w->gate);
  bpi_batch_free(w->batch);
}

/* Starts the other threads, as many as the system allows. */
static void start_threads(worker *w, size_t count) {
  for (size_t i = 1; i < count; i++)
    w[i].thread = bpi_thread_start(work, &w[i]);
}

/* The worker with the largest batch; NULL: none. Batches whose storing was cancelled do not count:
 * their files will be read again. */
static worker *holds_most(worker *w, size_t count) {
  worker *most = NULL;
  for (size_t i = 0; i < count; i++) {
    if (bpi_batch_cancelled(w[i].batch)) continue;
    if (most == NULL || bpi_batch_bytes(w[i].batch) > bpi_batch_bytes(most->batch)) most = &w[i];
  }
  return most;
}

/* Joins all batches in memory and stores the result, so that what two workers read in part is
 * stored once. After a cancel, complete rows are stored, too; after another error nothing is. */
static void finish(ingest *in, worker *w, size_t count) {
  bp_error *why = NULL;
  if (in->failed != BP_OK && in->failed != BP_ERR_CANCELLED) return;
  worker *last = holds_most(w, count);
  for (size_t i = 0; i < count; i++)
    if (&w[i] != last && !bpi_batch_cancelled(w[i].batch) &&
        bpi_batch_join(last->batch, w[i].batch) != BP_OK) {
      bpi_fail_nomem(&why);
      bpi_ingest_stop(in, BP_ERR_NOMEM, why);
      return;
    }
  bpi_ingest_tell(in, 2);
  if (in->failed == BP_ERR_CANCELLED) bpi_store_clear_interrupt(in->handle->store);
  if (last == NULL) return;
  last->calls_progress = true; /* the other threads have ended, so this is the caller's thread */
  apply(last);
}

int bpi_ingest_read_files(ingest *in) {
  size_t count = in->options.threads == 0 ? 1 : in->options.threads;
  if (count > in->candidates) count = in->candidates;
  in->batch_due = BATCH_BYTES / count;
  in->batch_limit = count == 1 ? in->batch_due : in->batch_due + in->batch_due / 2;
  worker *w = bpi_alloc_zero(count, sizeof *w);
  if (w == NULL) return BP_ERR_NOMEM;
  in->workers = w;
  in->worker_count = count;
  int rc = BP_OK;
  size_t ready = 0;
  for (; ready < count && rc == BP_OK; ready++) {
    rc = worker_init(&w[ready], in);
    if (rc == BP_OK) rc = bpi_scan_init(&w[ready].scan, read_file, &w[ready], WINDOW, 0, 1);
  }
  if (rc == BP_OK) {
    w[0].calls_progress = true;
    start_threads(w, count);
    work(&w[0]);
    for (size_t i = 1; i < count; i++)
      if (w[i].thread != NULL) bpi_thread_join(w[i].thread);
    finish(in, w, count);
  }
  for (size_t i = 0; i < ready; i++)
    worker_free(&w[i]);
  bpi_free(w);
  return rc != BP_OK ? rc : in->failed;
}

/* ------------------------------------------------------------------------------------- bytes */

/* Pieces of one origin continue each other, so the reader's memory is restored; pieces without an
 * origin are independent. */
static int load_origin(worker *w, const char *origin) {
  bool known;
  ident key = bpi_hash_ident(bpi_store_key(w->in->handle->store), "origin", origin, strlen(origin));
  int rc = load_state(w, key, &known);
  if (*origin == '\0' || w->in->options.flags & BP_INGEST_RESTART) {
    memset(w->state.memory, 0, sizeof w->state.memory);
    w->state.records = 0;
  }
  return rc;
}

static int read_bytes(worker *w, const source *reader, const lent_bytes *lent) {
  bp_error *why = NULL; /* dropped: a damaged database counts as an unreadable file */
  int rc = load_origin(w, lent->origin == NULL ? "" : lent->origin);
  if (rc != BP_OK) return rc;
  bpi_scan_init_memory(&w->scan, lent->data, reader->database ? 0 : lent->length);
  if (reader->database)
    rc = bpi_foreign_open_bytes(&w->database, lent->data, lent->length, NULL, 0, &why);
  bpi_error_free(why);
  if (rc == BP_OK) rc = read_input(w, reader, "");
  bpi_foreign_close(w->database);
  w->offset = (int64_t)lent->length;
  count_bytes(w);
  if (is_unreadable(w, rc)) {
    file_failed(w, reader);
    return BP_OK;
  }
  int noted = note_place(w);
  return rc == BP_OK ? noted : rc;
}

int bpi_ingest_read_bytes(ingest *in, const source *reader, const lent_bytes *lent) {
  in->batch_due = in->batch_limit = BATCH_BYTES;
  in->bytes_total = lent->length;
  worker w;
  int rc = worker_init(&w, in);
  w.calls_progress = true;
  if (rc == BP_OK) rc = read_bytes(&w, reader, lent);
  if (rc != BP_OK) bpi_ingest_stop(in, rc, NULL);
  finish(in, &w, 1);
  worker_free(&w);
  return in->failed;
}
