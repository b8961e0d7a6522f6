/* data.h: results as a page's script reads them: every cell with its exact value and its state, column by column. */
#ifndef DATA_H
#define DATA_H

#include <blueplane/blueplane.h>

#include "../options.h"
#include "../text.h"

/* A document under way, and the columns that occurred in it. */
typedef struct data {
  json out;
  json columns; /* what is known of each column, told once for all tables */
  strings known;
} data;

/* {"rows": n, "meta": {...}, "columns": {NAME: {"values": [...], "states": [[row, state], ...]}, ...}}. Texts that occur
 * again are given once: "names" holds them, and the values count into it. */
void put_table(data *d, const char *key, const bp_result *r);
/* {NAME: {"role", "of", "unit", "title", "estimate", "type"}, ...} of all tables. */
void put_columns(data *d, const char *key);
/* Title, family and definition of each metric, by its id; exit code. */
int put_catalog(data *d, const char *key);
/* {DIMENSION: {WORD: TITLE}}: how people write the words of dimensions; exit code. */
int put_words(data *d, const char *key);
void data_free(data *d);

#endif
