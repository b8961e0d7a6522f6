/* Structs passed by the caller: the promised sizes, and the four cases of a size that differs from
 * the library's. */
#include <blueplane/blueplane.h>

#include <check.h>
#include <string.h>

#include "../unit/run_suite.h"

/* A struct of a future caller, with one member more than this library knows. */
typedef struct newer_open_options {
  bp_open_options known;
  uint64_t unknown;
} newer_open_options;

static int open_with(const void *options) {
  bp_store *store = NULL;
  bp_error *error = NULL;
  int rc = bp_open(&store, NULL, options, &error);
  ck_assert_int_eq(bp_error_code(error), rc);
  ck_assert_int_eq(store != NULL, rc == BP_OK);
  bp_error_free(error);
  bp_close(store);
  return rc;
}

START_TEST(sizes_of_options) {
  newer_open_options o;
  memset(&o, 0, sizeof o);
  o.known.flags = BP_OPEN_MEMORY;
  static const struct {
    uint32_t size;
    uint64_t unknown;
    int code;
  } cases[] = {{0, 0, BP_ERR_ABI},
               {1, 0, BP_ERR_ABI},
               {sizeof(bp_open_options) - 1, 0, BP_ERR_ABI},
               {sizeof(bp_open_options), 0, BP_OK},
               {sizeof(newer_open_options), 0, BP_OK},
               {sizeof(newer_open_options), 1, BP_ERR_ABI},
               {sizeof(newer_open_options), UINT64_C(1) << 63, BP_ERR_ABI},
               {UINT32_MAX, 0, BP_ERR_ABI}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    o.known.struct_size = cases[i].size;
    o.unknown = cases[i].unknown;
    ck_assert_msg(open_with(&o) == cases[i].code, "case %d", (int)i);
  }
}
END_TEST

/* The structs passed to an ingest; a report is filled only as far as it goes, and not at all if its
 * size never existed. */
START_TEST(sizes_of_an_ingest) {
  static const char line[] = "{}\n";
  struct {
    bp_ingest_options known;
    uint64_t unknown;
  } o;
  struct {
    bp_ingest_report known;
    uint64_t unknown;
  } report;
  bp_open_options open = BP_OPEN_OPTIONS_INIT;
  bp_store *store = NULL;
  open.flags = BP_OPEN_MEMORY;
  open.access = BP_ACCESS_OWNER;
  ck_assert_int_eq(bp_open(&store, NULL, &open, NULL), BP_OK);
  static const struct {
    uint32_t options;
    uint64_t unknown;
    uint32_t report;
    int code;
  } cases[] = {{0, 0, sizeof(bp_ingest_report), BP_ERR_ABI},
               {sizeof(bp_ingest_options) - 8, 0, sizeof(bp_ingest_report), BP_ERR_ABI},
               {sizeof o, 1, sizeof(bp_ingest_report), BP_ERR_ABI},
               {sizeof o, 0, sizeof(bp_ingest_report), BP_OK},
               {sizeof(bp_ingest_options), 1, sizeof report, BP_OK},
               {sizeof(bp_ingest_options), 0, sizeof(bp_ingest_report) - 8, BP_ERR_ABI},
               {sizeof(bp_ingest_options), 0, 0, BP_ERR_ABI},
               {sizeof(bp_ingest_options), 0, UINT32_MAX, BP_ERR_ABI}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    memset(&o, 0, sizeof o);
    memset(&report, 0x5a, sizeof report);
    o.known.struct_size = cases[i].options;
    o.unknown = cases[i].unknown;
    report.known.struct_size = cases[i].report;
    int rc =
        bp_ingest_bytes(store, "native", "o", line, sizeof line - 1, &o.known, &report.known, NULL);
    ck_assert_msg(rc == cases[i].code, "case %d: %d", (int)i, rc);
    ck_assert_uint_eq(report.unknown, UINT64_C(0x5a5a5a5a5a5a5a5a));
    ck_assert_uint_eq(report.known.struct_size, cases[i].report);
    if (rc == BP_OK) ck_assert_uint_eq(report.known.bytes_read, sizeof line - 1);
  }
  bp_close(store);
}
END_TEST

START_TEST(zeroed_options_are_denied) {
  bp_open_options o = BP_OPEN_OPTIONS_INIT;
  bp_store *store = NULL;
  bp_result *result = NULL;
  bp_query *query = NULL;
  o.flags = BP_OPEN_MEMORY;
  ck_assert_int_eq(bp_open(&store, NULL, &o, NULL), BP_OK);
  ck_assert_int_eq(bp_ingest_bytes(store, NULL, "o", "{}\n", 3, NULL, NULL, NULL), BP_ERR_DENIED);
  ck_assert_int_eq(bp_inspect(&result, store, "health", NULL), BP_ERR_DENIED);
  ck_assert_int_eq(bp_configure(store, "labels", "{\"version\":1,\"keep\":true}", 25, NULL),
                   BP_ERR_DENIED);
  ck_assert_int_eq(bp_privacy_preview(&result, store, NULL, "{}", 2, NULL), BP_ERR_DENIED);
  void *bundle = &store;
  size_t length = 0;
  ck_assert_int_eq(bp_share_export(&bundle, &length, store, "team", "2026-W07", NULL),
                   BP_ERR_DENIED);
  ck_assert_ptr_null(bundle);
  ck_assert_int_eq(bp_share_merge(&result, store, "x", 1, NULL), BP_ERR_DENIED);
  ck_assert_int_eq(bp_publish(&result, store, "2026-W07", NULL, NULL), BP_ERR_DENIED);
  ck_assert_int_eq(bp_publish_lead(&result, store, "2026-W07", "core", NULL, NULL), BP_ERR_DENIED);
  ck_assert_int_eq(bp_query_new(&query, NULL), BP_OK);
  ck_assert_int_eq(bp_query_metric(query, "sessions"), BP_OK);
  ck_assert_int_eq(bp_query_run(&result, store, query, NULL), BP_ERR_DENIED);
  ck_assert_ptr_null(result);
  bp_query_free(query);
  bp_close(store);
}
END_TEST

START_TEST(null_is_fine_to_free) {
  bp_close(NULL);
  bp_query_free(NULL);
  bp_result_free(NULL);
  bp_error_free(NULL);
  bp_free(NULL);
  bp_cancel(NULL);
  ck_assert_str_eq(bp_error_message(NULL), "");
  ck_assert_int_eq(bp_error_code(NULL), BP_OK);
  ck_assert_ptr_null(bp_error_detail(NULL, "path"));
}
END_TEST

START_TEST(sharing_wants_its_arguments) {
  bp_result *result = NULL;
  void *bundle = NULL;
  size_t length = 0;
  ck_assert_int_eq(bp_share_export(NULL, &length, NULL, NULL, NULL, NULL), BP_ERR_INVALID);
  ck_assert_int_eq(bp_share_export(&bundle, NULL, NULL, NULL, NULL, NULL), BP_ERR_INVALID);
  ck_assert_int_eq(bp_share_export(&bundle, &length, NULL, NULL, NULL, NULL), BP_ERR_INVALID);
  ck_assert_int_eq(bp_share_describe(NULL, "x", 1, NULL), BP_ERR_INVALID);
  ck_assert_int_eq(bp_share_describe(&result, NULL, 0, NULL), BP_ERR_INVALID);
  ck_assert_int_eq(bp_share_describe(&result, "x", 1, NULL), BP_ERR_FORMAT);
  ck_assert_int_eq(bp_share_merge(&result, NULL, "x", 1, NULL), BP_ERR_INVALID);
  ck_assert_int_eq(bp_publish(NULL, NULL, "2026-W07", NULL, NULL), BP_ERR_INVALID);
  ck_assert_int_eq(bp_publish(&result, NULL, "2026-W07", NULL, NULL), BP_ERR_INVALID);
  ck_assert_int_eq(bp_publish_lead(NULL, NULL, "2026-W07", "core", NULL, NULL), BP_ERR_INVALID);
  ck_assert_int_eq(bp_publish_lead(&result, NULL, "2026-W07", NULL, NULL, NULL), BP_ERR_INVALID);
  ck_assert_ptr_null(result);
}
END_TEST

START_TEST(version_is_one) {
  ck_assert_str_eq(bp_version_string(), BP_VERSION_STRING);
  ck_assert_uint_eq(bp_version(),
                    (BP_VERSION_MAJOR << 16) | (BP_VERSION_MINOR << 8) | BP_VERSION_PATCH);
  for (int code = 0; code >= BP_ERR_INTERNAL; code--)
    ck_assert_str_ne(bp_strerror(code), "unknown code");
  ck_assert_str_eq(bp_strerror(1), "unknown code");
  ck_assert_str_eq(bp_strerror(BP_ERR_INTERNAL - 1), "unknown code");
}
END_TEST

START_TEST(features) {
  ck_assert_int_eq(bp_feature("source:claude_code"), 1);
  ck_assert_int_eq(bp_feature("source:codex"), 1);
  ck_assert_int_eq(bp_feature("source:nonsense"), 0);
  ck_assert_int_eq(bp_feature("format:json"), 1);
  ck_assert_int_eq(bp_feature("format:xml"), 0);
  ck_assert_int_eq(bp_feature("access:owner"), 1);
  ck_assert_int_eq(bp_feature("access:lead"), 1);
  ck_assert_int_eq(bp_feature(NULL), 0);
}
END_TEST

/* In the summer of 2026, by the rule for summer time that has been in force since 1996. */
START_TEST(zones_have_offsets) {
  const int64_t begins = INT64_C(1774746000000000), ends = INT64_C(1792890000000000);
  const int64_t instants[] = {begins, begins + 1, ends - 1};
  int64_t from = 0, until = 0;
  int32_t seconds = 0;
  bp_error *error = NULL;
  for (size_t i = 0; i < sizeof instants / sizeof *instants; i++) {
    ck_assert_int_eq(bp_zone_offset(&seconds, &from, &until, "Europe/Berlin", instants[i], &error),
                     BP_OK);
    ck_assert(seconds == 7200 && from == begins && until == ends && error == NULL);
  }
  ck_assert_int_eq(bp_zone_offset(&seconds, NULL, &until, "Europe/Berlin", begins - 1, NULL),
                   BP_OK);
  ck_assert(seconds == 3600 && until == begins);
  ck_assert_int_eq(bp_zone_offset(&seconds, &from, NULL, "Europe/Berlin", ends, NULL), BP_OK);
  ck_assert(seconds == 3600 && from == ends);
  ck_assert_int_eq(bp_zone_offset(&seconds, &from, &until, NULL, ends, NULL), BP_OK);
  ck_assert(seconds == 0 && from == INT64_MIN && until == INT64_MAX);
  ck_assert_int_eq(bp_zone_offset(&seconds, NULL, NULL, "Mars/Olympus", 0, &error),
                   BP_ERR_NOTFOUND);
  ck_assert_str_eq(bp_error_detail(error, "zone"), "Mars/Olympus");
  /* The pointer for the error is overwritten, whatever it was. */
  bp_error *before = error;
  ck_assert_int_eq(bp_zone_offset(&seconds, NULL, NULL, NULL, 0, &error), BP_OK);
  ck_assert_ptr_null(error);
  error = before;
  ck_assert_int_eq(bp_zone_offset(NULL, NULL, NULL, NULL, 0, &error), BP_ERR_INVALID);
  ck_assert_int_eq(bp_error_code(error), BP_ERR_INVALID);
  bp_error_free(error);
  bp_error_free(before);
  ck_assert_int_eq(bp_zone_offset(NULL, NULL, NULL, NULL, 0, NULL), BP_ERR_INVALID);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("abi");
  TCase *c = tcase_create("abi");
  tcase_add_test(c, sizes_of_options);
  tcase_add_test(c, sizes_of_an_ingest);
  tcase_add_test(c, zeroed_options_are_denied);
  tcase_add_test(c, null_is_fine_to_free);
  tcase_add_test(c, sharing_wants_its_arguments);
  tcase_add_test(c, version_is_one);
  tcase_add_test(c, features);
  tcase_add_test(c, zones_have_offsets);
  suite_add_tcase(suite, c);
  return run_suite(suite);
}
