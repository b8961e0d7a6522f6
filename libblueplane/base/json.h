/* base/json.h: small JSON documents (queries, prices, settings) as a tree. The only user of cJSON,
 * whose gaps it closes: trailing bytes, duplicate keys, numbers beyond 2^53, depth and size.
 * Transcripts are read with scan.h instead. */
#ifndef BPI_BASE_JSON_H
#define BPI_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <blueplane/blueplane.h>

typedef struct json_doc json_doc;
typedef const struct cJSON *json_value; /* NULL: absent */

#define JSON_DOCUMENT_MAX ((size_t)4 << 20) /* bytes */

/* Errors: LIMIT, NOMEM, FORMAT with "byte". */
int bpi_json_parse(json_doc **out, const char *text, size_t length, bp_error **error);
/* Refuses a small document that is JSON, but not what is expected: FORMAT, with `form` as "hint". */
int bpi_json_refuse(bp_error **error, const char *what, const char *form);
void bpi_json_free(json_doc *doc);
json_value bpi_json_root(const json_doc *doc);

json_value bpi_json_get(json_value object, const char *key);
size_t bpi_json_size(json_value array_or_object);
/* linear: use bpi_json_next in loops */
json_value bpi_json_item(json_value array_or_object, size_t index);
json_value bpi_json_first(json_value array_or_object);
json_value bpi_json_next(json_value item);
const char *bpi_json_key(json_value member);
bool bpi_json_is_object(json_value v);
bool bpi_json_is_array(json_value v);
bool bpi_json_is_null(json_value v);           /* present and null */
const char *bpi_json_text(json_value v);       /* NULL unless a string */
bool bpi_json_int(json_value v, int64_t *out); /* integers up to 2^53 */
bool bpi_json_real(json_value v, double *out);
bool bpi_json_bool(json_value v, bool *out);

#endif
