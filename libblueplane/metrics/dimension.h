/* metrics/dimension.h: what a query may group by and filter on, as data. Knows where each value is
 * found in a rollup cell or session; does not know queries or metrics. The entries are in
 * dimension.def. */
#ifndef BPI_METRICS_DIMENSION_H
#define BPI_METRICS_DIMENSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "store/read.h"

/* Sets of rollup kinds. */
#define KIND_BIT(kind) (1u << (kind))
#define INTERACTION_KINDS                                                                          \
  (KIND_BIT(ROLLUP_PROMPT) | KIND_BIT(ROLLUP_RESPONSE) | KIND_BIT(ROLLUP_TOOL) |                   \
   KIND_BIT(ROLLUP_DECISION))
#define ALL_KINDS (KIND_BIT(ROLLUP_KINDS) - 2)
#define TASK_KINDS /* kinds whose cells describe a task as a whole */                              \
  (KIND_BIT(ROLLUP_TASK_COST) | KIND_BIT(ROLLUP_TASK) | KIND_BIT(ROLLUP_USE) |                     \
   KIND_BIT(ROLLUP_PATTERN) | KIND_BIT(ROLLUP_TRANSITION))

/* The bit fields of a cell's class. */
/* clang-format off */
typedef enum class_field {
  FIELD_NONE, FIELD_SUBAGENT, FIELD_QUALITY, FIELD_UNTOLD, FIELD_OUTCOME, FIELD_CATEGORY, FIELD_LANGUAGE,
  FIELD_DECISION, FIELD_SIZE, FIELD_EVENT, FIELD_CHANGE, FIELD_CHANGE_TYPE, FIELD_ASSISTED,
  FIELD_TASK_TYPE, FIELD_TASK_OUTCOME,
  FIELD_USE, FIELD_COUNT
} class_field;
/* clang-format on */

int64_t bpi_field_get(class_field field, int64_t class_);
int64_t bpi_field_mask(class_field field);                    /* its bits; 0 for FIELD_NONE */
const char *bpi_field_name(class_field field);                /* "outcome" */
const char *bpi_field_value(class_field field, int64_t code); /* "ok"; NULL if there is none */
int64_t bpi_field_code(class_field field, const char *value); /* -1 if there is none */

/* clang-format off */
typedef enum dimension_how {
  FROM_BUCKET, FROM_HOUR, FROM_WEEKDAY, FROM_SESSION, FROM_SESSION_LABEL, FROM_SOURCES, FROM_DEPTH,
  FROM_KIND, FROM_LABEL, FROM_FAMILY, FROM_SERVER, FROM_FIELD, FROM_FEATURES, FROM_PATTERN
} dimension_how;
/* clang-format on */

#define DIMENSION(id, ...) DIM_##id,
typedef enum dimension_id {
#include "metrics/dimension.def"
  DIM_COUNT
} dimension_id;
#undef DIMENSION
#define DIM_BIT(dim) (UINT64_C(1) << (dim))

typedef struct dimension {
  const char *name, *title, *definition;
  int type; /* BP_TYPE_ */
  dimension_how how;
  unsigned kinds;    /* bit per rollup kind that has it */
  class_field field; /* FROM_FIELD */
  label_kind label;  /* FROM_LABEL, FROM_FAMILY, FROM_SERVER, FROM_SESSION_LABEL */
  size_t offset;     /* FROM_SESSION_LABEL: offset of the label number in session_row */
} dimension;

extern const dimension bpi_dimensions[DIM_COUNT];
dimension_id bpi_dimension_find(const char *name); /* DIM_COUNT if there is none */
bool bpi_dimension_is_time(dimension_id dim);
/* The names of a set of dimensions, joined by ", ", for error details. */
void bpi_dimension_list(buf *out, uint64_t set);
/* The values of a dimension with a closed vocabulary, joined by ", "; adds nothing for others. */
void bpi_dimension_values(buf *out, dimension_id dim);

/* Prompt features as keys: 0 .. PROMPT_FEATURE_BITS - 1 is a bit, PROMPT_FEATURE_BITS means
 * none. */
const char *bpi_feature_name(int64_t key);
void bpi_pattern_show(buf *out, int64_t pattern); /* "read > edit > command" */
#define SESSION_DEPTHS 4
int bpi_depth_of(int64_t interactions); /* 0 .. 3, -1 for none */
const char *bpi_depth_name(int64_t key);
const char *bpi_event_name(int64_t kind); /* interaction name of a rollup kind; NULL: not one */

/* The family of a model ("claude-sonnet"); returns the length written, at most `capacity` bytes. */
size_t bpi_model_family(const char *model, size_t length, char *out, size_t capacity);
/* The server in "mcp__server__tool", as a slice of `tool`; false for other tools. */
bool bpi_mcp_server(const char *tool, size_t length, const char **server, size_t *server_length);

#endif
