/* metrics/contrast_table.h: writes a contrast as columns of a result, the same in every report. */
#ifndef BPI_METRICS_CONTRAST_TABLE_H
#define BPI_METRICS_CONTRAST_TABLE_H

#include "metrics/contrast.h"
#include "result/table.h"

/* Adds a column with a title made from its name, and its definition; returns its index. */
size_t bpi_report_column(bp_result *t, int type, const char *name, const char *role,
                         const char *definition);
void bpi_report_text(bp_result *t, size_t column, const char *text); /* NULL: empty */
/* Adds the columns value ... p_adjusted; returns the index of the first. */
size_t bpi_contrast_columns(bp_result *t);
/* Sets their cells in the last row, rounded to STATS_DIGITS; unknown values stay empty. */
void bpi_contrast_cells(bp_result *t, size_t first, const contrast *c, double adjusted);
/* Metadata of a report: range, zone, prices, baseline. */
void bpi_report_meta(bp_result *t, const char *topic, const bp_query *q, const range *r,
                     const zone *z, const prices *table);
void bpi_report_baseline(bp_result *t, const char *name, const range *r);

#endif
