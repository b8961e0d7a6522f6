/* metrics/benchmark.c: reads the document; one wrong reference refuses it as a whole. */
#include "metrics/benchmark.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/time.h"
#include "metrics/release.h"

#define REFERENCES_MAX 1000

static int bad(const char *path, bp_error **error) {
  bpi_fail(error, BP_ERR_FORMAT, "the benchmark document is not valid");
  return bpi_fail_detail(error, "path", path);
}

static int bad_member(size_t at, const char *member, bp_error **error) {
  char path[64];
  snprintf(path, sizeof path, "references[%zu]%s%s", at, *member != '\0' ? "." : "", member);
  return bad(path, error);
}

/* Non-empty text without control characters that fits into `size` bytes. */
static bool read_text(char *out, size_t size, json_value v) {
  const char *text = bpi_json_text(v);
  size_t length = text ? strlen(text) : 0;
  if (length == 0 || length >= size) return false;
  for (size_t i = 0; i < length; i++)
    if ((unsigned char)text[i] < ' ' || text[i] == 127) return false;
  memcpy(out, text, length + 1);
  return true;
}

static bool read_date(char *out, size_t size, json_value v) {
  civil day;
  return read_text(out, size, v) && bpi_parse_date(out, strlen(out), &day);
}

/* A metric of releases that has only parts is not a column of its own: its parts are. */
static int no_such_column(const char *column, bp_error **error) {
  char names[RELEASE_PARTS][RELEASE_NAME], allowed[RELEASE_PARTS * (RELEASE_NAME + 2)] = "";
  release_metric m;
  bpi_fail(error, BP_ERR_NOTFOUND, "no release has this column");
  bpi_fail_detail(error, "metric", column);
  for (size_t at = 0; bpi_release_metric(at, &m); at++) {
    size_t count = strcmp(m.id, column) == 0 ? bpi_release_columns(at, names) : 0, used = 0;
    for (size_t i = 0; i < count; i++)
      used += (size_t)snprintf(allowed + used, sizeof allowed - used, "%s%s", i > 0 ? ", " : "",
                               names[i]);
  }
  return bpi_fail_detail(error, "allowed", *allowed != '\0' ? allowed : NULL);
}

static int read_reference(benchmark *b, size_t at, json_value v, bp_error **error) {
  reference r = {.value = 0};
  if (!bpi_json_is_object(v) || bpi_json_size(v) != 4) return bad_member(at, "", error);
  if (!read_text(r.column, sizeof r.column, bpi_json_get(v, "metric")))
    return bad_member(at, "metric", error);
  if (!bpi_release_has(r.column)) return no_such_column(r.column, error);
  if (bpi_benchmark_find(b, r.column)) return bad_member(at, "metric", error);
  if (!bpi_json_real(bpi_json_get(v, "value"), &r.value)) return bad_member(at, "value", error);
  if (!read_text(r.source, sizeof r.source, bpi_json_get(v, "source")))
    return bad_member(at, "source", error);
  if (!read_date(r.date, sizeof r.date, bpi_json_get(v, "date")))
    return bad_member(at, "date", error);
  b->reference[b->count++] = r;
  return BP_OK;
}

static int read_document(benchmark *b, json_value root, bp_error **error) {
  int64_t version;
  json_value list = bpi_json_get(root, "references");
  if (!bpi_json_is_object(root)) return bad("", error);
  if (!bpi_json_int(bpi_json_get(root, "version"), &version)) return bad("version", error);
  if (version != 1) {
    bpi_fail(error, BP_ERR_UNSUPPORTED, "the benchmark has an unknown version");
    return bpi_fail_detail(error, "path", "version");
  }
  if (bpi_json_size(root) != 2) return bad("", error);
  if (!bpi_json_is_array(list) || bpi_json_size(list) > REFERENCES_MAX)
    return bad("references", error);
  b->reference = bpi_alloc_zero(bpi_json_size(list) + 1, sizeof *b->reference);
  if (!b->reference) return bpi_fail_nomem(error);
  size_t at = 0;
  int rc = BP_OK;
  for (json_value v = bpi_json_first(list); v && !rc; v = bpi_json_next(v))
    rc = read_reference(b, at++, v, error);
  return rc;
}

int bpi_benchmark_parse(benchmark **out, const char *json, size_t length, bp_error **error) {
  json_doc *doc = NULL;
  benchmark *b = bpi_alloc_zero(1, sizeof *b);
  if (!b) return bpi_fail_nomem(error);
  int rc = bpi_json_parse(&doc, json, length, error);
  if (!rc) rc = read_document(b, bpi_json_root(doc), error);
  bpi_json_free(doc);
  if (!rc)
    *out = b;
  else
    bpi_benchmark_free(b);
  return rc;
}

void bpi_benchmark_free(benchmark *b) {
  if (b) bpi_free(b->reference);
  bpi_free(b);
}

const reference *bpi_benchmark_find(const benchmark *b, const char *column) {
  for (size_t i = 0; b && i < b->count; i++)
    if (!strcmp(b->reference[i].column, column)) return &b->reference[i];
  return NULL;
}
