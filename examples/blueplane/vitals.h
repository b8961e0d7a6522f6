/* vitals.h: collects the health figures for all commands that show them: the library's, the backlog
 * in the known places and in a queue, and free disk space. Reads the store with an operator's
 * access, so they cannot contain what a person did. */
#ifndef VITALS_H
#define VITALS_H

#include "program.h"

typedef enum vital_unit {
  VITAL_COUNT,
  VITAL_BYTES,
  VITAL_SECONDS,
  VITAL_SHARE, /* 0 to 1 */
  VITAL_DAYS
} vital_unit;

/* What is known of a figure; the table lists all figures. */
typedef struct vital_info {
  const char *name;
  vital_unit unit;
  const char *group, *title; /* for people; title NULL: not in the table */
  const char *metric;        /* its name for Prometheus, after "blueplane_" */
  const char *label;         /* the label that names its parts, or NULL */
  const char *share;         /* the figure that a limit in "%" refers to, or NULL */
  const char *help;
} vital_info;
extern const vital_info vital_table[]; /* ends with name NULL */
const vital_info *find_vital(const char *name);

typedef struct vital {
  const vital_info *info;
  char *of; /* the part, or NULL for the whole */
  double value;
} vital;

typedef enum vital_status { STATUS_OK, STATUS_BEHIND, STATUS_FAILING } vital_status;

typedef struct vitals {
  vital *item;
  size_t count;
  vital_status status;
  char *reasons; /* a sentence if the status is not ok, else NULL */
} vitals;

/* Collects all figures. `sound`: the result of an earlier check of the whole file; NULL: check it
 * now, which is slow; negative: unknown, do not check. On failure prints the error and returns an
 * exit code; `v` then still holds what is known, at least the failing status. */
int read_vitals(vitals *v, const program *p, const double *sound);
void vitals_free(vitals *v);
/* The whole figure; NULL: unknown. */
const vital *vital_of(const vitals *v, const char *name);

/* In how many days a store of `used` bytes that grows by `growth` a day reaches a limit; negative:
 * nothing tells. */
double days_until(double limit, double used, double growth);

const char *status_name(vital_status status);
/* Whether people see the figure: not the parts that are zero, and not those for programs only. */
bool vital_is_shown(const vital *v);
void put_vital(text *t, const vital *v); /* for people */
/* The text format of Prometheus, version 0.0.4. */
void put_exposition(text *t, const vitals *v);
/* One document, schema blueplane.health/1. */
void json_vitals(json *j, const vitals *v);

#endif
