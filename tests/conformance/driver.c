/* The conformance driver in C: cases in, a file a case out, through the public header; see README.md. */
#include <cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <blueplane/blueplane.h>

static const char *const details[] = {"metric", "dimension", "name", "zone", "topic", "allowed", NULL};
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

static int step(bp_store *s, const cJSON *one, bp_error **error) {
  const char *ingest = string_of(one, "ingest"), *configure = string_of(one, "configure");
  if (ingest != NULL) {
    size_t length;
    char *path = join(root, ingest, ""), *data = load(path, &length);
    int rc = bp_ingest_bytes(s, string_of(one, "source"), ingest, data, length, NULL, NULL, error);
    free(data);
    free(path);
    return rc;
  }
  if (configure != NULL) {
    const char *document = string_of(one, "document");
    return bp_configure(s, configure, document, strlen(document), error);
  }
  return bp_narrow(s, access_of(string_of(one, "narrow")), NULL, error);
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

static int make_call(bp_result **result, bp_store *s, const cJSON *call, bp_error **error) {
  const char *inspect = string_of(call, "inspect"), *catalog = string_of(call, "catalog");
  const char *preview = string_of(call, "preview");
  if (inspect != NULL) return bp_inspect(result, s, inspect, error);
  if (catalog != NULL) return bp_catalog(result, catalog, error);
  if (preview == NULL)
    return ask(result, s, cJSON_GetObjectItemCaseSensitive(call, "query"), error);
  size_t length;
  char *path = join(root, preview, ""), *data = load(path, &length);
  int rc = bp_privacy_preview(result, s, NULL, data, length, error);
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
  char *key = make_key(one), *store = join(out_folder, name, ".db");
  char *path = join(out_folder, name, ""), *written = NULL;
  bp_open_options options = BP_OPEN_OPTIONS_INIT;
  bp_store *s = NULL;
  bp_error *error = NULL;
  bp_result *result = NULL;
  const cJSON *each;
  size_t length;
  now_us = (int64_t)cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(one, "now"));
  options.access = BP_ACCESS_OWNER;
  options.key_path = key;
  options.clock = clock_of_case;
  int rc = bp_open(&s, store, &options, &error);
  cJSON_ArrayForEach(each, cJSON_GetObjectItemCaseSensitive(one, "steps"))
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
  cJSON_ArrayForEach(one, cases) run(one);
  cJSON_Delete(cases);
  free(text);
  return 0;
}
