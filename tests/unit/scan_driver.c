/* Driver for scan_oracle.py: prints what the scanner reads. Standard input has a text in hex on
 * each line; for each, a line with its values in reading order and how they end:
 *
 *     { } [ ]    an object, an array    "HEX    a text or a key, decoded    i NUMBER    a whole number up to 2^53
 *     n          another number         t f z   true, false, null
 *     ok syntax utf8 depth */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/scan.h"

static void say_bytes(void *user, const char *bytes, size_t length) {
  (void)user;
  for (size_t i = 0; i < length; i++)
    printf("%02x", (unsigned)(unsigned char)bytes[i]);
}

static void say_value(scan *s);

static void say_members(scan *s) {
  const char *key;
  size_t length;
  printf("{ ");
  while (bpi_scan_key(s, &key, &length)) {
    printf("\"");
    say_bytes(NULL, key, length);
    printf(" ");
    say_value(s);
  }
  printf("} ");
}

static void say_items(scan *s) {
  printf("[ ");
  while (bpi_scan_item(s))
    say_value(s);
  printf("] ");
}

static void say_value(scan *s) {
  int64_t count;
  switch (bpi_scan_peek(s)) {
  case SCAN_OBJECT:
    if (bpi_scan_enter_object(s)) say_members(s);
    return;
  case SCAN_ARRAY:
    if (bpi_scan_enter_array(s)) say_items(s);
    return;
  case SCAN_TEXT:
    printf("\"");
    bpi_scan_text_feed(s, say_bytes, NULL);
    printf(" ");
    return;
  case SCAN_NUMBER:
    if (bpi_scan_count(s, &count, NULL))
      printf("i %" PRId64 " ", count);
    else
      printf("n ");
    return;
  case SCAN_TRUE: printf("t "); break;
  case SCAN_FALSE: printf("f "); break;
  case SCAN_NULL: printf("z "); break;
  default: break;
  }
  bpi_scan_skip(s);
}

static void say_all(scan *s) {
  static const char *const ends[] = {"ok", "syntax", "utf8", "depth", "io"};
  scan_type type;
  while ((type = bpi_scan_value(s)) != SCAN_END && type != SCAN_WAIT && type != SCAN_ERROR) {
    if (type == SCAN_OBJECT)
      say_members(s);
    else if (type == SCAN_ARRAY)
      say_items(s);
    else
      say_value(s);
  }
  printf("%s\n", type == SCAN_WAIT ? "waits" : ends[s->error]);
}

static int nibble(char c) {
  return c >= 'a' ? c - 'a' + 10 : c - '0';
}

int main(void) {
  static char line[1 << 16];
  while (fgets(line, sizeof line, stdin) != NULL) {
    size_t length = strcspn(line, "\r\n") / 2;
    for (size_t i = 0; i < length; i++)
      line[i] = (char)(nibble(line[2 * i]) << 4 | nibble(line[2 * i + 1]));
    scan s;
    bpi_scan_init_memory(&s, line, length);
    say_all(&s);
  }
  return 0;
}
