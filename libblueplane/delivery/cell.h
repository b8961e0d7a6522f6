/* delivery/cell.h: one cell as text, exact for machines or rounded for people. What the formats of
 * this folder share; knows nothing of rows, lines and separators. */
#ifndef BPI_DELIVERY_CELL_H
#define BPI_DELIVERY_CELL_H

#include "base/time.h"
#include "delivery/delivery.h"

/* "bool", "int", "real", "text", "time" */
const char *bpi_type_name(int type);

/* "value", "empty", "withheld", "uncovered", or "lower_bound" for a value that is one. */
const char *bpi_state_name(const bp_result *r, size_t row, size_t column);

/* The exact value: true or false, digits, the shortest decimal, the text itself, RFC 3339. */
void bpi_cell_exact(buf *out, const bp_result *r, size_t row, size_t column);

/* Numbers stand on the right. */
bool bpi_is_number(const bp_result *r, size_t column);

/* How a column shows to people. */
typedef struct look {
  int unit;      /* of the table in cell.c */
  int grain;     /* of a TIME column: what is needed to tell its values */
  bool sign;     /* a difference: + is written too */
  bool estimate; /* ~ before each value */
  bool word;     /* of a closed vocabulary, shown by its title */
} look;

/* The looks of all columns. Times are shown in the result's zone, or in UTC where this machine has
 * no such zone. */
typedef struct looks {
  const bp_result *result;
  delivery_options options;
  look *column;
  zone *zone;
} looks;

/* BP_OK or BP_ERR_NOMEM; either way bpi_looks_free may follow. */
int bpi_looks_init(looks *l, const bp_result *r, const delivery_options *options);
void bpi_looks_free(looks *l);

/* Whether it is "at least 0". */
bool bpi_says_nothing(const bp_result *r, size_t row, size_t column);
/* The cell's value with its marks: "≥" for a lower bound, "~" for an estimate; "–" where it says nothing. */
void bpi_cell_shown(buf *out, const looks *l, size_t row, size_t column);
/* A round number of no cell, in the column's unit and with all its decimals: what stands at an axis. */
void bpi_level_shown(buf *out, const looks *l, size_t column, double value);
/* Title or name. */
void bpi_heading(buf *out, const looks *l, size_t column);
/* Companions are left out where the options say so. */
bool bpi_is_shown(const looks *l, size_t column);
/* The column's values have a time of day, so a reader must know the zone. */
bool bpi_shows_clock(const looks *l, size_t column);

/* Text for one line of a terminal or page: what would move the cursor, break the line or turn the
 * direction is written as an escape. */
void bpi_text_shown(buf *out, const char *text, size_t length);

#endif
