/* sources/names.h: passes raw identifiers and names to the sink, caching recent results while one
 * input is read, so that repeated ones are not hashed again. Knows no format. */
#ifndef BPI_SOURCES_NAMES_H
#define BPI_SOURCES_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/scan.h"
#include "sources/record.h"

#define IDENT_RAW_MAX 128 /* longer identifiers are unknown to us: left out and counted */
#define NAME_RAW_MAX 1024 /* the same for names and paths */

/* The result for a name. */
typedef struct name {
  uint32_t label; /* 0: none */
  bool misshapen; /* the sink counts it, so it is asked for each time */
  int64_t number; /* for a tool its category, for a file its language, for a version its rank */
} name;

/* A cached text. `plain`: contains nothing that JSON escapes, so it can be compared with the bytes
 * between quotes. */
typedef struct ident_memory {
  ident id;
  size_t length;
  bool plain;
  char raw[IDENT_RAW_MAX];
} ident_memory;

typedef struct name_memory {
  name is;
  label_kind kind; /* 0: unused */
  unsigned length;
  bool plain;
  char raw[200];
} name_memory;

#define NAMES_IDENTS 2
#define NAMES_LABELS 64
typedef struct names {
  record_sink *sink;
  unsigned next[IDENT_KINDS];
  ident_memory idents[IDENT_KINDS][NAMES_IDENTS];
  const name_memory *last[LABEL_KINDS];
  name_memory labels[NAMES_LABELS];
} names;

/* `n` must be all zero except for the sink. */
ident bpi_memo_ident(names *n, ident_kind kind, const char *raw, size_t length);
name bpi_memo_label(names *n, label_kind kind, const char *raw, size_t length);

/* The same for the text that comes next in the input, if it equals the last one asked for, as it
 * usually does: reads it then. Otherwise false, and nothing is read. */
bool bpi_memo_ident_again(const names *n, ident_kind kind, scan *s, ident *out);
bool bpi_memo_label_again(const names *n, label_kind kind, scan *s, name *out);

/* A commit is identified by the first seven digits of its hash, because assistants often report no
 * more. Text that is not a hexadecimal hash is used like any other identifier. */
ident bpi_memo_commit(names *n, const char *raw, size_t length);

/* Builds an identifier for something that has none, from numbers and bytes in a fixed order. It
 * begins with a NUL byte, so that no raw identifier equals it. */
typedef struct composite {
  size_t length;
  unsigned char bytes[384];
} composite;

void bpi_composite_start(composite *c);
void bpi_composite_number(composite *c, int64_t value);
void bpi_composite_ident(composite *c, ident value);
/* at most IDENT_RAW_MAX bytes */
void bpi_composite_bytes(composite *c, const char *bytes, size_t length);

#endif
