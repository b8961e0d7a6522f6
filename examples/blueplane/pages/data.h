/* data.h: writes results for the script of a page, column by column: each cell with its exact value
 * and its state. */
#ifndef DATA_H
#define DATA_H

#include <blueplane/blueplane.h>

#include "../options.h"
#include "../text.h"

/* The document being written, and the columns in it. */
typedef struct data {
  json out;
  json columns; /* description of each column, once for all tables */
  strings known;
} data;

/* {"rows": n, "meta": {...}, "columns": {NAME: {"values": [...], "states": [[row, state], ...]},
 * ...}}. Text columns store each text once, in "names", and their values are indexes into it. */
void put_table(data *d, const char *key, const bp_result *r);
/* {NAME: {"role", "of", "unit", "title", "estimate", "type"}, ...} of all tables. */
void put_columns(data *d, const char *key);
/* The title, family and definition of each metric, by its name; exit code. */
int put_catalog(data *d, const char *key);
/* {DIMENSION: {WORD: TITLE}}: the titles of the words of dimensions; exit code. */
int put_words(data *d, const char *key);
void data_free(data *d);

#endif
