/* delivery/cell.h: writes one cell as text, exact for machines or rounded for people. Shared by the
 * formats of this folder; knows nothing of rows, lines and separators. */
#ifndef BPI_DELIVERY_CELL_H
#define BPI_DELIVERY_CELL_H

#include "base/time.h"
#include "delivery/delivery.h"

/* "bool", "int", "real", "text", "time" */
const char *bpi_type_name(int type);

/* "value", "empty", "withheld", "uncovered", or "lower_bound" for a value that is a lower bound. */
const char *bpi_state_name(const bp_result *r, size_t row, size_t column);

/* The exact value: true or false, an integer, the shortest decimal, the text itself, RFC 3339. */
void bpi_cell_exact(buf *out, const bp_result *r, size_t row, size_t column);

/* Whether the column holds numbers, which are aligned to the right. */
bool bpi_is_number(const bp_result *r, size_t column);

/* How a column is shown to people. */
typedef struct look {
  int unit;      /* index in the table of units in cell.c */
  int grain;     /* TIME: the precision needed to show its values exactly */
  bool sign;     /* a difference: + is written, too */
  bool estimate; /* ~ before each value */
  bool word;     /* from a closed vocabulary: shown by its title */
} look;

/* The looks of all columns. Times are shown in the zone of the result, or in UTC if this machine
 * does not have that zone. */
typedef struct looks {
  const bp_result *result;
  delivery_options options;
  look *column;
  zone *zone;
} looks;

/* BP_OK or BP_ERR_NOMEM; bpi_looks_free may be called in either case. */
int bpi_looks_init(looks *l, const bp_result *r, const delivery_options *options);
void bpi_looks_free(looks *l);

/* Whether the cell is a lower bound of 0, which says nothing. */
bool bpi_says_nothing(const bp_result *r, size_t row, size_t column);
/* The value with its marks: "≥" for a lower bound, "~" for an estimate; "–" if it says nothing. */
void bpi_cell_shown(buf *out, const looks *l, size_t row, size_t column);
/* A round number for an axis, in the unit of the column and with all its decimals. */
void bpi_level_shown(buf *out, const looks *l, size_t column, double value);
/* The title of the column or, depending on the options, its name. */
void bpi_heading(buf *out, const looks *l, size_t column);
/* False for a companion column if the options leave those out. */
bool bpi_is_shown(const looks *l, size_t column);
/* Whether the column shows a time of day, so that the reader needs to know the zone. */
bool bpi_shows_clock(const looks *l, size_t column);

/* Text for one line of a terminal or page: characters that would move the cursor, break the line or
 * change the direction are written as escapes. */
void bpi_text_shown(buf *out, const char *text, size_t length);

#endif
