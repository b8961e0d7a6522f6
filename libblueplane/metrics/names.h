/* metrics/names.h: the sessions and labels that cells point to, read from the store as they are
 * needed and kept for one computation. Numbers of the store become dense numbers here; text comes
 * in only where a filter, a price or the result asks for it. Knows names; knows no metric.
 *
 * A name is a label, or something made of one: a model family, an MCP server. The first failure
 * sticks in `failed`; what is returned from then on is NAME_NONE. */
#ifndef BPI_METRICS_NAMES_H
#define BPI_METRICS_NAMES_H

#include "metrics/coverage.h"
#include "metrics/dimension.h"
#include "metrics/keymap.h"
#include "metrics/prices.h"
#include "store/read.h"

#define NAME_NONE INT64_C(-1) /* the number of what has no name */

typedef struct label_name {
  int64_t label; /* number in the store; 0: made here */
  ident key;     /* breaks ties of equal text */
  char *text;    /* NULL: not kept, or not loaded yet */
  size_t length;
  bool loaded;
  bool shared; /* another of its kind has the same text */
  bool family_known, server_known, price_known;
  int64_t family, server; /* numbers of names */
  const price_model *price;
  uint32_t judged, passed; /* bit per filter: its verdict is known; and is yes */
} label_name;

typedef struct session_info {
  session_row row; /* of all tiers; only its id and sources until it is loaded */
  bool loaded;
  unsigned covers;      /* NEED_: what its sources can know together */
  int64_t interactions; /* within the range, where the session depth is asked for */
} session_info;

/* A row of the store: its session, and the kinds of its cells that do not count. */
typedef struct session_place {
  int64_t number;    /* of the session; NAME_NONE: not read yet */
  unsigned shadowed; /* bit per rollup_kind */
} session_place;

typedef struct name_cache {
  store *store;
  bp_error **error; /* where a failed reading is told */
  int failed;       /* 0 or the first BP_ERR_ */
  const source_cover *covers;
  size_t cover_count;
  keymap label_map; /* label of the store, or a negative number for a made name */
  label_name *name; /* by number, label_map.count of them */
  size_t name_capacity;
  keymap place_map;     /* row of the store */
  session_place *place; /* place_map.count of them */
  size_t place_capacity;
  session_info *session; /* by number */
  size_t sessions, session_capacity;
  bool workspaces_told_apart;
} name_cache;

void bpi_names_init(name_cache *n, store *s, const source_cover *covers, size_t count,
                    bp_error **error);
void bpi_names_free(name_cache *n);

/* The session that a row of the store belongs to: rows of several tiers have one number. */
session_place bpi_names_session(name_cache *n, int64_t id);
/* The same of a row that is the only one of its session, of which the same sources told as of that with
 * this number: it need not be read. */
int64_t bpi_names_session_like(name_cache *n, int64_t id, int64_t like);
/* The row with its names and times; what is left of it after a failure. */
const session_row *bpi_names_session_row(name_cache *n, int64_t number);
/* The number of a label; NAME_NONE for label 0. Reads nothing. */
int64_t bpi_names_label(name_cache *n, int64_t label);
/* The names made of a model and of a tool. */
int64_t bpi_names_family(name_cache *n, int64_t model);
int64_t bpi_names_server(name_cache *n, int64_t tool);
/* The price of a model; NULL if it has none. */
const price_model *bpi_names_price(name_cache *n, const prices *p, int64_t model);

/* The name with its text; NULL after a failure. */
const label_name *bpi_names_loaded(name_cache *n, int64_t number);
/* Marks workspaces of equal text, so that they are shown apart. */
void bpi_names_tell_workspaces_apart(name_cache *n);

/* How it is shown: its text, with # and four digits if shared; ~ and six if it was not kept. */
void bpi_name_show(buf *out, const label_name *shown);
/* The first `digits` hex digits of an identifier. */
void bpi_ident_show(buf *out, ident key, int digits);

#endif
