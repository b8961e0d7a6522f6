/* api/inspection.h: helpers for the topics of bp_inspect. Each topic is a function that fills a
 * table within one snapshot of the store. */
#ifndef BPI_API_INSPECTION_H
#define BPI_API_INSPECTION_H

#include <stdio.h>
#include <string.h>

#include "api/handle.h"
#include "base/sign.h"
#include "base/text.h"
#include "base/time.h"
#include "result/table.h"

typedef struct inspection {
  bp_store *handle;
  bp_result *table;
  bp_error **error; /* for the callbacks */
} inspection;

typedef struct column_spec {
  int type;
  const char *name, *unit;
} column_spec;

static inline void columns(bp_result *t, const column_spec *spec, size_t count) {
  for (size_t i = 0; i < count; i++) {
    size_t at = bpi_table_add_column(t, spec[i].type, spec[i].name, NULL);
    if (spec[i].unit != NULL) bpi_table_column_meta(t, at, "unit", spec[i].unit);
  }
}
#define COLUMNS(t, ...)                                                                            \
  columns(t, (const column_spec[]){__VA_ARGS__},                                                   \
          sizeof((const column_spec[]){__VA_ARGS__}) / sizeof(column_spec))

static inline void set_text(bp_result *t, size_t column, const char *text) {
  if (text != NULL) bpi_table_set_text(t, column, text, strlen(text));
}

static inline void set_time(bp_result *t, size_t column, int64_t us) {
  if (us != BPI_TIME_NONE) bpi_table_set_int(t, column, us);
}

static inline void set_hex(bp_result *t, size_t column, const unsigned char *data, size_t length) {
  char hex[2 * BPI_SIGNATURE_BYTES + 1];
  bpi_hex(data, length, hex);
  set_text(t, column, hex);
}

static inline void set_week(bp_result *t, size_t column, int64_t monday) {
  char name[16];
  bpi_format_week(monday, name);
  set_text(t, column, name);
}

/* A table of a few facts of different types: a name and a value as text per row. */
static inline void fact_columns(bp_result *t) {
  COLUMNS(t, {BP_TYPE_TEXT, "name", NULL}, {BP_TYPE_TEXT, "value", NULL});
}

static inline void fact_text(bp_result *t, const char *name, const char *value) {
  bpi_table_add_row(t);
  set_text(t, 0, name);
  set_text(t, 1, value);
}

static inline void fact_number(bp_result *t, const char *name, int64_t value) {
  char text[24];
  snprintf(text, sizeof text, "%lld", (long long)value);
  fact_text(t, name, text);
}

static inline void fact_key(bp_result *t, const char *name, const unsigned char *key) {
  bpi_table_add_row(t);
  set_text(t, 0, name);
  set_hex(t, 1, key, BPI_PUBLIC_BYTES);
}

/* inspect_own.c */
int bpi_inspect_stored(inspection *i, bp_error **error);
int bpi_inspect_consent(inspection *i, bp_error **error);
int bpi_inspect_audit(inspection *i, bp_error **error);
int bpi_inspect_retention(inspection *i, bp_error **error);

/* outgoing.c */
int bpi_inspect_outgoing(inspection *i, bp_error **error);

/* inspect_team.c */
int bpi_inspect_identity(inspection *i, bp_error **error);
int bpi_inspect_invitation(inspection *i, bp_error **error);
int bpi_inspect_roster(inspection *i, bp_error **error);
int bpi_inspect_rosters(inspection *i, bp_error **error);
int bpi_inspect_sharing(inspection *i, bp_error **error);
int bpi_inspect_shared(inspection *i, bp_error **error);
int bpi_inspect_contributions(inspection *i, bp_error **error);
int bpi_inspect_published(inspection *i, bp_error **error);
/* Whether published weeks, and a team's rosters and bundles, are as they came; else CORRUPT. */
int bpi_check_published(inspection *i, bp_error **error);
int bpi_check_documents(inspection *i, bp_error **error);

#endif
