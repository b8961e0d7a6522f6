/* sources/source.h: the registry of sources and what each one promises. Knows which formats there
 * are; knows no database. */
#ifndef BPI_SOURCES_SOURCE_H
#define BPI_SOURCES_SOURCE_H

#include "base/scan.h"
#include "sources/record.h"

/* What a source can know at all. A measure none of the sources behind a cell can know is
 * `uncovered`, not zero. */
/* clang-format off */
enum {
  COVERS_TOKENS = 1, COVERS_CACHE_READ = 2, COVERS_CACHE_WRITE = 4, COVERS_REASONING = 8,
  COVERS_COST = 16 /* records cost itself */, COVERS_TOOLS = 32, COVERS_OUTCOMES = 64,
  COVERS_LINES = 128, COVERS_DECISIONS = 256, COVERS_PROMPTS = 512, COVERS_MODEL = 1024,
  COVERS_TIME = 2048, COVERS_EVENTS = 4096, COVERS_WORKSPACE = 8192, COVERS_CHANGES = 16384,
  COVERS_WEB_SEARCH = 32768,
  COVERS_HISTORY = 65536 /* lines and types of commits */, COVERS_REVIEWS = 131072
};
/* clang-format on */

/* One input being read: a file, or bytes from memory. Path is "" for bytes. What is read is `scan`,
 * or for a source of databases the rows of `database`. A source that must remember something between
 * two reads of a growing file keeps it in `memory`: integers only, stored beside the position. */
#define SOURCE_MEMORY 24
struct foreign; /* store/foreign.h, which only sources of databases include */
struct source;
struct file_stat; /* base/file.h */
typedef struct source_input {
  const char *path;
  scan *scan;
  struct foreign *database;
  record_sink *sink;
  int64_t memory[SOURCE_MEMORY]; /* zero at the start of a file */
  uint64_t records;              /* out: JSON values read */
  /* called between records; non-zero stops */
  int (*checkpoint)(void *user, struct source_input *in);
  /* From now on another source tells the records: a file may hold those of several. May be NULL. */
  void (*told_by)(void *user, const struct source *teller);
  void *user;
} source_input;

typedef struct source {
  const char *name;     /* "claude_code" */
  const char *title;    /* "Claude Code transcripts" */
  const char *platform; /* of sessions that no row names; NULL: each record names its own */
  unsigned covers;      /* COVERS_ */
  bool (*is_ours)(const char *path);                   /* by name, for scans */
  bool (*recognise)(const char *bytes, size_t length); /* by first bytes, at most 64 KiB */
  int (*read)(source_input *in);  /* 0, what put or checkpoint returned, BP_ERR_IO, BP_ERR_NOMEM */
  const struct field_rule *rules; /* allow-list for the privacy preview, ends with path NULL */
  bool whole;    /* lines depend on earlier ones: a file that changed is read from its start */
  bool database; /* its files are SQLite's; read from their start, too */
  /* How the name of a file ends that its program packed: it is known as the file it was made of, whose time it
   * keeps. NULL: there are none. */
  const char *packed;
  /* of a database, for the preview; ends with table NULL; may be NULL */
  const struct row_rule *rows;
  /* Changes the stat of a file when what lies beside it and is read with it changes; may be NULL. */
  void (*beside)(const char *path, struct file_stat *stat);
} source;

/* One row of a source's allow-list. `path` uses "." between keys and "[]" for items, as in
 * "message.content[].id", and "*" for any key. */
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

/* Rows that hold JSON in the column "value" and are shown under `path`; of a table without prefix the
 * columns themselves are its fields. */
typedef struct row_rule {
  const char *table, *prefix, *path;
} row_rule;

extern const source bpi_source_claude_code, bpi_source_codex, bpi_source_native, bpi_source_cursor,
    bpi_source_cursor_hooks, bpi_source_claude_code_hooks, bpi_source_gemini, bpi_source_copilot,
    bpi_source_opencode, bpi_source_opencode_db, bpi_source_otlp, bpi_source_blueplane_db,
    bpi_source_forge, bpi_source_blueplane_db_cursor, bpi_source_opencode_storage;

size_t bpi_source_count(void);
const source *bpi_source_at(size_t index);
/* The bit by which sessions remember their sources: its place in the registry; of NULL, none, one behind the last. */
int bpi_source_number(const source *s);
const source *bpi_source_by_name(const char *name);
/* Looks at no more than the first bytes; `path` may be "". NULL: nobody knows them. */
#define SOURCE_HEAD ((size_t)64 << 10)
const source *bpi_source_detect(const char *path, const char *bytes, size_t length);
/* The error of what bpi_source_detect() does not know; returns its code. */
int bpi_source_unrecognised(bp_error **error);

#endif
