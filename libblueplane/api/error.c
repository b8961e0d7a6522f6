/* api/error.c: the exported functions for version, features, error objects and memory. */
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "delivery/delivery.h"
#include "privacy/policy.h"
#include "sources/source.h"

uint32_t bp_version(void) {
  return (uint32_t)BP_VERSION_MAJOR << 16 | (uint32_t)BP_VERSION_MINOR << 8 | BP_VERSION_PATCH;
}

const char *bp_version_string(void) {
  return BP_VERSION_STRING;
}

static const char *behind(const char *name, const char *prefix) {
  size_t length = strlen(prefix);
  return strncmp(name, prefix, length) == 0 ? name + length : NULL;
}

static int has_format(const char *name) {
  for (const delivery_format *f = bpi_delivery_formats; f->name != NULL; f++)
    if (strcmp(f->name, name) == 0) return 1;
  return 0;
}

static int has_access(const char *name) {
  for (uint32_t access = 0; bpi_access_name(access) != NULL; access++)
    if (strcmp(bpi_access_name(access), name) == 0) return bpi_policy_opens(access) != 0;
  return 0;
}

int bp_feature(const char *name) {
  if (name == NULL) return 0;
  const char *rest;
  if ((rest = behind(name, "source:")) != NULL) return bpi_source_by_name(rest) != NULL;
  if ((rest = behind(name, "format:")) != NULL) return has_format(rest);
  if ((rest = behind(name, "access:")) != NULL) return has_access(rest);
  return strcmp(name, "threads") == 0;
}

static const char *const sentences[] = {
    [-BP_OK] = "success",
    [-BP_ERR_INVALID] = "an argument is wrong",
    [-BP_ERR_NOMEM] = "out of memory",
    [-BP_ERR_IO] = "the operating system refused a read or write",
    [-BP_ERR_BUSY] = "another process holds the store",
    [-BP_ERR_NOTFOUND] = "there is no such name",
    [-BP_ERR_FORMAT] = "a document is malformed",
    [-BP_ERR_UNSUPPORTED] = "not possible with this build, source or metric",
    [-BP_ERR_DENIED] = "the handle's access does not allow it",
    [-BP_ERR_CONSENT] = "consent is missing",
    [-BP_ERR_READONLY] = "the store is read-only",
    [-BP_ERR_CORRUPT] = "the store is damaged, or the file is not a store",
    [-BP_ERR_SCHEMA] = "the store was written by a newer library",
    [-BP_ERR_ABI] = "a struct does not fit this library",
    [-BP_ERR_CANCELLED] = "cancelled",
    [-BP_ERR_LIMIT] = "a limit was reached",
    [-BP_ERR_INTERNAL] = "a defect of the library",
};

const char *bp_strerror(int code) {
  size_t count = sizeof sentences / sizeof *sentences;
  return code <= 0 && code > -(int)count ? sentences[-code] : "unknown code";
}

int bp_error_code(const bp_error *error) {
  return bpi_error_code(error);
}
const char *bp_error_message(const bp_error *error) {
  return bpi_error_message(error);
}
const char *bp_error_detail(const bp_error *error, const char *key) {
  return bpi_error_detail(error, key);
}
void bp_error_free(bp_error *error) {
  bpi_error_free(error);
}

void bp_free(void *memory) {
  bpi_free(memory);
}
