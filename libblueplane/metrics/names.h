/* metrics/names.h: a cache of the sessions and labels that cells refer to, read from the store on
 * demand and kept for one computation. It maps store numbers to dense numbers and loads text only
 * when a filter, a price or the result needs it. Knows names; knows no metric.
 *
 * A name is a label, or something derived from one: a model family, an MCP server. The first
 * failure is kept in `failed`; after it, functions return NAME_NONE. */
#ifndef BPI_METRICS_NAMES_H
#define BPI_METRICS_NAMES_H

#include "metrics/coverage.h"
#include "metrics/dimension.h"
#include "metrics/keymap.h"
#include "metrics/prices.h"
#include "store/read.h"

#define NAME_NONE INT64_C(-1) /* no name */

typedef struct label_name {
  int64_t label; /* number in the store; 0: derived here */
  ident key;     /* breaks ties of equal text */
  char *text;    /* NULL: not stored, or not loaded yet */
  size_t length;
  bool loaded;
  bool shared; /* another label of its kind has the same text */
  bool family_known, server_known, price_known;
  int64_t family, server; /* numbers of names */
  const price_model *price;
  uint32_t judged, passed; /* bit per filter: was evaluated; matched */
} label_name;

typedef struct session_info {
  session_row row; /* merged over all tiers; until `loaded`, only its id and sources are set */
  bool loaded;
  unsigned covers;      /* NEED_ bits that its sources can record together */
  int64_t interactions; /* within the range; counted only for session_depth */
} session_info;

/* A row of the store: its session, and the kinds for which a better row replaces it. */
typedef struct session_place {
  int64_t number;    /* of the session; NAME_NONE: not read yet */
  unsigned shadowed; /* bit per rollup_kind whose cells do not count */
} session_place;

typedef struct name_cache {
  store *store;
  bp_error **error; /* receives a read error */
  int failed;       /* 0 or the first BP_ERR_ */
  const source_cover *covers;
  size_t cover_count;
  keymap label_map; /* from label in the store, or a negative number for a derived name */
  label_name *name; /* per number; label_map.count entries */
  size_t name_capacity;
  keymap place_map;     /* from row id in the store */
  session_place *place; /* per number; place_map.count entries */
  size_t place_capacity;
  session_info *session; /* per session number */
  size_t sessions, session_capacity;
  bool workspaces_told_apart;
} name_cache;

void bpi_names_init(name_cache *n, store *s, const source_cover *covers, size_t count,
                    bp_error **error);
void bpi_names_free(name_cache *n);

/* The session that a row of the store belongs to; rows of several tiers share one number. */
session_place bpi_names_session(name_cache *n, int64_t id);
/* The same for a row known to be the only one of its session and to have the same sources as
 * session `like`: saves reading it. */
int64_t bpi_names_session_like(name_cache *n, int64_t id, int64_t like);
/* The row with its names and times, loaded if necessary; incomplete after a failure. */
const session_row *bpi_names_session_row(name_cache *n, int64_t number);
/* The number of a label; NAME_NONE for label 0. Does not read the store. */
int64_t bpi_names_label(name_cache *n, int64_t label);
/* The names derived from a model (its family) and from a tool (its MCP server). */
int64_t bpi_names_family(name_cache *n, int64_t model);
int64_t bpi_names_server(name_cache *n, int64_t tool);
/* The price of a model; NULL if it has none. */
const price_model *bpi_names_price(name_cache *n, const prices *p, int64_t model);

/* The name with its text; NULL after a failure. */
const label_name *bpi_names_loaded(name_cache *n, int64_t number);
/* Marks workspaces with equal text as `shared`, so that they are shown differently. */
void bpi_names_tell_workspaces_apart(name_cache *n);

/* The display form: the text, with # and four digits if shared; ~ and six if it was not stored. */
void bpi_name_show(buf *out, const label_name *shown);
/* The first `digits` hex digits of an identifier. */
void bpi_ident_show(buf *out, ident key, int digits);

#endif
