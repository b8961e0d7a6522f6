/* vitals.h: the figures of health, gathered for whoever shows them: the library's, what waits in the
 * known places and in a queue, and the room that is left. Asked with the eyes of an operator, so that
 * nothing of what a person did can be among them. */
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

/* What there is to know about a figure; the table is the whole list. */
typedef struct vital_info {
  const char *name;
  vital_unit unit;
  const char *group, *title; /* for people; title NULL: not shown in the table */
  const char *metric;        /* its name for Prometheus, behind "blueplane_" */
  const char *label;         /* what names the parts of it, or NULL */
  const char *share;         /* the figure that "%" means of it, or NULL */
  const char *help;
} vital_info;
extern const vital_info vital_table[]; /* ends with name NULL */
const vital_info *find_vital(const char *name);

typedef struct vital {
  const vital_info *info;
  char *of; /* the part, or NULL: the whole */
  double value;
} vital;

typedef enum vital_status { STATUS_OK, STATUS_BEHIND, STATUS_FAILING } vital_status;

typedef struct vitals {
  vital *item;
  size_t count;
  vital_status status;
  char *reasons; /* a sentence where the status is not ok, else NULL */
} vitals;

/* Asks for everything. `sound`: what a check of the whole file found before; NULL: it is checked now,
 * which takes long; negative: it was not and is not checked. After a complaint the exit code; what is
 * known then, that something is wrong at least, is told nevertheless. */
int read_vitals(vitals *v, const program *p, const double *sound);
void vitals_free(vitals *v);
/* The figure of the whole; NULL: it is not told. */
const vital *vital_of(const vitals *v, const char *name);

const char *status_name(vital_status status);
/* Parts that are nothing say nothing to people, and some figures are for programs only. */
bool vital_is_shown(const vital *v);
void put_vital(text *t, const vital *v); /* for people */
/* The text format of Prometheus, version 0.0.4. */
void put_exposition(text *t, const vitals *v);
/* One document, schema blueplane.health/1. */
void json_vitals(json *j, const vitals *v);

#endif
