/* metrics/contrast_table.h: a contrast as columns of a result, the same in every report. */
#ifndef BPI_METRICS_CONTRAST_TABLE_H
#define BPI_METRICS_CONTRAST_TABLE_H

#include "metrics/contrast.h"
#include "result/table.h"

/* A column with its title and definition; returns its number. */
size_t bpi_report_column(bp_result *t, int type, const char *name, const char *role,
                         const char *definition);
void bpi_report_text(bp_result *t, size_t column, const char *text); /* NULL: empty */
/* The columns value ... p_adjusted; returns the first. */
size_t bpi_contrast_columns(bp_result *t);
/* Their cells in the last row, rounded to STATS_DIGITS; what is not known stays empty. */
void bpi_contrast_cells(bp_result *t, size_t first, const contrast *c, double adjusted);
/* What a report says of itself. */
void bpi_report_meta(bp_result *t, const char *topic, const bp_query *q, const range *r,
                     const zone *z, const prices *table);
void bpi_report_baseline(bp_result *t, const char *name, const range *r);

#endif
