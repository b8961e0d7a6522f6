/* addon.c: the library for Node, as an addon on Node-API, whose ABI is stable across versions of
 * Node and Electron. A store is a JavaScript object; queries and results are JSON, so that the
 * addon knows no metric and need not change when the catalogue grows. */
#include <stdlib.h>
#include <string.h>

#include <node_api.h>

#include <blueplane/blueplane.h>

#define TEXT_MOST ((size_t)16 << 20)

/* Throws an Error with `code` (the library's number) and `details`. */
static napi_value throw_library(napi_env env, bp_error *error) {
  static const char *const keys[] = {"path", "byte",  "metric",  "dimension", "name",
                                     "zone", "topic", "allowed", "hint"};
  napi_value thrown, message, value;
  napi_create_string_utf8(env, bp_error_message(error), NAPI_AUTO_LENGTH, &message);
  napi_create_error(env, NULL, message, &thrown);
  napi_create_int32(env, bp_error_code(error), &value);
  napi_set_named_property(env, thrown, "code", value);
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    const char *detail = bp_error_detail(error, keys[i]);
    if (detail == NULL) continue;
    napi_create_string_utf8(env, detail, NAPI_AUTO_LENGTH, &value);
    napi_set_named_property(env, thrown, keys[i], value);
  }
  bp_error_free(error);
  napi_throw(env, thrown);
  return NULL;
}

static napi_value throw_text(napi_env env, const char *message) {
  napi_throw_error(env, NULL, message);
  return NULL;
}

/* Copies a string argument; the caller frees it. NULL: an exception was thrown. */
static char *text_of(napi_env env, napi_value value, size_t *length) {
  if (napi_get_value_string_utf8(env, value, NULL, 0, length) != napi_ok || *length > TEXT_MOST) {
    throw_text(env, "a string is expected");
    return NULL;
  }
  char *text = malloc(*length + 1);
  if (text == NULL)
    throw_text(env, "out of memory");
  else
    napi_get_value_string_utf8(env, value, text, *length + 1, length);
  return text;
}

static void close_store(napi_env env, void *store, void *hint) {
  (void)env;
  (void)hint;
  bp_close(store);
}

/* open(path or null for memory, a fixed time in microseconds for tests) -> store */
static int64_t fixed_now;
static int64_t fixed_clock(void *user) {
  (void)user;
  return fixed_now;
}

static napi_value open_store(napi_env env, napi_callback_info info) {
  size_t count = 2, length;
  napi_value arguments[2], external;
  napi_valuetype type;
  bp_open_options options = BP_OPEN_OPTIONS_INIT;
  bp_store *store = NULL;
  bp_error *error = NULL;
  char *path = NULL;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  napi_typeof(env, arguments[0], &type);
  options.access = BP_ACCESS_OWNER;
  if (type == napi_null)
    options.flags = BP_OPEN_MEMORY;
  else if ((path = text_of(env, arguments[0], &length)) == NULL)
    return NULL;
  if (count > 1 && napi_get_value_int64(env, arguments[1], &fixed_now) == napi_ok)
    options.clock = fixed_clock;
  int rc = bp_open(&store, path, &options, &error);
  free(path);
  if (rc != BP_OK) return throw_library(env, error);
  if (napi_create_external(env, store, close_store, NULL, &external) == napi_ok) return external;
  bp_close(store);
  return throw_text(env, "out of memory");
}

static bp_store *store_of(napi_env env, napi_value value) {
  void *store = NULL;
  if (napi_get_value_external(env, value, &store) != napi_ok)
    throw_text(env, "a store is expected");
  return store;
}

/* record(store, events) -> { stored, known, rejected } */
static napi_value record(napi_env env, napi_callback_info info) {
  size_t count = 2, length;
  napi_value arguments[2], told, value;
  bp_ingest_report report = BP_INGEST_REPORT_INIT;
  bp_error *error = NULL;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  bp_store *store = store_of(env, arguments[0]);
  char *events = store == NULL ? NULL : text_of(env, arguments[1], &length);
  if (events == NULL) return NULL;
  int rc = bp_ingest_bytes(store, "native", "extension", events, length, NULL, &report, &error);
  free(events);
  if (rc != BP_OK) return throw_library(env, error);
  napi_create_object(env, &told);
  const struct {
    const char *name;
    uint64_t value;
  } members[] = {{"stored", report.records_stored},
                 {"known", report.records_duplicate},
                 {"rejected", report.records_rejected}};
  for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
    napi_create_int64(env, (int64_t)members[i].value, &value);
    napi_set_named_property(env, told, members[i].name, value);
  }
  return told;
}

/* query(store, query as JSON) -> result as JSON */
static napi_value run_query(napi_env env, napi_callback_info info) {
  size_t count = 2, length;
  napi_value arguments[2], answer = NULL;
  bp_query *query = NULL;
  bp_result *result = NULL;
  bp_error *error = NULL;
  char *out = NULL;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  bp_store *store = store_of(env, arguments[0]);
  char *asked = store == NULL ? NULL : text_of(env, arguments[1], &length);
  if (asked == NULL) return NULL;
  int rc = bp_query_from_json(&query, asked, length, &error);
  if (rc == BP_OK) rc = bp_query_run(&result, store, query, &error);
  if (rc == BP_OK) rc = bp_result_format(&out, &length, result, "json", &error);
  if (rc == BP_OK && napi_create_string_utf8(env, out, length, &answer) != napi_ok)
    throw_text(env, "the answer is too long"); /* for a string of JavaScript */
  bp_free(out);
  bp_result_free(result);
  bp_query_free(query);
  free(asked);
  return rc == BP_OK ? answer : throw_library(env, error);
}

static napi_value version(napi_env env, napi_callback_info info) {
  napi_value text;
  (void)info;
  napi_create_string_utf8(env, bp_version_string(), NAPI_AUTO_LENGTH, &text);
  return text;
}

NAPI_MODULE_INIT() {
  static const struct {
    const char *name;
    napi_callback call;
  } functions[] = {
      {"open", open_store}, {"record", record}, {"query", run_query}, {"version", version}};
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    napi_value function;
    napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].call, NULL,
                         &function);
    napi_set_named_property(env, exports, functions[i].name, function);
  }
  return exports;
}
