/* The conformance driver in C: reads cases and writes a file for each, through the public header;
 * see README.md. */
#include <cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <blueplane/blueplane.h>

static const char *const details[] = {"metric", "dimension", "name",   "zone",
                                      "topic",  "allowed",   "reason", NULL};
static const char *root, *out_folder;
static int64_t now_us;

static void give_up(const char *what, const char *about) {
  fprintf(stderr, "driver: %s: %s\n", what, about);
  exit(1);
}

static void *sure(void *memory) {
  if (memory == NULL) give_up("out of memory", "");
  return memory;
}

static char *join(const char *folder, const char *name, const char *ending) {
  size_t size = strlen(folder) + strlen(name) + strlen(ending) + 2;
  char *path = sure(malloc(size));
  snprintf(path, size, "%s/%s%s", folder, name, ending);
  return path;
}

static char *load(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) give_up("cannot open", path);
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  char *data = sure(malloc((size_t)size + 1));
  *length = fread(data, 1, (size_t)size, file);
  data[*length] = '\0';
  fclose(file);
  return data;
}

static void save(const char *path, const char *data, size_t length) {
  FILE *file = fopen(path, "wb");
  if (file == NULL || fwrite(data, 1, length, file) != length || fclose(file) != 0)
    give_up("cannot write", path);
}

static const char *string_of(const cJSON *object, const char *name) {
  return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

static int64_t clock_of_case(void *user) {
  (void)user;
  return now_us;
}

static char *make_key(const cJSON *one) {
  const char *digits = string_of(one, "key");
  char key[32], *path = join(out_folder, "key", "");
  unsigned byte;
  for (size_t i = 0; i < sizeof key; i++) {
    if (digits == NULL || sscanf(digits + 2 * i, "%2x", &byte) != 1) give_up("bad key", "");
    key[i] = (char)byte;
  }
  save(path, key, sizeof key);
  return path;
}

static uint32_t access_of(const char *name) {
  static const char *const names[] = {"none",   "owner",    "lead",   "manager",
                                      "devops", "research", "steward"};
  for (uint32_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(names[i], name) == 0) return i;
  give_up("no such access", name);
  return 0;
}

static int take_erase(bp_store *s, const cJSON *what, bp_error **error) {
  cJSON *selector = sure(cJSON_Duplicate(what, 1));
  bp_result *receipt = NULL;
  cJSON_AddNumberToObject(selector, "version", 1);
  char *document = sure(cJSON_PrintUnformatted(selector));
  int rc = bp_erase(&receipt, s, document, strlen(document), error);
  bp_result_free(receipt);
  free(document);
  cJSON_Delete(selector);
  return rc;
}

static int take_ingest(bp_store *s, const cJSON *one, const char *name, bp_error **error) {
  size_t length;
  char *path = join(root, name, ""), *data = load(path, &length);
  int rc = bp_ingest_bytes(s, string_of(one, "source"), name, data, length, NULL, NULL, error);
  free(data);
  free(path);
  return rc;
}

static int take_merge(bp_store *s, const char *name, bp_error **error) {
  size_t length;
  bp_result *merged = NULL;
  char *path = join(root, name, ""), *data = load(path, &length);
  int rc = bp_share_merge(&merged, s, data, length, error);
  bp_result_free(merged);
  free(data);
  free(path);
  return rc;
}

static int take_share(bp_store *s, const char *window, bp_error **error) {
  size_t length;
  void *bundle = NULL;
  int rc = bp_share_export(&bundle, &length, s, NULL, window, error);
  bp_free(bundle);
  return rc;
}

static int take_publish(bp_store *s, const char *window, bp_error **error) {
  bp_result *published = NULL;
  int rc = bp_publish(&published, s, window, NULL, error);
  bp_result_free(published);
  return rc;
}

static int take_publish_lead(bp_store *s, const char *window, const char *team, bp_error **error) {
  bp_result *published = NULL;
  int rc = bp_publish_lead(&published, s, window, team, NULL, error);
  bp_result_free(published);
  return rc;
}

static int step(bp_store *s, const cJSON *one, bp_error **error) {
  const char *kind = one->child->string, *value = cJSON_GetStringValue(one->child);
  const char *document = string_of(one, "document");
  const cJSON *until = cJSON_GetObjectItemCaseSensitive(one, "until_us");
  if (strcmp(kind, "ingest") == 0) return take_ingest(s, one, value, error);
  if (strcmp(kind, "configure") == 0)
    return bp_configure(s, value, document, strlen(document), error);
  if (strcmp(kind, "narrow") == 0) return bp_narrow(s, access_of(value), NULL, error);
  if (strcmp(kind, "erase") == 0) return take_erase(s, one->child, error);
  if (strcmp(kind, "share") == 0) return take_share(s, value, error);
  if (strcmp(kind, "merge") == 0) return take_merge(s, value, error);
  if (strcmp(kind, "publish") == 0) return take_publish(s, value, error);
  if (strcmp(kind, "publish_lead") == 0)
    return take_publish_lead(s, value, string_of(one, "team"), error);
  if (strcmp(kind, "withdraw") == 0) return bp_consent_set(s, value, "lead", 0, 0, error);
  if (strcmp(kind, "consent") != 0) give_up("no such step", kind);
  return bp_consent_set(s, value, "lead", 1, (int64_t)cJSON_GetNumberValue(until), error);
}

static int ask(bp_result **result, bp_store *s, const cJSON *query, bp_error **error) {
  char *document = sure(cJSON_PrintUnformatted(query));
  bp_query *q = NULL;
  int rc = bp_query_from_json(&q, document, strlen(document), error);
  if (rc == BP_OK) rc = bp_query_run(result, s, q, error);
  bp_query_free(q);
  free(document);
  return rc;
}

static int ask_pending(bp_result **result, bp_store *s, const cJSON *call, bp_error **error) {
  char *folder = join(root, string_of(call, "pending"), "");
  int rc = bp_ingest_pending(result, s, string_of(call, "source"), folder, error);
  free(folder);
  return rc;
}

static int make_call(bp_result **result, bp_store *s, const cJSON *call, bp_error **error) {
  const char *inspect = string_of(call, "inspect"), *catalog = string_of(call, "catalog");
  const char *preview = string_of(call, "preview"), *describe = string_of(call, "describe");
  if (inspect != NULL) return bp_inspect(result, s, inspect, error);
  if (catalog != NULL) return bp_catalog(result, catalog, error);
  if (string_of(call, "pending") != NULL) return ask_pending(result, s, call, error);
  if (preview == NULL && describe == NULL)
    return ask(result, s, cJSON_GetObjectItemCaseSensitive(call, "query"), error);
  size_t length;
  char *path = join(root, preview != NULL ? preview : describe, ""), *data = load(path, &length);
  int rc = preview != NULL ? bp_privacy_preview(result, s, NULL, data, length, error)
                           : bp_share_describe(result, data, length, error);
  free(data);
  free(path);
  return rc;
}

static void write_error(const char *path, bp_error *error) {
  FILE *file = fopen(path, "wb");
  if (file == NULL) give_up("cannot write", path);
  fprintf(file, "error %d\n", bp_error_code(error));
  for (size_t i = 0; details[i] != NULL; i++)
    if (bp_error_detail(error, details[i]) != NULL)
      fprintf(file, "%s: %s\n", details[i], bp_error_detail(error, details[i]));
  fclose(file);
}

static void run(const cJSON *one) {
  const char *name = string_of(one, "name"), *format = string_of(one, "format");
  const char *access = string_of(one, "access");
  char *key = make_key(one), *store = join(out_folder, name, ".db");
  char *path = join(out_folder, name, ""), *written = NULL;
  bp_open_options options = BP_OPEN_OPTIONS_INIT;
  bp_store *s = NULL;
  bp_error *error = NULL;
  bp_result *result = NULL;
  const cJSON *each;
  size_t length;
  now_us = (int64_t)cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(one, "now"));
  options.access = access_of(access == NULL ? "owner" : access);
  options.key_path = key;
  options.clock = clock_of_case;
  int rc = bp_open(&s, store, &options, &error);
  cJSON_ArrayForEach (each, cJSON_GetObjectItemCaseSensitive(one, "steps"))
    if (rc == BP_OK) rc = step(s, each, &error);
  if (rc == BP_OK)
    rc = make_call(&result, s, cJSON_GetObjectItemCaseSensitive(one, "call"), &error);
  if (rc == BP_OK)
    rc = bp_result_format(&written, &length, result, format == NULL ? "json" : format, &error);
  if (rc == BP_OK)
    save(path, written, length);
  else
    write_error(path, error);
  bp_free(written);
  bp_result_free(result);
  bp_close(s);
  bp_error_free(error);
  free(path);
  free(store);
  free(key);
}

int main(int argc, char **argv) {
  if (argc != 4) give_up("usage", "driver ROOT CASES OUT");
  root = argv[1];
  out_folder = argv[3];
  size_t length;
  char *text = load(argv[2], &length);
  cJSON *cases = cJSON_ParseWithLength(text, length);
  const cJSON *one;
  if (cases == NULL) give_up("cannot read", argv[2]);
  cJSON_ArrayForEach (one, cases)
    run(one);
  cJSON_Delete(cases);
  free(text);
  return 0;
}
