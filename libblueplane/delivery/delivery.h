/* delivery/delivery.h: the ways out of a result. Knows the table and how each format writes it; one
 * file for each. Refuses to know metrics, stores and files. */
#ifndef BPI_DELIVERY_DELIVERY_H
#define BPI_DELIVERY_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>

#include <blueplane/blueplane.h>

#include "base/buf.h"
#include "result/table.h"

typedef enum chart_kind { CHART_NONE, CHART_BARS, CHART_LINE, CHART_SHARE } chart_kind;

/* What stands behind the colon of "table:width=100,color". Zero is the default of each. */
typedef struct delivery_options {
  size_t width; /* columns of the terminal; 0: any width */
  chart_kind chart;
  bool color, ascii, titles, words, compact, brief, fold;
} delivery_options;

typedef struct delivery_format {
  const char *name, *media_type, *description;
  const char *options; /* those it takes, separated by a space */
  /* A failure is the buffer's. */
  void (*write)(buf *out, const bp_result *r, const delivery_options *options);
} delivery_format;

extern const delivery_format bpi_delivery_formats[]; /* ends with name NULL */

/* Writes the result as `format`, a name with options: NOTFOUND with "name" and "allowed" for an
 * unknown name or option, INVALID for an option's value, NOMEM, LIMIT (more than 1 GiB). The text
 * is freed with bpi_free. */
int bpi_deliver(char **out, size_t *length, const bp_result *r, const char *format,
                bp_error **error);

/* An Arrow C stream of one record batch; the stream and what comes out of it keep `r` alive.
 * BP_OK or BP_ERR_NOMEM, then with out->release NULL. */
int bpi_deliver_arrow(struct ArrowArrayStream *out, bp_result *r);

/* The writers behind bpi_delivery_formats. */
void bpi_write_json(buf *out, const bp_result *r, const delivery_options *options);
void bpi_write_ndjson(buf *out, const bp_result *r, const delivery_options *options);
void bpi_write_csv(buf *out, const bp_result *r, const delivery_options *options);
void bpi_write_markdown(buf *out, const bp_result *r, const delivery_options *options);
void bpi_write_html(buf *out, const bp_result *r, const delivery_options *options);
void bpi_write_text_table(buf *out, const bp_result *r, const delivery_options *options);

#endif
