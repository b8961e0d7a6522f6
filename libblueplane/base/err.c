/* base/err.c: the error object and its details. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#define DETAILS 8
#define MESSAGE 384
#define KEY 24

struct bp_error {
  int code;
  char message[MESSAGE];
  unsigned details;
  struct detail {
    char key[KEY];
    char *value;
  } detail[DETAILS];
};

/* Used for every error when there is no memory to describe it. Never freed or written. */
static const bp_error out_of_memory = {BP_ERR_NOMEM, "out of memory", 0, {{{0}, NULL}}};

/* Copies what fits, cut at a whole UTF-8 character. */
static void copy_text(char *into, size_t size, const char *text) {
  size_t length = strlen(text);
  if (length >= size) {
    length = size - 1;
    while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
      length--;
  }
  memcpy(into, text, length);
  into[length] = '\0';
}

void bpi_error_make_nomem(bp_error **error) {
  union { /* the object is shared and immutable, but the interface's type is not const */
    const bp_error *constant;
    bp_error *plain;
  } shared = {&out_of_memory};
  if (error != NULL && *error == NULL) *error = shared.plain;
}

void bpi_error_make(bp_error **error, int code, const char *format, ...) {
  if (error == NULL || *error != NULL) return;
  bp_error *made = bpi_alloc_zero(1, sizeof *made);
  if (made == NULL) {
    bpi_error_make_nomem(error);
    return;
  }
  char message[MESSAGE * 2];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  made->code = code;
  copy_text(made->message, sizeof made->message, message);
  *error = made;
}

int bpi_fail_detail(bp_error **error, const char *key, const char *value) {
  if (error == NULL || *error == NULL) return BP_ERR_INTERNAL;
  bp_error *e = *error;
  if (e == &out_of_memory || e->details == DETAILS || value == NULL) return e->code;
  char *copy = bpi_strndup(value, strlen(value));
  if (copy == NULL) return e->code; /* a detail that there is no memory for is left out */
  struct detail *d = &e->detail[e->details++];
  snprintf(d->key, sizeof d->key, "%s", key);
  d->value = copy;
  return e->code;
}

int bpi_fail_detail_int(bp_error **error, const char *key, int64_t value) {
  char number[24];
  snprintf(number, sizeof number, "%lld", (long long)value);
  return bpi_fail_detail(error, key, number);
}

int bpi_fail_stored(bp_error **error, bp_error *why, const char *message) {
  int code = bpi_error_code(why);
  bpi_error_free(why);
  if (code == BP_OK) return BP_OK;
  return code == BP_ERR_NOMEM ? bpi_fail_nomem(error)
                              : bpi_fail(error, BP_ERR_CORRUPT, "%s", message);
}

bp_error **bpi_error_begin(bp_error **error, bp_error **unseen) {
  *unseen = NULL;
  if (error == NULL) return unseen;
  *error = NULL;
  return error;
}

int bpi_error_end(int code, bp_error *unseen) {
  bpi_error_free(unseen);
  return code;
}

int bpi_error_code(const bp_error *error) {
  return error == NULL ? BP_OK : error->code;
}

const char *bpi_error_message(const bp_error *error) {
  return error == NULL ? "" : error->message;
}

const char *bpi_error_detail(const bp_error *error, const char *key) {
  if (error == NULL || key == NULL) return NULL;
  for (unsigned i = 0; i < error->details; i++)
    if (strcmp(error->detail[i].key, key) == 0) return error->detail[i].value;
  return NULL;
}

void bpi_error_free(bp_error *error) {
  if (error == NULL || error == &out_of_memory) return;
  for (unsigned i = 0; i < error->details; i++)
    bpi_free(error->detail[i].value);
  bpi_free(error);
}
