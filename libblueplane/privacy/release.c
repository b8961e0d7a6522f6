/* privacy/release.c: the byte form of releases. Rows are sorted and identified by names, not by
 * roster numbers, which may change. */
#include "privacy/release.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/time.h"
#include "privacy/publication.h"
#include "privacy/roster.h"
#include "privacy/vector.h"

#define MARK "BPLR\1"
#define LEAD_MARK "BPLL\1"
#define MARK_BYTES 5
#define VIEW_LEAST 16 /* smallest size of a view in bytes */
#define DAYS_OF_WEEK 7
#define ROW_LEAST 16 /* size of a row without names in bytes */
#define MINIMUM_FLOOR 3
#define HEADCOUNTS 5
#define VALUE_MAX ((int64_t)1 << 61)

int bpi_release_compare(const release_row *a, const release_row *b) {
  int order = strcmp(a->scope, b->scope);
  if (order != 0) return order;
  if (a->dimension != b->dimension) return a->dimension < b->dimension ? -1 : 1;
  order = strcmp(a->slice, b->slice);
  if (order != 0) return order;
  return a->measure == b->measure ? 0 : a->measure < b->measure ? -1 : 1;
}

static int compare_rows(const void *a, const void *b) {
  return bpi_release_compare(a, b);
}

static int compare_views(const void *a, const void *b) {
  const release_view *x = a, *y = b;
  int order = strcmp(x->member, y->member);
  return order != 0 ? order : (x->measure > y->measure) - (x->measure < y->measure);
}

bool bpi_lead_is(const void *data, size_t length) {
  return length >= MARK_BYTES && memcmp(data, LEAD_MARK, MARK_BYTES) == 0;
}

bool bpi_release_is(const void *data, size_t length) {
  return length >= MARK_BYTES && memcmp(data, MARK, MARK_BYTES) == 0;
}

/* Names appear unescaped in tables and files, so they are printable ASCII without spaces. */
static bool is_name(const char *name, size_t length) {
  if (length > RELEASE_NAME_MAX) return false;
  for (size_t i = 0; i < length; i++)
    if (name[i] <= ' ' || name[i] > '~') return false;
  return true;
}

/* The greatest value that a store can publish for a measure, so that readers can compute without
 * overflow. Rounding at most doubles a value. */
static int64_t most_of(int measure) {
  if (measure >= MEASURE_COUNT) return VALUE_MAX; /* from a newer library; never read */
  const measure_type *m = &bpi_measures[measure];
  if (measure == MEASURE_seat_price) return ROSTER_PRICE_MAX;
  if (m->how == MEASURE_STATED) return ROSTER_SEATS_MAX * (int64_t)ROSTER_PLATFORMS_MAX;
  return 2 * (int64_t)ROSTER_MEMBERS_MAX * (m->clamp > 0 ? m->clamp : 1);
}

static bool state_fits(unsigned state) {
  return (state & ~(unsigned)PUBLISHED_PARTIAL) <= PUBLISHED_UNCOVERED;
}

bool bpi_release_row_fits(const release_row *r) {
  return is_name(r->scope, strlen(r->scope)) && is_name(r->slice, strlen(r->slice)) &&
         (r->dimension == 0) == (*r->slice == '\0') && r->dimension < 256 && state_fits(r->state) &&
         r->headcount <= HEADCOUNTS && r->value >= 0 && r->value <= most_of(r->measure);
}

static bool row_is_good(const release *of, const release_row *r) {
  return (of->team == NULL || strcmp(of->team, r->scope) == 0) && bpi_release_row_fits(r);
}

/* A view is the value of one person and week, so the clamp applies. */
static bool view_is_good(const release *of, const release_view *v) {
  size_t length = strlen(v->member);
  bool known = v->measure < MEASURE_COUNT;
  return length > 0 && is_name(v->member, length) && v->value >= 0 &&
         v->until >= of->window + DAYS_OF_WEEK && v->until <= BPI_LAST_DAY &&
         (known ? bpi_measures[v->measure].how == MEASURE_SUM &&
                      v->value <= bpi_measures[v->measure].clamp
                : v->value <= VALUE_MAX);
}

static bool head_is_good(const release *r) {
  size_t length = r->organisation == NULL ? 0 : strlen(r->organisation);
  if (r->team != NULL && (*r->team == '\0' || !is_name(r->team, strlen(r->team)))) return false;
  return length > 0 && (r->team != NULL || r->views == 0) && is_name(r->organisation, length) &&
         bpi_is_monday(r->window) && r->edition > 0 && r->minimum >= MINIMUM_FLOOR &&
         r->minimum < 256;
}

bool bpi_release_fits(const release *r) {
  if (!head_is_good(r)) return false;
  for (size_t i = 0; i < r->rows; i++)
    if (!row_is_good(r, &r->row[i]) || (i > 0 && compare_rows(&r->row[i - 1], &r->row[i]) >= 0))
      return false;
  for (size_t i = 0; i < r->views; i++)
    if (!view_is_good(r, &r->view[i]) ||
        (i > 0 && compare_views(&r->view[i - 1], &r->view[i]) >= 0))
      return false;
  return true;
}

/* ----------------------------------------------------------------------------------- writing */

static void put_name(buf *b, const char *name) {
  size_t length = strlen(name);
  bpi_put_number(b, length, 1);
  bpi_buf_add(b, name, length);
}

static void put_views(buf *b, const release *r) {
  bpi_put_number(b, r->views, 4);
  for (size_t i = 0; i < r->views; i++) {
    const release_view *v = &r->view[i];
    put_name(b, v->member);
    bpi_put_number(b, v->measure, 2);
    bpi_put_number(b, v->until, 4);
    bpi_put_number(b, (uint64_t)v->value, 8);
  }
}

static void put_all(buf *b, const release *r) {
  bpi_buf_add(b, r->team == NULL ? MARK : LEAD_MARK, MARK_BYTES);
  bpi_buf_add(b, r->store, sizeof r->store);
  bpi_put_number(b, r->window, 4);
  bpi_put_number(b, r->edition, 4);
  bpi_put_number(b, r->minimum, 1);
  put_name(b, r->organisation);
  if (r->team != NULL) put_name(b, r->team);
  bpi_put_number(b, r->rows, 4);
  for (size_t i = 0; i < r->rows; i++) {
    const release_row *row = &r->row[i];
    put_name(b, row->scope);
    bpi_put_number(b, row->dimension, 1);
    put_name(b, row->slice);
    bpi_put_number(b, row->measure, 2);
    bpi_put_number(b, row->state, 1);
    bpi_put_number(b, row->headcount, 1);
    bpi_put_number(b, (uint64_t)row->value, 8);
  }
  if (r->team != NULL) put_views(b, r);
}

static int fail_put(const buf *b, bp_error **error) {
  return b->failed == BP_ERR_LIMIT ? bpi_fail(error, b->failed, "the release is too large")
                                   : bpi_fail_nomem(error);
}

int bpi_release_write(unsigned char **out, size_t *length, release *r, const sign_keys *keys,
                      bp_error **error) {
  unsigned char signature[BPI_SIGNATURE_BYTES];
  buf b;
  *out = NULL;
  if (r->rows > 1) qsort(r->row, r->rows, sizeof *r->row, compare_rows);
  if (r->views > 1) qsort(r->view, r->views, sizeof *r->view, compare_views);
  if (!bpi_release_fits(r))
    return bpi_fail(error, BP_ERR_INTERNAL, "the contents do not fit the release format");
  bpi_buf_init(&b, RELEASE_BYTES_MAX);
  put_all(&b, r);
  if (!b.failed) {
    bpi_sign(signature, keys, b.data, b.length);
    bpi_buf_add(&b, signature, sizeof signature);
    *out = (unsigned char *)bpi_buf_take(&b, length);
    if (*out != NULL) return BP_OK;
  }
  int rc = fail_put(&b, error);
  bpi_buf_free(&b);
  return rc;
}

int bpi_release_digest_of(unsigned char out[BPI_DIGEST_BYTES], const release *r, bp_error **error) {
  buf b;
  bpi_buf_init(&b, RELEASE_BYTES_MAX);
  put_all(&b, r);
  int rc = b.failed ? fail_put(&b, error) : BP_OK;
  if (rc == BP_OK) bpi_hash_digest(b.data, b.length, out);
  bpi_buf_free(&b);
  return rc;
}

/* ----------------------------------------------------------------------------------- reading */

typedef struct reader {
  bytes from;
  char *text; /* where the next name is copied */
} reader;

static const char *take_name(reader *rd) {
  size_t length = (size_t)bpi_take_number(&rd->from, 1);
  const unsigned char *name = bpi_take(&rd->from, length);
  char *made = rd->text;
  if (name == NULL || !is_name((const char *)name, length)) {
    rd->from.failed = true;
    length = 0;
  }
  if (length > 0) memcpy(made, name, length);
  made[length] = '\0';
  rd->text += length + 1;
  return made;
}

/* Each name follows a length byte, so with NULs in their place all names fit into as many bytes as
 * the file has. */
static bool take_head(reader *rd, release *r, bool lead) {
  bpi_take(&rd->from, MARK_BYTES);
  bpi_take_into(&rd->from, r->store, sizeof r->store);
  r->window = (uint32_t)bpi_take_number(&rd->from, 4);
  r->edition = (uint32_t)bpi_take_number(&rd->from, 4);
  r->minimum = (uint32_t)bpi_take_number(&rd->from, 1);
  r->organisation = take_name(rd);
  r->team = lead ? take_name(rd) : NULL;
  r->rows = (size_t)bpi_take_number(&rd->from, 4);
  return !rd->from.failed && head_is_good(r) &&
         r->rows <= (size_t)(rd->from.end - rd->from.at) / ROW_LEAST;
}

static bool take_row(reader *rd, const release *of, release_row *row) {
  row->scope = take_name(rd);
  row->dimension = (uint16_t)bpi_take_number(&rd->from, 1);
  row->slice = take_name(rd);
  row->measure = (uint16_t)bpi_take_number(&rd->from, 2);
  row->state = (uint8_t)bpi_take_number(&rd->from, 1);
  row->headcount = (uint8_t)bpi_take_number(&rd->from, 1);
  uint64_t value = bpi_take_number(&rd->from, 8);
  row->value = value > INT64_MAX ? -1 : (int64_t)value;
  return !rd->from.failed && row_is_good(of, row);
}

static bool take_rows(reader *rd, release *r) {
  for (size_t i = 0; i < r->rows; i++)
    if (!take_row(rd, r, &r->row[i]) ||
        (i > 0 && bpi_release_compare(&r->row[i - 1], &r->row[i]) >= 0))
      return false;
  return true;
}

static bool take_view(reader *rd, const release *of, release_view *v) {
  v->member = take_name(rd);
  v->measure = (uint16_t)bpi_take_number(&rd->from, 2);
  v->until = (uint32_t)bpi_take_number(&rd->from, 4);
  uint64_t value = bpi_take_number(&rd->from, 8);
  v->value = value > INT64_MAX ? -1 : (int64_t)value;
  return !rd->from.failed && view_is_good(of, v);
}

static int take_views(reader *rd, release *r, bool *good) {
  r->views = (size_t)bpi_take_number(&rd->from, 4);
  *good = !rd->from.failed && r->views <= (size_t)(rd->from.end - rd->from.at) / VIEW_LEAST;
  if (!*good) return BP_OK;
  r->view = bpi_alloc_zero(r->views, sizeof *r->view);
  if (r->view == NULL) return BP_ERR_NOMEM;
  for (size_t i = 0; i < r->views && *good; i++)
    *good = take_view(rd, r, &r->view[i]) &&
            (i == 0 || compare_views(&r->view[i - 1], &r->view[i]) < 0);
  return BP_OK;
}

static int malformed(bp_error **error, const bytes *from) {
  bpi_refuse(error, BP_ERR_FORMAT, "malformed", "the release is malformed");
  return bpi_fail_detail_int(error, "byte", (int64_t)(from->at - from->start));
}

static int read_all(release *out, reader *rd, bool lead, bp_error **error) {
  if (!take_head(rd, out, lead)) return malformed(error, &rd->from);
  out->row = bpi_alloc_zero(out->rows, sizeof *out->row);
  if (out->row == NULL) return bpi_fail_nomem(error);
  bool good = take_rows(rd, out);
  int rc = good && lead ? take_views(rd, out, &good) : BP_OK;
  if (rc != BP_OK) return bpi_fail_nomem(error);
  return good && rd->from.at == rd->from.end ? BP_OK : malformed(error, &rd->from);
}

static int read_signed(release *out, const void *data, size_t length, bool lead, bp_error **error) {
  reader rd = {.from = bpi_bytes(data, length)};
  bool is_one = lead ? bpi_lead_is(data, length) : bpi_release_is(data, length);
  memset(out, 0, sizeof *out);
  if (length > RELEASE_BYTES_MAX) {
    bpi_fail(error, BP_ERR_LIMIT, "a release has at most %d bytes", (int)RELEASE_BYTES_MAX);
    return bpi_fail_detail(error, "reason", "too_large");
  }
  if (!is_one || length < BPI_SIGNATURE_BYTES) return malformed(error, &rd.from);
  rd.from.end -= BPI_SIGNATURE_BYTES;
  rd.text = out->text = bpi_alloc(length);
  if (out->text == NULL) return bpi_fail_nomem(error);
  int rc = read_all(out, &rd, lead, error);
  if (rc == BP_OK && !bpi_sign_verify(rd.from.end, out->store, data, length - BPI_SIGNATURE_BYTES))
    rc = bpi_refuse(error, BP_ERR_DENIED, "signature",
                    "the release is not signed by the team store it names");
  if (rc != BP_OK) bpi_release_free(out);
  return rc;
}

int bpi_release_read(release *out, const void *data, size_t length, bp_error **error) {
  return read_signed(out, data, length, false, error);
}

int bpi_lead_read(release *out, const void *data, size_t length, bp_error **error) {
  return read_signed(out, data, length, true, error);
}

void bpi_release_free(release *r) {
  bpi_free(r->row);
  bpi_free(r->view);
  bpi_free(r->text);
  memset(r, 0, sizeof *r);
}

void bpi_release_digest(const void *data, size_t length, unsigned char out[BPI_DIGEST_BYTES]) {
  bpi_hash_digest(data, length - BPI_SIGNATURE_BYTES, out);
}
