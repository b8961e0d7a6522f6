/* data.h: results as a page's script reads them: every cell with its exact value and its state, column by column. */
#ifndef DATA_H
#define DATA_H

#include <blueplane/blueplane.h>

#include "../text.h"

/* {"rows": n, "meta": {...}, "columns": [{"name", "type", "role", ..., "values": [...], "states": [[row, state], ...]}]}.
 * Texts that occur again are given once: "names" holds them, and the values count into it. */
void put_table(json *j, const char *key, const bp_result *r);
/* Title, unit, family and definition of each metric, by its id. */
int put_catalog(json *j, const char *key);

#endif
