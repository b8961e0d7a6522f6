/* sources/source.h: the registry of sources and the interface of a source. Knows which formats
 * there are; knows no database. */
#ifndef BPI_SOURCES_SOURCE_H
#define BPI_SOURCES_SOURCE_H

#include "base/scan.h"
#include "sources/record.h"

/* What a source can report. A measure that no source of a cell can report is `uncovered`, not
 * zero. */
/* clang-format off */
enum {
  COVERS_TOKENS = 1, COVERS_CACHE_READ = 2, COVERS_CACHE_WRITE = 4, COVERS_REASONING = 8,
  COVERS_COST = 16 /* records the cost itself */, COVERS_TOOLS = 32, COVERS_OUTCOMES = 64,
  COVERS_LINES = 128, COVERS_DECISIONS = 256, COVERS_PROMPTS = 512, COVERS_MODEL = 1024,
  COVERS_TIME = 2048, COVERS_EVENTS = 4096, COVERS_WORKSPACE = 8192, COVERS_CHANGES = 16384,
  COVERS_WEB_SEARCH = 32768,
  COVERS_HISTORY = 65536 /* lines and types of commits */, COVERS_REVIEWS = 131072
};
/* clang-format on */

/* One input being read: a file, or bytes from memory (path ""). A source reads from `scan`, or a
 * source of databases the rows of `database`. State that must survive between two reads of a
 * growing file goes into `memory`: integers only, stored with the position. */
#define SOURCE_MEMORY 24
struct foreign; /* store/foreign.h, included only by sources of databases */
struct source;
struct file_stat; /* base/file.h */
typedef struct source_input {
  const char *path;
  scan *scan;
  struct foreign *database;
  record_sink *sink;
  int64_t memory[SOURCE_MEMORY]; /* zero at the start of a file */
  uint64_t records;              /* out: number of JSON values read */
  /* called between records; non-zero stops */
  int (*checkpoint)(void *user, struct source_input *in);
  /* Called when the following records come from another source, because a file may contain several.
   * May be NULL. */
  void (*told_by)(void *user, const struct source *teller);
  void *user;
} source_input;

typedef struct source {
  const char *name;     /* "claude_code" */
  const char *title;    /* "Claude Code transcripts" */
  const char *platform; /* for sessions whose rows name none; NULL: each record names its own */
  unsigned covers;      /* COVERS_ */
  bool (*is_ours)(const char *path);                   /* by name, for scans */
  bool (*recognise)(const char *bytes, size_t length); /* by its first bytes, at most 64 KiB */
  int (*read)(source_input *in);  /* 0, what put or checkpoint returned, BP_ERR_IO, BP_ERR_NOMEM */
  const struct field_rule *rules; /* allow-list shown by the privacy preview; ends with path NULL */
  bool whole;    /* lines depend on earlier ones: a changed file is read from its start */
  bool database; /* its files are SQLite databases, which are also read from their start */
  /* The extension that the program adds to files it compressed: such a file is known as the one it
   * was made from and keeps its time. NULL: none. */
  const char *packed;
  /* of a database, for the preview; ends with table NULL; may be NULL */
  const struct row_rule *rows;
  /* Changes the stat of a file if other files that are read with it change; may be NULL. */
  void (*beside)(const char *path, struct file_stat *stat);
} source;

/* One row of a source's allow-list. `path` uses "." between keys, "[]" for items and "*" for any
 * key, as in "message.content[].id". */
typedef enum field_use {
  FIELD_KEPT,
  FIELD_HASHED,
  FIELD_LABEL,
  FIELD_COUNTED,
  FIELD_COMPARED
} field_use;
typedef struct field_rule {
  const char *path;
  field_use use;
  const char *rule; /* in plain words: "list price of tokens", "keyed hash: same session" */
} field_rule;

/* Rows with JSON in the column "value", shown under `path`. For a table without prefix the columns
 * themselves are the fields. */
typedef struct row_rule {
  const char *table, *prefix, *path;
} row_rule;

extern const source bpi_source_claude_code, bpi_source_codex, bpi_source_native, bpi_source_cursor,
    bpi_source_cursor_hooks, bpi_source_claude_code_hooks, bpi_source_gemini, bpi_source_copilot,
    bpi_source_opencode, bpi_source_opencode_db, bpi_source_otlp, bpi_source_blueplane_db,
    bpi_source_forge, bpi_source_blueplane_db_cursor, bpi_source_opencode_storage;

size_t bpi_source_count(void);
const source *bpi_source_at(size_t index);
/* The source's index in the registry, which is its bit in a session's sources. NULL gives the
 * number of sources. */
int bpi_source_number(const source *s);
const source *bpi_source_by_name(const char *name);
/* The source that recognises a file by its name; NULL: none. */
const source *bpi_source_of(const char *path);
/* Looks only at the first bytes; `path` may be "". NULL: not recognised. */
#define SOURCE_HEAD ((size_t)64 << 10)
const source *bpi_source_detect(const char *path, const char *bytes, size_t length);
/* Sets the error for input that bpi_source_detect() does not recognise; returns its code. */
int bpi_source_unrecognised(bp_error **error);

#endif
