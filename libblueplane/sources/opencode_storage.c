/* sources/opencode_storage.c: the folder in which older clients of opencode store sessions,
 * messages and parts in separate files. A session's file is read together with those that belong
 * to it; the files of other sessions next to it tell whose subagent it is. Knows where the files
 * are; opencode.h knows their content.
 *
 *     storage/session/PROJECT/SESSION.json  storage/message/SESSION/MESSAGE.json
 *     storage/part/MESSAGE/PART.json
 *
 * and in the first versions
 *
 *     storage/session/info/SESSION.json  storage/session/message/SESSION/MESSAGE.json
 *     storage/session/part/SESSION/MESSAGE/PART.json
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "sources/opencode.h"

#define WINDOW ((size_t)64 << 10)
#define PATH_LIMIT ((size_t)64 << 10)
#define SESSION_LIMIT ((size_t)1 << 20) /* for a file of which only the parent is read */

/* ------------------------------------------------------------------------------------ the folder */

/* The locations of a session's files, derived from the path of the session. */
typedef struct place {
  const char *path;
  const char *session; /* the name of its file, without the extension */
  size_t length;
  size_t root; /* length of the path up to the folder that contains messages and parts */
  bool first;  /* layout of the first versions */
} place;

static place place_of(const char *path) {
  place p = {.path = path, .session = bpi_base_name(path)};
  p.length = strlen(p.session) - strlen(".json");
  const char *project = bpi_last_parts(path, 2);
  p.first = (size_t)(p.session - project) == strlen("info/") && strncmp(project, "info", 4) == 0;
  p.root = (size_t)((p.first ? project : bpi_last_parts(path, 3)) - path);
  return p;
}

/* NULL when out of memory. */
static char *messages_of(const place *p) {
  buf folder;
  bpi_buf_init(&folder, PATH_LIMIT);
  bpi_buf_printf(&folder, "%.*smessage/%.*s", (int)p->root, p->path, (int)p->length, p->session);
  return bpi_buf_take(&folder, NULL);
}

/* The folder with the parts of the message in that file; NULL when out of memory. */
static char *parts_of(const place *p, const char *message) {
  const char *base = bpi_base_name(message);
  buf folder;
  bpi_buf_init(&folder, PATH_LIMIT);
  bpi_buf_printf(&folder, "%.*spart/", (int)p->root, p->path);
  if (p->first) bpi_buf_printf(&folder, "%.*s/", (int)p->length, p->session);
  bpi_buf_add(&folder, base, strlen(base) - strlen(".json"));
  return bpi_buf_take(&folder, NULL);
}

/* --------------------------------------------------------------------------------- lists of files */

typedef struct paths {
  char **at;
  size_t count, capacity;
} paths;

static int add_path(void *user, const char *path, const file_stat *stat) {
  paths *p = user;
  void *items = p->at;
  if (stat == NULL || !bpi_ends_with(path, ".json")) return BP_OK;
  if (bpi_reserve(&items, &p->capacity, p->count + 1, sizeof *p->at) != BP_OK) return BP_ERR_NOMEM;
  p->at = items;
  p->at[p->count] = bpi_strndup(path, strlen(path));
  return p->at[p->count++] == NULL ? BP_ERR_NOMEM : BP_OK;
}

static int by_name(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Lists the files of a folder, sorted by name. Frees `folder`. */
static int list(paths *p, char *folder) {
  *p = (paths){0};
  int rc = folder == NULL ? BP_ERR_NOMEM : bpi_walk(folder, add_path, p);
  if (p->count > 0) qsort(p->at, p->count, sizeof *p->at, by_name);
  bpi_free(folder);
  return rc == BP_ERR_NOTFOUND ? BP_OK : rc;
}

static void free_paths(paths *p) {
  for (size_t i = 0; i < p->count; i++)
    bpi_free(p->at[i]);
  bpi_free(p->at);
}

/* -------------------------------------------------------------------------------------- one file */

typedef struct storage {
  source_input *in;
  source_input beside; /* the input for messages and parts, one file at a time */
  scan scan;
  file *file;
  int64_t offset;
  int64_t passed; /* bytes of the files before: positions run on over all files */
  opencode o;
  bool whole; /* the last file contained a valid object */
} storage;

static int64_t read_bytes(void *user, void *into, size_t length) {
  storage *s = user;
  int64_t got = bpi_file_read(s->file, s->offset, into, length);
  if (got > 0) s->offset += got;
  return got;
}

static int emit_whole(void *self) {
  ((storage *)self)->whole = true;
  return BP_OK;
}

static int take_session(void *self, scan *s) {
  return bpi_opencode_take_session(&((storage *)self)->o, s);
}
static int take_message(void *self, scan *s) {
  return bpi_opencode_take_info(&((storage *)self)->o, s);
}
static int take_part(void *self, scan *s) {
  return bpi_opencode_take_part(&((storage *)self)->o, s);
}

static void refuse(storage *s, int reason) {
  s->in->sink->reject(s->in->sink->self, reason, s->scan.line, s->passed);
}

/* A missing file was just deleted. An incomplete one is rejected for now; it is read again when it
 * changes. */
static int read_file(storage *s, const char *path, int (*take)(void *self, scan *s)) {
  object_reader reader = {.take = take, .emit = emit_whole, .self = s, .lists = true};
  file_stat stat;
  bp_error *why = NULL;
  s->whole = false;
  int rc = bpi_file_open(&s->file, path, &stat, &why);
  bpi_error_free(why);
  if (rc != BP_OK) return rc == BP_ERR_NOMEM ? rc : BP_OK;
  s->passed += s->offset;
  s->offset = 0;
  s->beside.records = 0;
  bpi_scan_reset(&s->scan, read_bytes, s, s->passed, 1);
  rc = bpi_read_objects(&s->beside, &reader);
  s->in->records += s->beside.records;
  bool waits = rc == BP_OK && bpi_scan_pending(&s->scan) > 0;
  if (waits || rc == BP_ERR_IO) {
    s->in->records++;
    refuse(s, waits ? REJECT_SYNTAX : REJECT_UNREADABLE);
  }
  bpi_file_close(s->file);
  s->file = NULL;
  return rc == BP_ERR_IO ? BP_OK : rc;
}

/* --------------------------------------------------------------------------------- whose it is */

/* Whether the identifier can be a file name that leads to no other folder. */
static bool is_plain(const id_text *id) {
  for (size_t i = 0; i < id->length; i++) {
    char c = id->at[i], lower = (char)(c | 0x20);
    bool letter = lower >= 'a' && lower <= 'z';
    if (!letter && !(c >= '0' && c <= '9') && c != '_' && c != '-') return false;
  }
  return id->length > 0;
}

static void read_parent(const char *text, size_t length, id_text *parent) {
  static const char *const keys[] = {"parentID", NULL};
  uint64_t seen = 0;
  int twice = 0;
  unsigned dropped = 0;
  scan s;
  bpi_scan_init_memory(&s, text, length);
  s.document = true;
  if (bpi_scan_value(&s) == SCAN_OBJECT)
    while (bpi_object_member(&s, keys, &seen, &twice) >= 0)
      bpi_object_into(&s, parent, &dropped);
  bpi_scan_free(&s);
}

/* Reads the parent of a session from its file next to this one; length 0: none. */
static int parent_of(const place *p, const id_text *id, id_text *parent) {
  char *text = NULL;
  size_t length = 0;
  buf path;
  bp_error *why = NULL;
  parent->length = 0;
  bpi_buf_init(&path, PATH_LIMIT);
  bpi_buf_add(&path, p->path, (size_t)(p->session - p->path));
  bpi_buf_add(&path, id->at, id->length);
  bpi_buf_text(&path, ".json");
  char *beside = bpi_buf_take(&path, NULL);
  int rc = beside == NULL ? BP_ERR_NOMEM
                          : bpi_file_load(&text, &length, beside, SESSION_LIMIT, &why);
  if (rc == BP_OK) read_parent(text, length, parent);
  bpi_error_free(why);
  bpi_free(beside);
  bpi_free_wiped(text, length); /* it has the session's title */
  return rc == BP_ERR_NOMEM ? rc : BP_OK;
}

/* Finds the topmost session; if a parent's file is missing, that parent. */
static int find_root(storage *s, const place *p) {
  id_text root = s->o.session.parent, above = {0};
  for (int i = 0; i < OPENCODE_GENERATIONS && is_plain(&root); i++) {
    int rc = parent_of(p, &root, &above);
    if (rc != BP_OK) return rc;
    if (above.length == 0) break;
    root = above;
  }
  s->o.root = bpi_memo_ident(&s->o.rows.names, IDENT_SESSION, root.at, root.length);
  return BP_OK;
}

/* -------------------------------------------------------------------------------------- a session */

static int tell_parts(storage *s, const place *p, const char *message) {
  paths parts;
  int rc = list(&parts, parts_of(p, message));
  s->o.part.number = 0;
  for (size_t i = 0; i < parts.count && rc == BP_OK; i++) {
    rc = read_file(s, parts.at[i], take_part);
    if (rc == BP_OK && s->whole) rc = bpi_opencode_put_part(&s->o);
  }
  free_paths(&parts);
  return rc;
}

static int tell_message(storage *s, const place *p, const char *message) {
  int rc = read_file(s, message, take_message);
  if (rc != BP_OK || !s->whole) return rc;
  if (s->o.message.id.length == 0) {
    refuse(s, REJECT_FIELD);
    return BP_OK;
  }
  s->o.messages++;
  rc = tell_parts(s, p, message);
  return rc == BP_OK ? bpi_opencode_put_message(&s->o) : rc;
}

static int tell_messages(storage *s, const place *p) {
  paths messages;
  int rc = list(&messages, messages_of(p));
  for (size_t i = 0; i < messages.count && rc == BP_OK; i++) {
    rc = tell_message(s, p, messages.at[i]);
    if (rc == BP_OK && s->in->checkpoint != NULL) rc = s->in->checkpoint(s->in->user, s->in);
  }
  free_paths(&messages);
  return rc;
}

static int read_session(storage *s) {
  object_reader reader = {.take = take_session, .emit = emit_whole, .self = s, .lists = true};
  const scan *own = s->in->scan;
  int rc = bpi_read_objects(s->in, &reader);
  s->offset = own->base + (own->end - own->origin);
  if (rc != BP_OK || !s->whole) return rc;
  if (s->o.session.id.length == 0) {
    refuse(s, REJECT_FIELD);
    return BP_OK;
  }
  /* a single file without its folder */
  if (!bpi_opencode_is_stored(s->in->path)) return bpi_opencode_put_session(&s->o);
  const place p = place_of(s->in->path);
  if (s->o.session.parent.length > 0) rc = find_root(s, &p);
  if (rc == BP_OK) rc = bpi_opencode_put_session(&s->o);
  return rc == BP_OK ? tell_messages(s, &p) : rc;
}

static int read_storage(source_input *in) {
  storage *s = bpi_alloc_zero(1, sizeof *s);
  if (s == NULL) return BP_ERR_NOMEM;
  s->in = in;
  s->beside = *in;
  s->beside.scan = &s->scan;
  s->beside.path = "";
  s->beside.checkpoint = NULL;
  bpi_rows_start(&s->o.rows, &s->beside, TIER_RECORD);
  int rc = bpi_scan_init(&s->scan, read_bytes, s, WINDOW, 0, 1);
  if (rc == BP_OK) rc = read_session(s);
  bpi_scan_free(&s->scan);
  bpi_content_input_free(&s->o.part.input);
  bpi_free(s);
  return rc;
}

/* ----------------------------------------------------------------------------- what lies beside it */

static int add_stat(void *user, const char *path, const file_stat *stat) {
  uint64_t *sum = user;
  if (stat == NULL) return BP_OK;
  const int64_t now[] = {stat->size, stat->modified_ns};
  *sum += bpi_hash_mix(path, strlen(path), bpi_hash_mix(now, sizeof now, 0));
  return BP_OK;
}

/* A session's messages and parts change without its own file, so its time is combined with a hash
 * of theirs. */
static void stat_with_parts(const char *path, file_stat *stat) {
  if (!bpi_opencode_is_stored(path)) return;
  const place p = place_of(path);
  paths messages;
  uint64_t sum = 0;
  (void)list(&messages, messages_of(&p));
  for (size_t i = 0; i < messages.count; i++) {
    char *parts = parts_of(&p, messages.at[i]);
    file_stat own;
    if (bpi_file_stat(messages.at[i], &own) == BP_OK) add_stat(&sum, messages.at[i], &own);
    if (parts != NULL) (void)bpi_walk(parts, add_stat, &sum);
    bpi_free(parts);
  }
  free_paths(&messages);
  stat->modified_ns = (int64_t)((uint64_t)stat->modified_ns + sum);
}

/* Whether it is a session alone: it names a folder and has neither messages nor an info object. */
static bool recognise(const char *bytes, size_t length) {
  static const char *const keys[] = {"id", "directory", "projectID", "messages", "info", NULL};
  return bpi_object_first(bytes, length, true, keys, SCAN_END) == 7;
}

static const field_rule rules[] = {
    {"id", FIELD_HASHED, "keyed hash: same session"},
    {"parentID", FIELD_HASHED, "keyed hash: session of a subagent"},
    {"directory", FIELD_LABEL, "project: last component of the folder"},
    {"version", FIELD_LABEL, "version of the client"},
    {"time.created", FIELD_KEPT, "when the session began"},
    {NULL, FIELD_KEPT, NULL},
};

const source bpi_source_opencode_storage = {
    .name = "opencode_storage",
    .title = "opencode's folder of sessions",
    .platform = "opencode",
    .covers = OPENCODE_COVERS,
    .is_ours = bpi_opencode_is_stored,
    .recognise = recognise,
    .read = read_storage,
    .rules = rules,
    .whole = true,
    .beside = stat_with_parts,
};
