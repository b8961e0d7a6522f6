/* delivery/delivery.h: the output formats of a result, one file for each. Knows the table
 * (result/table.h); does not know metrics, stores or files. */
#ifndef BPI_DELIVERY_DELIVERY_H
#define BPI_DELIVERY_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>

#include <blueplane/blueplane.h>

#include "base/buf.h"
#include "result/table.h"

typedef enum chart_kind { CHART_NONE, CHART_BARS, CHART_LINE, CHART_SHARE } chart_kind;

/* The options after the colon of "table:width=100,color". Zero is the default of each. */
typedef struct delivery_options {
  size_t width; /* columns of the terminal; 0: any width */
  chart_kind chart;
  bool color, ascii, titles, words, compact, brief, fold;
} delivery_options;

typedef struct delivery_format {
  const char *name, *media_type, *description;
  const char *options; /* names of the options it accepts, separated by ", " */
  /* Failures are recorded in the buffer. */
  void (*write)(buf *out, const bp_result *r, const delivery_options *options);
} delivery_format;

extern const delivery_format bpi_delivery_formats[]; /* ends with name NULL */

/* Writes the result as `format`, a name with options. The caller frees the text with bpi_free.
 * Errors: NOTFOUND with "name" and "allowed" for an unknown name or option, INVALID for the value
 * of an option, NOMEM, LIMIT (more than 1 GiB). */
int bpi_deliver(char **out, size_t *length, const bp_result *r, const char *format,
                bp_error **error);

/* Makes an Arrow C stream of one record batch; the stream and everything it returns keep `r` alive.
 * BP_OK, or BP_ERR_NOMEM with out->release NULL. */
int bpi_deliver_arrow(struct ArrowArrayStream *out, bp_result *r);

/* The writers behind bpi_delivery_formats. */
void bpi_write_json(buf *out, const bp_result *r, const delivery_options *options);
void bpi_write_ndjson(buf *out, const bp_result *r, const delivery_options *options);
void bpi_write_csv(buf *out, const bp_result *r, const delivery_options *options);
void bpi_write_markdown(buf *out, const bp_result *r, const delivery_options *options);
void bpi_write_html(buf *out, const bp_result *r, const delivery_options *options);
void bpi_write_text_table(buf *out, const bp_result *r, const delivery_options *options);

#endif
