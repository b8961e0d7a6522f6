/* api/ingest.c: the path of a fact, put together: a source reads a file through the scanner, its
 * records pass the privacy gate into a batch, batches are applied to the store. This file knows
 * which parts there are and in which order they meet; each rule lives in its part. */
#include <stdlib.h>
#include <string.h>

#include "api/audit.h"
#include "api/inspection.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/scan.h"
#include "base/time.h"
#include "privacy/gate.h"
#include "sources/source.h"
#include "store/batch.h"
#include "store/erase.h"
#include "store/foreign.h"
#include "store/read.h"

#define WINDOW ((size_t)256 << 10)
#define BATCH_BYTES ((size_t)16 << 20) /* of all workers together: what memory an ingest may take */
#define TAIL_BYTES 256
#define DETECT_BYTES ((size_t)64 << 10)
#define THREADS_MAX 64
#define TELL_EVERY 256 /* candidates found */

typedef struct candidate {
  char *path;
  file_stat stat;
  const source *source;
  bool unreadable;
  bool unknown; /* the store was asked, and knows nothing of it */
  bool same;    /* it is as it was when it was read */
  int64_t read; /* bytes of it that were read before */
} candidate;

/* One ingest call. What several workers touch is guarded by `lock`; the store by `store_lock`. */
typedef struct ingest {
  bp_store *handle;
  const char *function; /* that was called */
  bp_ingest_options options;
  int64_t now_us, began_us; /* as the handle's clock and as the system's says */
  bool keep_labels;
  domain_key path_key, tail_key;
  erased_marks erased; /* what must not come back */
  int64_t erasures;    /* of the store, when it was asked for them */
  const source *only;  /* the source asked for, or NULL */
  candidate *candidate;
  size_t candidates, capacity;
  mutex *lock, *store_lock;
  size_t next; /* candidate to be read next */
  bp_ingest_report report;
  uint64_t files_done, bytes_done, bytes_total; /* as progress is told */
  bool asked_to_stop;                           /* by the callback that is told */
  apply_counts counts;
  struct worker *workers;
  size_t worker_count;
  size_t batch_due, batch_limit; /* a batch is stored when that is possible; at once */
  int failed;                    /* first error; others stop */
  bp_error *error;
} ingest;

/* One scanning thread, or the caller itself. */
typedef struct worker {
  ingest *in;
  batch *batch;
  gate *gate;
  scan scan;
  bool calls_progress;
  file *file;
  foreign *database; /* in place of `file` */
  int64_t offset;    /* of the next read */
  int64_t weighed;   /* the offset at which the batch was weighed */
  file_state state;  /* of the file being read */
  uint64_t bytes_reported;
  atomic_size_t held; /* by its batch, as others may know */
  thread *thread;
} worker;

/* -------------------------------------------------------------------------------- stopping */

/* The first error stands. A cancel says that what was complete is stored: where it could not be, that is
 * what went wrong. */
static int stop(ingest *in, int code, bp_error *why) {
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

static int stopped(ingest *in) {
  bpi_mutex_lock(in->lock);
  int code = in->failed;
  bpi_mutex_unlock(in->lock);
  return code;
}

static int cancel(ingest *in) {
  bp_error *why = NULL;
  bpi_fail(&why, BP_ERR_CANCELLED, "cancelled; what is complete was stored");
  return stop(in, BP_ERR_CANCELLED, why);
}

/* Tells the caller how far we are, until the answer is to stop. */
static bool asks_to_stop(ingest *in, uint32_t phase) {
  if (in->asked_to_stop || in->options.progress == NULL) return in->asked_to_stop;
  bpi_mutex_lock(in->lock);
  uint64_t bytes = in->bytes_done < in->bytes_total ? in->bytes_done : in->bytes_total;
  bp_progress p = {sizeof p, phase, in->files_done, in->candidates, bytes, in->bytes_total};
  bpi_mutex_unlock(in->lock);
  in->asked_to_stop = in->options.progress(in->options.progress_user, &p) != 0;
  return in->asked_to_stop;
}

/* A non-zero answer or bp_cancel() stops. */
static int tell(ingest *in, uint32_t phase) {
  if (atomic_load(&in->handle->cancelled)) return cancel(in);
  int code = stopped(in);
  if (code != BP_OK) return code;
  return asks_to_stop(in, phase) ? cancel(in) : stopped(in);
}

/* The caller's own thread tells; the others only look whether to stop. */
static int progress(worker *w) {
  if (w->calls_progress) return tell(w->in, 1);
  return atomic_load(&w->in->handle->cancelled) ? cancel(w->in) : stopped(w->in);
}

/* ---------------------------------------------------------------------------------- applying */

/* Another process is waited for as long as nobody asks to stop. */
static void while_waiting(void *user) {
  const worker *w = user;
  ingest *in = w->in;
  if (w->calls_progress ? asks_to_stop(in, 2) : stopped(in) != BP_OK)
    bpi_store_interrupt(in->handle->store);
}

/* The store's lock is held, and given back. */
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
  return rc == BP_OK ? BP_OK : stop(in, rc, why);
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

/* Takes the store's lock for a batch that is to be stored now: every batch costs the store a look at most
 * of its pages, so few large ones are stored. While another worker stores, this one reads on as long as
 * memory allows. */
static bool may_apply(worker *w) {
  const ingest *in = w->in;
  size_t held = bpi_batch_bytes(w->batch);
  atomic_store_explicit(&w->held, held, memory_order_relaxed);
  if (held < in->batch_due) return false;
  if (held < in->batch_limit)
    return held_by_all(in) >= BATCH_BYTES && bpi_mutex_try_lock(in->store_lock);
  bpi_mutex_lock(in->store_lock);
  bool cancelled = atomic_load(&in->handle->cancelled); /* meanwhile: stored in the end */
  if (cancelled) bpi_mutex_unlock(in->store_lock);
  return !cancelled;
}

/* A keyed mark of the bytes before a position, by which growth is told from a rewrite. */
static int tail_mark(worker *w, int64_t position, int64_t *mark) {
  char bytes[TAIL_BYTES];
  int64_t from = position > TAIL_BYTES ? position - TAIL_BYTES : 0;
  int64_t got = bpi_file_read(w->file, from, bytes, (size_t)(position - from));
  if (got != position - from) return BP_ERR_IO;
  *mark = (int64_t)bpi_hash_under(&w->in->tail_key, bytes, (size_t)got).lo;
  bpi_hash_wipe(bytes, sizeof bytes);
  return BP_OK;
}

/* Everything read so far belongs to the last complete line of the input. A file that cannot be
 * recognised later, and bytes, are read from their start. */
static int note_place(worker *w) {
  uint64_t line;
  w->state.position = bpi_scan_resume_offset(&w->scan, &line);
  w->state.line = (int64_t)line;
  if (w->file == NULL || tail_mark(w, w->state.position, &w->state.tail) != BP_OK)
    w->state.position = 0;
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

/* Bytes that need not be read. */
static void skip_bytes(ingest *in, int64_t count) {
  bpi_mutex_lock(in->lock);
  in->bytes_done += (uint64_t)count;
  bpi_mutex_unlock(in->lock);
}

/* Between two records: the place to stop, to report, and to let go of memory. */
static int checkpoint(void *user, source_input *input) {
  worker *w = user;
  if (atomic_load(&w->in->handle->cancelled)) return cancel(w->in);
  if (w->file == NULL) w->offset = bpi_scan_resume_offset(&w->scan, NULL);
  if ((uint64_t)w->offset - w->bytes_reported >= 4 * WINDOW) {
    count_bytes(w);
    int rc = progress(w);
    if (rc != BP_OK) return rc;
  }
  if (w->file != NULL && w->offset == w->weighed)
    return BP_OK; /* one window more is not too much */
  w->weighed = w->offset;
  if (!may_apply(w)) return BP_OK;
  memcpy(w->state.memory, input->memory, sizeof w->state.memory);
  int rc = note_place(w);
  if (rc != BP_OK) {
    bpi_mutex_unlock(w->in->store_lock);
    return stop(w->in, rc, NULL);
  }
  rc = apply_locked(w);
  w->state.restarted = false; /* its rejects from now on are of this reading */
  return rc;
}

/* ----------------------------------------------------------------------------- one open input */

/* The bit by which sessions remember their sources: its place in the registry. */
static int number_of(const source *reader) {
  int number = 0;
  while (bpi_source_at((size_t)number) != reader)
    number++;
  return number;
}

static void on_reject(void *user, int reason, uint64_t line, int64_t byte) {
  worker *w = user;
  bpi_batch_reject(w->batch, w->state.key, reason, line, byte);
}

/* Whose records come next. */
static void told_by(void *user, const source *teller) {
  worker *w = user;
  record_sink sink = bpi_gate_sink(w->gate);
  const char *platform = teller->platform;
  bpi_batch_source(w->batch, number_of(teller),
                   platform == NULL
                       ? 0
                       : sink.label(sink.self, LABEL_PLATFORM, platform, strlen(platform)).number);
  bpi_gate_source(w->gate, number_of(teller));
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
  w->state.source = number_of(reader);
  int rc = reader->read(&input);
  memcpy(w->state.memory, input.memory, sizeof w->state.memory);
  w->state.records += (int64_t)input.records;
  bpi_mutex_lock(w->in->lock);
  w->in->report.records_read += input.records;
  w->in->report.bytes_pending += bpi_scan_pending(&w->scan);
  bpi_mutex_unlock(w->in->lock);
  return rc;
}

static int64_t read_file(void *user, void *into, size_t length) {
  worker *w = user;
  int64_t got = bpi_file_read(w->file, w->offset, into, length);
  if (got > 0) w->offset += got;
  return got;
}

/* Where to go on: behind what is known, if the file still holds it and the same source read it; else at
 * the start. */
static void find_place(worker *w, const source *reader, const file_stat *stat, bool known) {
  int64_t mark;
  bool whole = reader->whole || reader->database || w->state.source != number_of(reader);
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
  w->state.size = -1; /* until it is read to its end */
  w->state.modified_ns = stat->modified_ns;
  w->state.device = (int64_t)stat->device;
  w->state.inode = (int64_t)stat->inode;
}

static void file_failed(worker *w, const source *reader) {
  w->state.source = reader == NULL ? -1 : number_of(reader);
  w->state.changed_us = 0;
  w->state.size = w->state.modified_ns = -1; /* so that it is tried again, */
  w->state.position = 0;                     /* from its start */
  bpi_batch_file(w->batch, &w->state);
  bpi_batch_reject(w->batch, w->state.key, REJECT_UNREADABLE, 0, 0);
  bpi_mutex_lock(w->in->lock);
  w->in->report.files_failed++;
  bpi_mutex_unlock(w->in->lock);
}

/* A failure of the input alone, which is counted; the others stop the call. */
static bool is_unreadable(worker *w, int rc) {
  return rc != BP_OK && rc != BP_ERR_NOMEM && stopped(w->in) == BP_OK;
}

static int read_open_file(worker *w, const candidate *c, const file_stat *stat, bool known) {
  find_place(w, c->source, stat, known);
  bpi_scan_reset(&w->scan, read_file, w, w->state.position, (uint64_t)w->state.line);
  w->offset = w->state.position;
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
  if (rc == BP_OK) w->state.size = w->offset;
  int noted = note_place(w);
  bpi_mutex_lock(w->in->lock);
  w->in->report.files_changed++;
  bpi_mutex_unlock(w->in->lock);
  return rc != BP_OK ? rc : noted;
}

/* By which a file is known. */
static ident key_of_path(const ingest *in, const char *path) {
  return bpi_hash_under(&in->path_key, path, strlen(path));
}

static void derive_keys(ingest *in) {
  const hash_key *key = bpi_store_key(in->handle->store);
  in->path_key = bpi_hash_domain(key, "path");
  in->tail_key = bpi_hash_domain(key, "tail");
}

static int load_state(worker *w, ident key, bool *known) {
  bp_error *why = NULL;
  bpi_mutex_lock(w->in->store_lock);
  int rc = bpi_store_file(w->in->handle->store, key, &w->state, &why);
  bpi_mutex_unlock(w->in->store_lock);
  if (rc < 0 && rc != BP_ERR_NOTFOUND) return stop(w->in, rc, why);
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
  if (c->unknown) { /* not to wait for a worker that stores */
    memset(&w->state, 0, sizeof w->state);
    w->state.key = key_of_path(w->in, c->path);
  } else {
    rc = load_state(w, key_of_path(w->in, c->path), &known);
  }
  if (rc != BP_OK) return rc;
  if (c->unreadable) {
    file_failed(w, c->source);
    return BP_OK;
  }
  file_stat stat;
  rc = open_candidate(w, c, &stat);
  if (rc == BP_ERR_NOMEM) return stop(w->in, rc, NULL);
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
      stop(w->in, rc, NULL);
      return;
    }
    bpi_mutex_lock(w->in->lock);
    w->in->files_done++;
    bpi_mutex_unlock(w->in->lock);
    if (progress(w) != BP_OK) return;
  }
}

/* The scanner stays to be prepared: for files or for bytes. */
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

/* Starts the other threads; as many as the system gives. */
static void start_threads(worker *w, size_t count) {
  for (size_t i = 1; i < count; i++)
    w[i].thread = bpi_thread_start(work, &w[i]);
}

/* Whose batch is the largest. One of which the storing was cancelled is part of none: its files are read again.
 * NULL: there is no other. */
static worker *holds_most(worker *w, size_t count) {
  worker *most = NULL;
  for (size_t i = 0; i < count; i++) {
    if (bpi_batch_cancelled(w[i].batch)) continue;
    if (most == NULL || bpi_batch_bytes(w[i].batch) > bpi_batch_bytes(most->batch)) most = &w[i];
  }
  return most;
}

/* One batch of all: joined in memory, so that what two workers read in part is stored once. Rows
 * complete before an error or a cancel are stored, too. */
static void finish(ingest *in, worker *w, size_t count) {
  bp_error *why = NULL;
  if (in->failed != BP_OK && in->failed != BP_ERR_CANCELLED) return;
  worker *last = holds_most(w, count);
  for (size_t i = 0; i < count; i++)
    if (&w[i] != last && !bpi_batch_cancelled(w[i].batch) &&
        bpi_batch_join(last->batch, w[i].batch) != BP_OK) {
      bpi_fail_nomem(&why);
      stop(in, BP_ERR_NOMEM, why);
      return;
    }
  tell(in, 2);
  if (in->failed == BP_ERR_CANCELLED) bpi_store_clear_interrupt(in->handle->store);
  if (last == NULL) return;
  last->calls_progress = true; /* the other threads have ended */
  apply(last);
}

static bool unchanged(const file_state *known, const file_stat *stat) {
  return known->size == stat->size && known->modified_ns == stat->modified_ns &&
         known->inode == (int64_t)stat->inode && known->device == (int64_t)stat->device;
}

static void is_known(void *user, size_t number, const file_state *known) {
  candidate *c = &((ingest *)user)->candidate[number];
  bool same = known->source == number_of(c->source);
  c->unknown = false;
  c->same = same && !c->unreadable && unchanged(known, &c->stat);
  if (same && known->inode == (int64_t)c->stat.inode && known->position <= c->stat.size)
    c->read = known->position;
}

static void drop_same(ingest *in) {
  size_t kept = 0;
  for (size_t i = 0; i < in->candidates; i++) {
    candidate *c = &in->candidate[i];
    if (c->same) {
      in->bytes_total -= (uint64_t)c->stat.size;
      bpi_free(c->path);
    } else {
      in->candidate[kept++] = *c;
    }
  }
  in->candidates = kept;
}

/* Nearly always nothing is new: files that are as they were are told in one read of the store, before
 * there is a worker. Those that must be read stay candidates. */
static int drop_unchanged(ingest *in, bp_error **error) {
  if (in->options.flags & BP_INGEST_RESTART) return BP_OK;
  ident *keys = bpi_alloc(in->candidates * sizeof *keys);
  if (keys == NULL) return bpi_fail_nomem(error);
  for (size_t i = 0; i < in->candidates; i++) {
    in->candidate[i].unknown = true;
    keys[i] = key_of_path(in, in->candidate[i].path);
  }
  int rc = bpi_store_files(in->handle->store, keys, in->candidates, is_known, in, error);
  bpi_free(keys);
  drop_same(in);
  return rc;
}

static int run(ingest *in) {
  bp_error *why = NULL;
  int rc = drop_unchanged(in, &why);
  if (rc != BP_OK) return stop(in, rc, why);
  if (in->candidates == 0) return BP_OK;

  size_t count = in->options.threads == 0 ? 1 : in->options.threads;
  if (count > in->candidates) count = in->candidates;
  in->batch_due = BATCH_BYTES / count;
  in->batch_limit = count == 1 ? in->batch_due : in->batch_due + in->batch_due / 2;
  worker *w = bpi_alloc_zero(count, sizeof *w);
  if (w == NULL) return BP_ERR_NOMEM;
  in->workers = w;
  in->worker_count = count;
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

/* -------------------------------------------------------------------------------- candidates */

static int add_candidate(ingest *in, const char *path, const file_stat *stat,
                         const source *reader) {
  void *items = in->candidate;
  if (bpi_reserve(&items, &in->capacity, in->candidates + 1, sizeof *in->candidate) != BP_OK)
    return BP_ERR_NOMEM;
  in->candidate = items;
  candidate *c = &in->candidate[in->candidates];
  memset(c, 0, sizeof *c);
  if ((c->path = bpi_strndup(path, strlen(path))) == NULL) return BP_ERR_NOMEM;
  c->source = reader;
  c->unreadable = stat == NULL;
  if (stat != NULL) c->stat = *stat;
  if (stat != NULL && reader != NULL && reader->beside != NULL) reader->beside(path, &c->stat);
  in->bytes_total += (uint64_t)c->stat.size;
  in->report.files_seen++;
  in->candidates++;
  return in->candidates % TELL_EVERY == 0 ? tell(in, 0) : BP_OK;
}

static int visit(void *user, const char *path, const file_stat *stat) {
  ingest *in = user;
  if (atomic_load(&in->handle->cancelled)) return cancel(in);
  if (stat == NULL) return add_candidate(in, path, NULL, in->only);
  if (in->only != NULL)
    return in->only->is_ours(path) ? add_candidate(in, path, stat, in->only) : 0;
  for (size_t i = 0; i < bpi_source_count(); i++)
    if (bpi_source_at(i)->is_ours(path)) return add_candidate(in, path, stat, bpi_source_at(i));
  return 0;
}

/* Large files first, so that threads end together; then by name, so that runs are alike. */
static int by_size(const void *a, const void *b) {
  const candidate *x = a, *y = b;
  if (x->stat.size != y->stat.size) return x->stat.size > y->stat.size ? -1 : 1;
  return strcmp(x->path, y->path);
}

static void ingest_free(ingest *in) {
  bpi_hash_wipe(&in->path_key, sizeof in->path_key);
  bpi_hash_wipe(&in->tail_key, sizeof in->tail_key);
  for (size_t i = 0; i < in->candidates; i++)
    bpi_free(in->candidate[i].path);
  bpi_free(in->candidate);
  bpi_erased_free(&in->erased);
  bpi_mutex_free(in->lock);
  bpi_mutex_free(in->store_lock);
}

/* The walk shows a directory that cannot be read; no other path is a beginning of the root's. */
static bool root_unreadable(const ingest *in, const char *root) {
  return in->candidates == 1 && in->candidate[0].unreadable &&
         strncmp(in->candidate[0].path, root, strlen(in->candidate[0].path)) == 0;
}

static int walk(ingest *in, const char *root, bp_error **error) {
  int rc = tell(in, 0);
  if (rc == BP_OK) rc = bpi_walk(root, visit, in);
  if (rc == BP_OK && root_unreadable(in, root)) rc = BP_ERR_IO;
  if (rc == BP_ERR_NOTFOUND || rc == BP_ERR_IO) {
    bpi_fail(error, rc,
             rc == BP_ERR_IO ? "the directory cannot be read" : "there is no directory to scan");
    return bpi_fail_detail(error, "path", root);
  }
  return rc;
}

/* ------------------------------------------------------------------------------------- pending */

typedef struct backlog {
  int64_t files, pending, bytes, oldest_us;
} backlog;

static void count_candidate(backlog *b, const candidate *c) {
  int64_t changed_us = c->stat.modified_ns / 1000;
  if (b->pending == 0 || changed_us < b->oldest_us) b->oldest_us = changed_us;
  b->pending++;
  b->bytes += c->stat.size - c->read;
}

/* A row for each source of which there is a file. Files that cannot be read are counted where they are
 * refused. */
static int tell_backlog(bp_result *t, const ingest *in, const size_t *files) {
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

static int look(bp_result **out, ingest *in, const char *root, bp_error **error) {
  size_t files[64] = {0}; /* by source */
  int rc = walk(in, root, error);
  for (size_t i = 0; i < in->candidates; i++)
    if (in->candidate[i].source != NULL && !in->candidate[i].unreadable)
      files[number_of(in->candidate[i].source)]++;
  derive_keys(in);
  if (rc == BP_OK) rc = drop_unchanged(in, error);
  bp_result *t = rc == BP_OK ? bpi_table_new() : NULL;
  if (rc != BP_OK) return rc;
  if (t == NULL) return bpi_fail_nomem(error);
  tell_backlog(t, in, files);
  return bpi_table_finish(out, t, error);
}

/* ------------------------------------------------------------------------------ exported calls */

static int check_options(const bp_ingest_options *o, bp_error **error) {
  if (o->flags & ~(uint32_t)(BP_INGEST_RESTART | BP_INGEST_DRY_RUN))
    return bpi_fail(error, BP_ERR_INVALID, "unknown flags");
  if (o->reserved != 0) return bpi_fail(error, BP_ERR_INVALID, "the reserved member must be 0");
  if (o->threads > THREADS_MAX)
    return bpi_fail(error, BP_ERR_LIMIT, "at most %d threads", THREADS_MAX);
  return BP_OK;
}

static int find_source(const source **out, const char *name, bp_error **error) {
  *out = NULL;
  if (name == NULL || (*out = bpi_source_by_name(name)) != NULL) return BP_OK;
  bpi_fail(error, BP_ERR_NOTFOUND, "unknown source");
  bpi_fail_detail(error, "name", name);
  return bpi_fail_detail(error, "hint", "bp_catalog \"sources\" lists them");
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
  int rc = find_source(&in->only, source_name, error);
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
  derive_keys(in);
  if (rc == BP_OK) rc = load_erased(in, error);
  return rc == BP_OK ? BP_OK : bpi_leave(s, rc);
}

/* docs/errors.md lists what a log line says. */
static void log_report(const ingest *in) {
  const bp_ingest_report *r = &in->report;
  if (r->records_rejected > 0)
    bpi_handle_log(in->handle, BP_LOG_WARN, BP_ERR_FORMAT, (int64_t)r->records_rejected, 0);
  if (r->files_failed > 0)
    bpi_handle_log(in->handle, BP_LOG_WARN, BP_ERR_IO, (int64_t)r->files_failed, 0);
  bpi_handle_log(in->handle, BP_LOG_INFO, BP_OK, (int64_t)r->records_stored,
                 (int64_t)r->records_updated);
}

/* Completes the report and hands over the first error. */
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

typedef int (*ingest_body)(ingest *in, const void *what, bp_error **error);

/* The frame around all three calls. `what` NULL: the caller gave nothing to read. */
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
  ingest_free(&in);
  return bpi_error_end(rc, unseen);
}

typedef struct lent_bytes {
  const char *origin;
  const void *data;
  size_t length;
} lent_bytes;

static int unrecognised(bp_error **error) {
  bpi_fail(error, BP_ERR_UNSUPPORTED, "no source recognises this");
  return bpi_fail_detail(error, "hint", "name the source; bp_catalog \"sources\" lists them");
}

/* Pieces of one origin follow each other, so what its source remembered goes on; nameless bytes have
 * nothing to do with each other. */
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
  bp_error *why = NULL; /* what a database is damaged by, as if it were a file */
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

static int bytes_body(ingest *in, const void *what, bp_error **error) {
  const lent_bytes *lent = what;
  size_t head = lent->length < DETECT_BYTES ? lent->length : DETECT_BYTES;
  const source *reader = in->only != NULL ? in->only : bpi_source_detect("", lent->data, head);
  if (reader == NULL) return unrecognised(error);
  in->batch_due = in->batch_limit = BATCH_BYTES;
  in->bytes_total = lent->length;
  worker w;
  int rc = worker_init(&w, in);
  w.calls_progress = true;
  if (rc == BP_OK) rc = read_bytes(&w, reader, lent);
  if (rc != BP_OK) stop(in, rc, NULL);
  finish(in, &w, 1);
  worker_free(&w);
  return in->failed;
}

/* The source of an open file, by its name and first bytes. */
static int detect(const source **out, file *f, const char *path, bp_error **error) {
  char *bytes = bpi_alloc(DETECT_BYTES);
  if (bytes == NULL) return bpi_fail_nomem(error);
  int64_t got = bpi_file_read(f, 0, bytes, DETECT_BYTES);
  if (got >= 0) *out = bpi_source_detect(path, bytes, (size_t)got);
  bpi_free(bytes);
  if (*out != NULL) return BP_OK;
  if (got < 0)
    bpi_fail(error, BP_ERR_IO, "cannot read the file");
  else
    unrecognised(error);
  return bpi_fail_detail(error, "path", path);
}

static int file_body(ingest *in, const void *what, bp_error **error) {
  const char *path = what;
  file_stat stat;
  file *opened = NULL;
  const source *reader = in->only;
  int rc = bpi_file_open(&opened, path, &stat, error);
  if (rc == BP_OK && reader == NULL) rc = detect(&reader, opened, path, error);
  bpi_file_close(opened);
  if (rc == BP_OK) rc = add_candidate(in, path, &stat, reader);
  return rc == BP_OK ? run(in) : rc;
}

static int scan_body(ingest *in, const void *what, bp_error **error) {
  int rc = walk(in, what, error);
  if (rc != BP_OK) return rc;
  if (in->candidates > 0) qsort(in->candidate, in->candidates, sizeof *in->candidate, by_size);
  return run(in);
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

int bp_ingest_pending(bp_result **out, bp_store *s, const char *source_name, const char *root,
                      bp_error **error) {
  bp_error *unseen;
  error = bpi_error_begin(error, &unseen);
  if (out != NULL) *out = NULL;
  ingest in = {.function = "bp_ingest_pending", .handle = s, .report = BP_INGEST_REPORT_INIT};
  int rc = out == NULL || root == NULL ? bpi_fail(error, BP_ERR_INVALID, "nothing to look at")
                                       : find_source(&in.only, source_name, error);
  if (rc == BP_OK && (in.lock = bpi_mutex_new()) == NULL) rc = bpi_fail_nomem(error);
  if (rc == BP_OK) rc = bpi_enter(s, in.function, NULL, error);
  if (rc == BP_OK) {
    in.now_us = bpi_handle_now(s);
    bpi_note(s, in.function, source_name == NULL ? "" : source_name, INT64_MIN, INT64_MAX);
    rc =
        bpi_store_keyless(s->store)
            ? bpi_fail(error, BP_ERR_NOTFOUND, "without its key file the store knows no file again")
            : look(out, &in, root, error);
    rc = bpi_leave(s, rc);
  }
  ingest_free(&in);
  return bpi_error_end(rc, unseen);
}
