/* sources/names.h: the way of raw identifiers and names to the sink. Remembers the last of them for
 * as long as one input is read, so that what the next line repeats is not hashed again. Knows no
 * format. */
#ifndef BPI_SOURCES_NAMES_H
#define BPI_SOURCES_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/scan.h"
#include "sources/record.h"

#define IDENT_RAW_MAX 128 /* longer identifiers are none we know: left out, and counted */
#define NAME_RAW_MAX 1024 /* the same for names and paths */

/* What became of a name. */
typedef struct name {
  uint32_t label; /* 0: none */
  bool misshapen; /* counted by the sink, and so asked for each time */
  int64_t number; /* of a tool its category, of a file its language, of a version its rank */
} name;

/* What is remembered of a text. `plain`: bytes in quotes are that text. */
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

/* `n` is all zero but for the sink. */
ident bpi_memo_ident(names *n, ident_kind kind, const char *raw, size_t length);
name bpi_memo_label(names *n, label_kind kind, const char *raw, size_t length);

/* The same for a text that stands next in the input, if it is the last that was asked for, as most are:
 * it is read. False, and nothing is read, if it is not. */
bool bpi_memo_ident_again(const names *n, ident_kind kind, scan *s, ident *out);
bool bpi_memo_label_again(const names *n, label_kind kind, scan *s, name *out);

/* A commit is known by the first seven digits of its hash, because an assistant often tells no more.
 * What is no hash in hexadecimal digits is an identifier like any other. */
ident bpi_memo_commit(names *n, const char *raw, size_t length);

/* An identifier for what has none of its own, made of numbers and bytes in a fixed order. Begins
 * with a NUL byte, so no raw identifier equals it. */
typedef struct composite {
  size_t length;
  unsigned char bytes[384];
} composite;

void bpi_composite_start(composite *c);
void bpi_composite_number(composite *c, int64_t value);
void bpi_composite_ident(composite *c, ident value);
/* at most IDENT_RAW_MAX */
void bpi_composite_bytes(composite *c, const char *bytes, size_t length);

#endif
