/* api/candidates.c: which files are to be read: those under a root that a source recognises by
 * name, minus the unchanged ones. Does not open files. */
#include <stdlib.h>
#include <string.h>

#include "api/ingest.h"
#include "base/mem.h"
#include "base/text.h"

#define TELL_EVERY 256 /* candidates between two calls of progress */
#define PAGE_LEAST 512 /* smallest page of SQLite, in bytes */

int bpi_candidates_add(ingest *in, const char *path, const file_stat *stat, const source *reader) {
  void *items = in->candidate;
  if (bpi_reserve(&items, &in->capacity, in->candidates + 1, sizeof *in->candidate) != BP_OK)
    return BP_ERR_NOMEM;
  in->candidate = items;
  candidate *c = &in->candidate[in->candidates];
  memset(c, 0, sizeof *c);
  if ((c->path = bpi_strndup(path, strlen(path))) == NULL) return BP_ERR_NOMEM;
  const char *packed = reader == NULL ? NULL : reader->packed;
  c->packed = packed != NULL && bpi_ends_with(path, packed);
  c->key = bpi_hash_under(&in->path_key, path, strlen(path) - (c->packed ? strlen(packed) : 0));
  c->source = reader;
  c->unreadable = stat == NULL;
  if (stat != NULL) c->stat = *stat;
  if (stat != NULL && reader != NULL && reader->beside != NULL) reader->beside(path, &c->stat);
  in->bytes_total += (uint64_t)c->stat.size;
  in->report.files_seen++;
  in->candidates++;
  return in->candidates % TELL_EVERY == 0 ? bpi_ingest_tell(in, 0) : BP_OK;
}

/* The store itself may have a name that a source recognises; it must not be read. Only files that
 * consist of whole pages are checked. */
static bool is_store(const ingest *in, const char *path, const file_stat *stat) {
  return stat->size % PAGE_LEAST == 0 && bpi_store_locks(in->handle->store, path);
}

static int visit(void *user, const char *path, const file_stat *stat) {
  ingest *in = user;
  if (atomic_load(&in->handle->cancelled)) return bpi_ingest_cancel(in);
  if (stat == NULL) return bpi_candidates_add(in, path, NULL, in->only);
  const source *reader = bpi_source_of(path);
  if (in->only != NULL && reader != in->only) reader = NULL;
  if (reader == NULL || is_store(in, path, stat)) return BP_OK;
  return bpi_candidates_add(in, path, stat, reader);
}

/* Whether `root` begins with `path`. Paths of the walk use only '/', the root may also use '\'. */
static bool begins(const char *root, const char *path) {
  for (; *path != '\0'; path++, root++)
    if (*path != *root && !(*path == '/' && *root == '\\')) return false;
  return true;
}

/* Whether the root itself is unreadable: then it is the only candidate, under its own path. */
static bool root_unreadable(const ingest *in, const char *root) {
  return in->candidates == 1 && in->candidate[0].unreadable && begins(root, in->candidate[0].path);
}

int bpi_candidates_walk(ingest *in, const char *root, bp_error **error) {
  int rc = bpi_ingest_tell(in, 0);
  if (rc == BP_OK) rc = bpi_walk(root, visit, in);
  if (rc == BP_OK && root_unreadable(in, root)) rc = BP_ERR_IO;
  if (rc == BP_ERR_NOTFOUND || rc == BP_ERR_IO) {
    bpi_fail(error, rc,
             rc == BP_ERR_IO ? "the directory cannot be read" : "there is no directory to scan");
    return bpi_fail_detail(error, "path", root);
  }
  return rc;
}

static bool unchanged(const file_state *known, const file_stat *stat) {
  return known->size == stat->size && known->modified_ns == stat->modified_ns &&
         known->inode == (int64_t)stat->inode && known->device == (int64_t)stat->device;
}

/* Whether a packed file needs no reading: its original was read, or it was already refused as
 * packed. */
static bool was_read(const file_state *known, const file_stat *stat) {
  return known->size >= 0 && known->modified_ns == stat->modified_ns;
}

static void is_known(void *user, size_t number, const file_state *known) {
  candidate *c = &((ingest *)user)->candidate[number];
  bool same = known->source == bpi_source_number(c->source);
  c->unknown = false;
  c->same = same && !c->unreadable &&
            (c->packed ? was_read(known, &c->stat) : unchanged(known, &c->stat));
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

static int by_key(const void *a, const void *b) {
  const candidate *x = a, *y = b;
  int order = bpi_ident_compare(x->key, y->key);
  return order != 0 ? order : (int)x->packed - (int)y->packed;
}

/* If both a file and its packed form exist, the packed one is dropped. */
static void drop_packed(ingest *in) {
  bool any = false;
  for (size_t i = 0; i < in->candidates && !any; i++)
    any = in->candidate[i].packed;
  if (!any) return;
  qsort(in->candidate, in->candidates, sizeof *in->candidate, by_key);
  for (size_t i = 1; i < in->candidates; i++)
    in->candidate[i].same = in->candidate[i].packed &&
                            bpi_ident_compare(in->candidate[i - 1].key, in->candidate[i].key) == 0;
  drop_same(in);
}

/* Usually nothing has changed, so all unchanged files are found with one read of the store, before
 * any worker starts. */
static int drop_unchanged(ingest *in, bp_error **error) {
  ident *keys = bpi_alloc(in->candidates * sizeof *keys);
  if (keys == NULL) return bpi_fail_nomem(error);
  for (size_t i = 0; i < in->candidates; i++) {
    in->candidate[i].unknown = true;
    keys[i] = in->candidate[i].key;
  }
  int rc = bpi_store_files(in->handle->store, keys, in->candidates, is_known, in, error);
  bpi_free(keys);
  drop_same(in);
  return rc;
}

/* Large files first, so that threads finish at about the same time; then by name, for a fixed
 * order. */
static int by_size(const void *a, const void *b) {
  const candidate *x = a, *y = b;
  if (x->stat.size != y->stat.size) return x->stat.size > y->stat.size ? -1 : 1;
  return strcmp(x->path, y->path);
}

int bpi_candidates_choose(ingest *in, bp_error **error) {
  drop_packed(in);
  int rc = in->options.flags & BP_INGEST_RESTART ? BP_OK : drop_unchanged(in, error);
  if (in->candidates > 0) qsort(in->candidate, in->candidates, sizeof *in->candidate, by_size);
  return rc;
}
