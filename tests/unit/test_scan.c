/* The scanner, by hand and against itself: with any window and however few bytes a read returns,
 * the same values come out. scan_oracle.py compares it with another JSON reader. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "base/scan_find.h"
#include "base/text.h"
#include "dice.h"
#include "drip.h"
#include "run_suite.h"

/* Writes what the scanner reads as text: keys, types, decoded strings, places of records. */
typedef struct trace {
  char text[65536];
  size_t length;
} trace;

static void say(trace *t, const char *piece, size_t length) {
  ck_assert_uint_lt(t->length + length, sizeof t->text);
  memcpy(t->text + t->length, piece, length);
  t->length += length;
  t->text[t->length] = '\0';
}

static void say_piece(void *user, const char *piece, size_t length) {
  say(user, piece, length);
}

static void trace_value(scan *s, trace *t) {
  const char *key;
  size_t length;
  int64_t count;
  bool bad = false;
  switch (bpi_scan_peek(s)) {
  case SCAN_OBJECT:
    if (!bpi_scan_enter_object(s)) return;
    say(t, "{", 1);
    while (bpi_scan_key(s, &key, &length)) {
      say(t, key, length);
      say(t, "=", 1);
      trace_value(s, t);
    }
    say(t, "}", 1);
    break;
  case SCAN_ARRAY:
    if (!bpi_scan_enter_array(s)) return;
    say(t, "[", 1);
    while (bpi_scan_item(s))
      trace_value(s, t);
    say(t, "]", 1);
    break;
  case SCAN_TEXT:
    say(t, "'", 1);
    bpi_scan_text_feed(s, say_piece, t);
    say(t, "'", 1);
    break;
  case SCAN_NUMBER:
    if (bpi_scan_count(s, &count, &bad)) say(t, "n", 1);
    if (bad) say(t, "!", 1);
    break;
  case SCAN_TRUE:
  case SCAN_FALSE:
  case SCAN_NULL:
    bpi_scan_skip(s);
    say(t, "l", 1);
    break;
  /* the consumer refuses what is not a value */
  default: bpi_scan_skip(s); break;
  }
}

static void trace_all(scan *s, trace *t) {
  char place[64];
  scan_type type;
  const char *key;
  size_t length;
  t->length = 0;
  t->text[0] = '\0';
  for (;;) {
    type = bpi_scan_value(s);
    if (type == SCAN_END || type == SCAN_WAIT) break;
    snprintf(place, sizeof place, "@%d:%d ", (int)s->record_line, (int)s->record_start);
    say(t, place, strlen(place));
    if (type == SCAN_OBJECT) {
      say(t, "{", 1);
      while (bpi_scan_key(s, &key, &length)) {
        say(t, key, length);
        say(t, "=", 1);
        trace_value(s, t);
      }
      say(t, "}", 1);
    } else if (type == SCAN_ARRAY) {
      while (bpi_scan_item(s))
        trace_value(s, t);
    } else if (type != SCAN_ERROR) {
      trace_value(s, t);
    }
    if (s->error != SCAN_OK) {
      snprintf(place, sizeof place, "error %d at %d\n", s->error, (int)s->error_at);
      say(t, place, strlen(place));
      if (!bpi_scan_recover(s)) break;
    } else {
      say(t, "\n", 1);
    }
  }
  snprintf(place, sizeof place, "%s %d", type == SCAN_WAIT ? "wait" : "end",
           (int)bpi_scan_resume_offset(s, NULL));
  say(t, place, strlen(place));
}

static void trace_memory(const char *text, size_t length, trace *t) {
  scan s;
  bpi_scan_init_memory(&s, text, length);
  trace_all(&s, t);
}

/* Compares with hand-written traces. */
static void expect(const char *input, const char *wanted) {
  static trace t;
  trace_memory(input, strlen(input), &t);
  ck_assert_str_eq(t.text, wanted);
}

START_TEST(values) {
  expect("", "end 0");
  expect("\n \n\t\r\n", "end 6");
  expect("{}\n", "@1:0 {}\nend 3");
  expect("{\"a\":1,\"b\":[true,null,\"x\"]}\n", "@1:0 {a=nb=[ll'x']}\nend 28");
  expect("{\"a\":{\"b\":{}}} {\"c\":-0}\n{\"d\":2}\n",
         "@1:0 {a={b={}}}\n@1:15 {c=n}\n@2:24 {d=n}\nend 32");
  expect("{\"a\":1}{\"b\":2}\n", "@1:0 {a=n}\n@1:7 {b=n}\nend 15");
}
END_TEST

START_TEST(escapes) {
  expect("{\"\\u0061\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}\n", "@1:0 {a='\"\\/\b\f\n\r\t'}\nend 30");
  expect("{\"a\":\"\\u00e9\\u20ac\\ud83d\\ude00\"}\n",
         "@1:0 {a='\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80'}\nend 33");
  expect("{\"a\":\"\\ud83d.\\ude00\"}\n", "@1:0 {a='\xEF\xBF\xBD.\xEF\xBF\xBD'}\nend 22");
}
END_TEST

START_TEST(bad_records_cost_their_line) {
  expect("{\"a\":}\n{\"b\":1}\n", "@1:0 {a=}error 1 at 5\n@2:7 {b=n}\nend 15");
  expect("{\"a\":1,}\n{}\n", "@1:0 {a=n}error 1 at 7\n@2:9 {}\nend 12");
  expect("{\"a\":01}\n{}\n", "@1:0 {a=}error 1 at 6\n@2:9 {}\nend 12");
  expect("{\"a\":\"x\ny\"}\n{}\n", "@1:0 {a='x'}error 1 at 7\n@2:8 error 1 at 8\n@3:12 {}\nend 15");
  expect("{\"a\":1,\n\"b\":2}\n{}\n",
         "@1:0 {a=n}error 1 at 7\n@2:8 'b'\n@2:11 error 1 at 11\n@3:15 {}\nend 18");
  expect("{\"a\":\"\xC3(\"}\n{}\n", "@1:0 {a=''}error 2 at 6\n@2:11 {}\nend 14");
  expect("{\"a\":\"\xED\xA0\x80\"}\n{}\n", "@1:0 {a=''}error 2 at 6\n@2:12 {}\nend 15");
  expect("{\"a\":\"\\x\"}\n{}\n", "@1:0 {a=''}error 1 at 6\n@2:11 {}\nend 14");
  expect("nonsense\n{}\n", "@1:0 lerror 1 at 1\n@2:9 {}\nend 12");
  expect("{} x\n{}\n", "@1:0 {}\n@1:3 error 1 at 3\n@2:5 {}\nend 8");
}
END_TEST

START_TEST(nul_bytes) {
  static trace t;
  const char input[] = "{\"a\":1}\0\0\0\n{\"b\":1}\n";
  trace_memory(input, sizeof input - 1, &t);
  ck_assert_str_eq(t.text, "@1:0 {a=n}\n@1:7 error 1 at 7\n@2:11 {b=n}\nend 19");
}
END_TEST

START_TEST(counts) {
  expect("{\"a\":9007199254740992,\"b\":9007199254740993,\"c\":-1,\"d\":1.0,\"e\":1e3,\"f\":0}\n",
         "@1:0 {a=nb=!c=!d=!e=!f=n}\nend 73");
  expect("{\"a\":99999999999999999999999999999999999999999999999999999999999}\n",
         "@1:0 {a=!}\nend 66");
}
END_TEST

START_TEST(reals) {
  static const struct {
    const char *text;
    double value;
    bool good;
  } cases[] = {{"0.1", 0.1, true},
               {"-2.5e3", -2500, true},
               {"1E-3", 0.001, true},
               {"123456789012345", 123456789012345.0, true},
               {"0", 0, true},
               {"1e400", 0, false},
               {"12345678901234567", 12345678901234500.0, true}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char line[64];
    scan s;
    const char *key;
    size_t length;
    double value = -1;
    snprintf(line, sizeof line, "{\"a\":%s}\n", cases[i].text);
    bpi_scan_init_memory(&s, line, strlen(line));
    ck_assert_int_eq(bpi_scan_value(&s), SCAN_OBJECT);
    ck_assert(bpi_scan_key(&s, &key, &length));
    ck_assert_int_eq(bpi_scan_real(&s, &value), cases[i].good);
    if (cases[i].good) ck_assert(value == cases[i].value);
    ck_assert(!bpi_scan_failed(&s));
  }
}
END_TEST

/* A string that is too long is cut at a whole character, and the value after it is read. */
START_TEST(bounded_text) {
  const char *line = "{\"a\":\"ab\xC3\xA9\xE2\x82\xAC"
                     "cd\",\"b\":1}\n";
  for (size_t room = 0; room <= 10; room++) {
    scan s;
    const char *key;
    size_t length;
    char into[16] = {0};
    bool whole;
    static const size_t fits[] = {0, 1, 2, 2, 4, 4, 4, 7, 8, 9, 9};
    bpi_scan_init_memory(&s, line, strlen(line));
    bpi_scan_value(&s);
    ck_assert(bpi_scan_key(&s, &key, &length));
    ck_assert(bpi_scan_text(&s, into, room, &length, &whole));
    ck_assert_uint_eq(length, fits[room]);
    ck_assert_int_eq(whole, room >= 9);
    ck_assert_mem_eq(into,
                     "ab\xC3\xA9\xE2\x82\xAC"
                     "cd",
                     length);
    ck_assert(bpi_scan_key(&s, &key, &length));
    ck_assert_uint_eq(length, 1);
    ck_assert_int_eq(*key, 'b');
  }
}
END_TEST

/* The same for a text with escapes, which is longer in the input than decoded. */
START_TEST(bounded_escapes) {
  static const struct {
    const char *written, *text;
  } parts[] = {{"plain and longer than a block, ", "plain and longer than a block, "},
               {"\\n", "\n"},
               {"\\\"", "\""},
               {"\\\\", "\\"},
               {"a", "a"},
               {"\\u0041", "A"},
               {"\\t\\t", "\t\t"},
               {"x\\/y", "x/y"}};
  for (size_t seed = 0; seed < 40; seed++) {
    char line[2048] = "{\"a\":\"", text[1024] = "", into[1024];
    for (size_t i = 0; i < 24; i++) {
      size_t part = (i * i + seed * (i + 3)) % 11 % (sizeof parts / sizeof *parts);
      strcat(line, parts[part].written);
      strcat(text, parts[part].text);
    }
    strcat(line, "\",\"b\":1}\n");
    for (size_t room = 0; room <= strlen(text) + 1; room++) {
      scan s;
      const char *key;
      size_t length;
      bool whole;
      bpi_scan_init_memory(&s, line, strlen(line));
      bpi_scan_value(&s);
      ck_assert(bpi_scan_key(&s, &key, &length));
      ck_assert(bpi_scan_text(&s, into, room, &length, &whole));
      ck_assert_uint_eq(length, room < strlen(text) ? room : strlen(text));
      ck_assert_int_eq(whole, room >= strlen(text));
      ck_assert_mem_eq(into, text, length);
      ck_assert(bpi_scan_key(&s, &key, &length) && length == 1 && *key == 'b');
    }
  }
}
END_TEST

START_TEST(depth) {
  static char input[400];
  static trace t;
  for (int levels = 60; levels <= 70; levels++) {
    int at = 0;
    input[at++] = '{';
    input[at++] = '"';
    input[at++] = 'a';
    input[at++] = '"';
    input[at++] = ':';
    for (int i = 1; i < levels; i++)
      input[at++] = '[';
    for (int i = 1; i < levels; i++)
      input[at++] = ']';
    input[at++] = '}';
    input[at++] = '\n';
    trace_memory(input, (size_t)at, &t);
    ck_assert_int_eq(strstr(t.text, "error 3") == NULL, levels <= SCAN_DEPTH);
  }
}
END_TEST

static const char story[] =
    "{\"type\":\"user\",\"n\":12345,\"t\":\"plain \\\"quoted\\\" \\u20ac \xE2\x82\xAC\xF0\x9F\x98\x80 end\","
    "\"deep\":[[[{\"k\":[1,2,{\"z\":null}]}]]],\"f\":false} {\"second\":true}\n"
    "\n  \t{\"bad\":tru3}\n{\"u\":\"\\ud83d\\ude00\"}\r\n{\"broken\":\"\xFF\"}\n[1,2,3]\n12 \"x\"\n"
    "{\"\\u006bey\":{\"key with a rather long name that goes on and on and on and on and on and on "
    "and on and on and on and on and on and on and on beyond the bound\":1}}\n{\"last\":1";

START_TEST(any_window_any_read) {
  static trace whole, part;
  trace_memory(story, sizeof story - 1, &whole);
  for (size_t step = 1; step <= 67; step++) {
    drip d = {story, sizeof story - 1, 0, step};
    scan s;
    ck_assert_int_eq(bpi_scan_init(&s, drip_read, &d, 1, 0, 1), 0);
    trace_all(&s, &part);
    ck_assert_str_eq(part.text, whole.text);
    bpi_scan_free(&s);
  }
}
END_TEST

/* A prefix is refused only if the whole is, and the cut value waits. */
START_TEST(cut_anywhere) {
  static const char line[] =
      "{\"a\":[1,-2.5e+7,\"\\ud83d\\ude00\xE2\x82\xAC\",true,false,null,{}],\"b\":{}}";
  for (size_t cut = 1; cut < sizeof line - 1; cut++) {
    static trace t;
    trace_memory(line, cut, &t);
    ck_assert_msg(strstr(t.text, "error") == NULL, "cut at %d: %s", (int)cut, t.text);
    ck_assert_msg(strstr(t.text, "wait 0") != NULL, "cut at %d: %s", (int)cut, t.text);
  }
}
END_TEST

START_TEST(a_string_longer_than_the_window) {
  size_t length = 100000;
  char *input = malloc(length + 64);
  memcpy(input, "{\"a\":\"", 6);
  for (size_t i = 0; i < length; i++)
    input[6 + i] = (char)('a' + i % 26);
  memcpy(input + 6 + length, "\",\"b\":7}\n", 10);
  drip d = {input, length + 15, 0, 1000};
  scan s;
  const char *key;
  size_t n;
  int64_t b = 0;
  ck_assert_int_eq(bpi_scan_init(&s, drip_read, &d, 4096, 0, 1), 0);
  ck_assert_int_eq(bpi_scan_value(&s), SCAN_OBJECT);
  ck_assert(bpi_scan_key(&s, &key, &n));
  bpi_scan_skip(&s);
  ck_assert(bpi_scan_key(&s, &key, &n));
  ck_assert(bpi_scan_count(&s, &b, NULL));
  ck_assert_int_eq(b, 7);
  bpi_scan_free(&s);
  free(input);
}
END_TEST

/* The fast search against the plain definition, on every byte value at every alignment. */
START_TEST(find_special) {
  char block[80];
  for (int byte = 0; byte < 256; byte++)
    for (size_t at = 0; at < 48; at++)
      for (size_t start = 0; start < 20 && start <= at; start += 3) {
        memset(block, 'x', sizeof block);
        block[at] = (char)byte;
        const char *wanted = bpi_special((unsigned char)byte) ? block + at : block + 60;
        ck_assert_ptr_eq(bpi_find_special(block + start, block + 60), wanted);
        ck_assert_ptr_eq(bpi_find_special_portable(block + start, block + 60), wanted);
      }
}
END_TEST

static bool is_wide(const char *p, const char *end) {
  return end - p >= 3 && bpi_utf8_step(p, end) == 3;
}

/* The offsets at which a walk over plain characters, whole escapes and whole sequences may stop. */
static void places_of(const char *p, const char *end, bool *place, const char *start) {
  for (;;) {
    place[p - start] = true;
    if (p < end && !bpi_special((unsigned char)*p))
      p++;
    else if (end - p >= 2 && *p == '\\' && bpi_plain_escape(p[1]) != 0)
      p += 2;
    else if (is_wide(p, end))
      p += 3;
    else
      return;
  }
}

static void check_skip(const char *(*skip)(const char *, const char *), const char *text,
                       size_t length) {
  bool place[300] = {false};
  const char *end = text + length, *stop = skip(text, end);
  places_of(text, end, place, text);
  ck_assert(stop >= text && stop <= end);
  ck_assert_msg(place[stop - text], "stands inside an escape");
  ck_assert(stop == end || bpi_special((unsigned char)*stop));
}

static const char *skip_any(const char *p, const char *end) {
  return bpi_skip_text(p, end);
}
#if defined(__SSE2__) /* what skip_any uses if the processor has nothing wider */
static const char *skip_narrow(const char *p, const char *end) {
  return bpi_skip_text_sse2(p, end);
}
#else
#define skip_narrow skip_portable
#endif
static const char *skip_portable(const char *p, const char *end) {
  return bpi_skip_text_portable(p, end);
}

/* Random text of few kinds of characters, so that escapes are at every boundary of a block. */
START_TEST(skip_text) {
  static const char *const kinds[] = {"x",
                                      "x",
                                      "x",
                                      "x",
                                      "x",
                                      "x",
                                      "x",
                                      "x",
                                      "\xE2\x80\x94",
                                      "x",
                                      "\\",
                                      "\\",
                                      "n",
                                      "r",
                                      "\xEF\xBC\x81",
                                      "t",
                                      "/",
                                      "u",
                                      "\"",
                                      "\x01",
                                      "\xC3",
                                      "\xE2\x80",
                                      "\xE0\x80\x80",
                                      "\xED\xA0\x80"};
  static const int lean[] = {10, 17, 18, 24};
  char text[300];
  uint64_t seed = 88172645463325252u;
  for (int round = 0; round < 40000; round++) {
    size_t length = 0, wanted = (size_t)(round % 290);
    while (length < wanted) {
      const char *kind = kinds[(dice_roll(&seed) >> 20) % (uint64_t)lean[round / 7 % 4]];
      memcpy(text + length, kind, strlen(kind));
      length += strlen(kind);
    }
    check_skip(skip_any, text, length);
    check_skip(skip_narrow, text, length);
    check_skip(skip_portable, text, length);
  }
}
END_TEST

/* An expected token is read if it is there in exactly that spelling; else nothing is. */
START_TEST(expected) {
  static const char text[] =
      "{\"type\":\"user\", \"a\":1,\"type\":\"users\",\"\":\"\",\"t\\u0079pe\":null,"
      "\"p\":[\"+x\",\"\",\"\\u002d\",\"\\n\",\"\xC3\xA4\",7]}                    \n";
  static const char type[SCAN_QUOTED_MAX] = "\"type\":", a[SCAN_QUOTED_MAX] = "\"a\":";
  const char *key;
  size_t length;
  int64_t count = 0;
  scan s;
  bpi_scan_init_memory(&s, text, sizeof text - 1);
  ck_assert_int_eq(bpi_scan_value(&s), SCAN_OBJECT);
  ck_assert(!bpi_scan_key_is(&s, a, 4) && !bpi_scan_ends(&s));
  ck_assert(bpi_scan_key_is(&s, type, 7));
  ck_assert(!bpi_scan_key_is(&s, type, 7));
  ck_assert(!bpi_scan_text_is(&s, "use", 3) && !bpi_scan_text_is(&s, "users", 5));
  ck_assert(bpi_scan_text_is(&s, "user", 4));
  ck_assert(!bpi_scan_key_is(&s, a, 4)); /* a space is a different spelling */
  ck_assert(bpi_scan_key(&s, &key, &length) && length == 1 && *key == 'a');
  ck_assert(!bpi_scan_text_is(&s, "1", 1) && bpi_scan_count(&s, &count, NULL) && count == 1);
  ck_assert(bpi_scan_key_is(&s, type, 7));
  ck_assert(!bpi_scan_text_is(&s, "user", 4));
  bpi_scan_skip(&s);
  ck_assert(bpi_scan_key(&s, &key, &length) && length == 0 && bpi_scan_text_is(&s, "", 0));
  ck_assert(!bpi_scan_key_is(&s, type, 7)); /* so is an escape */
  ck_assert(bpi_scan_key(&s, &key, &length) && length == 4 && memcmp(key, "type", 4) == 0);
  bpi_scan_skip(&s);
  ck_assert(bpi_scan_key(&s, &key, &length) && bpi_scan_enter_array(&s));
  static const char firsts[] = {'+', 0, '-', '\n', 0, 0};
  for (size_t i = 0; i < sizeof firsts; i++) {
    char first = 0;
    ck_assert(bpi_scan_item(&s));
    ck_assert_int_eq(bpi_scan_first(&s, &first), firsts[i] != 0);
    ck_assert_int_eq(first, firsts[i]);
  }
  ck_assert(!bpi_scan_item(&s) && bpi_scan_ends(&s) && !bpi_scan_failed(&s));
  ck_assert_int_eq(bpi_scan_value(&s), SCAN_END);

  bpi_scan_init_memory(&s, text, 20); /* too short to compare: nothing is read */
  ck_assert_int_eq(bpi_scan_value(&s), SCAN_OBJECT);
  ck_assert(!bpi_scan_key_is(&s, type, 7));
  ck_assert(bpi_scan_key(&s, &key, &length) && length == 4);
  ck_assert(bpi_scan_text_is(&s, "user", 4));
  ck_assert(!bpi_scan_ends(&s));

  /* after a missing comma or an error nothing is as expected */
  static const char bad[] = "{\"a\":tru,\"a\":1}                                            \n";
  bpi_scan_init_memory(&s, bad, sizeof bad - 1);
  ck_assert_int_eq(bpi_scan_value(&s), SCAN_OBJECT);
  ck_assert(bpi_scan_key_is(&s, a, 4));
  bpi_scan_skip(&s);
  ck_assert(bpi_scan_failed(&s) && *s.at == ',');
  ck_assert(!bpi_scan_key_is(&s, a, 4) && !bpi_scan_ends(&s));
  static const char missing[] = "{\"a\":1\"a\":2}                                            \n";
  bpi_scan_init_memory(&s, missing, sizeof missing - 1);
  ck_assert_int_eq(bpi_scan_value(&s), SCAN_OBJECT);
  ck_assert(bpi_scan_key_is(&s, a, 4));
  s.at++;
  ck_assert(*s.at == '"' && !bpi_scan_key_is(&s, a, 4));
}
END_TEST

/* A document may have many lines; an error loses the rest; an incomplete one waits, and is read
 * again from the beginning of its value. */
START_TEST(documents) {
  static const char text[] = "\n [1,\n  {\"a\" :\n 2}\n]\n{\"b\":3}";
  scan s;
  bpi_scan_init_memory(&s, text, sizeof text - 1);
  ck_assert_int_eq(bpi_scan_value(&s), SCAN_ARRAY);
  while (bpi_scan_item(&s)) /* in line mode, no value continues on the next line */
    bpi_scan_skip(&s);
  ck_assert_int_eq(s.error, SCAN_SYNTAX);
  ck_assert_int_eq(s.error_at, 5);

  bpi_scan_init_memory(&s, text, sizeof text - 1);
  s.document = true;
  ck_assert_int_eq(bpi_scan_value(&s), SCAN_ARRAY);
  ck_assert_uint_eq(s.record_line, 2);
  int64_t number = 0;
  const char *key;
  size_t length;
  ck_assert(bpi_scan_item(&s) && bpi_scan_count(&s, &number, NULL));
  ck_assert_int_eq(number, 1);
  ck_assert(bpi_scan_item(&s) && bpi_scan_enter_object(&s) && bpi_scan_key(&s, &key, &length));
  ck_assert(bpi_scan_count(&s, &number, NULL));
  ck_assert_int_eq(number, 2);
  ck_assert(!bpi_scan_key(&s, &key, &length) && !bpi_scan_item(&s));
  ck_assert_int_eq(bpi_scan_value(&s), SCAN_OBJECT);
  ck_assert_uint_eq(s.record_line, 6);
  bpi_scan_skip(&s);
  bpi_scan_free(&s);

  for (size_t cut = 3; cut < 20; cut++) { /* inside the array */
    uint64_t line;
    bpi_scan_init_memory(&s, text, cut);
    s.document = true;
    ck_assert_int_eq(bpi_scan_value(&s), SCAN_ARRAY);
    ck_assert_int_eq(bpi_scan_value(&s), SCAN_WAIT);
    ck_assert_int_eq(bpi_scan_resume_offset(&s, &line), 2);
    ck_assert_uint_eq(line, 2);
    ck_assert_uint_eq(bpi_scan_pending(&s), cut - 2);
  }

  static const char broken[] = "[1,\n2 3]\n{\"b\":3}\n";
  bpi_scan_init_memory(&s, broken, sizeof broken - 1);
  s.document = true;
  ck_assert_int_eq(bpi_scan_value(&s), SCAN_ARRAY);
  ck_assert_int_eq(bpi_scan_value(&s), SCAN_ERROR);
  ck_assert_int_eq(s.error_at, 6);
  ck_assert(bpi_scan_recover(&s));
  ck_assert_int_eq(bpi_scan_value(&s), SCAN_END);
  ck_assert_int_eq(bpi_scan_resume_offset(&s, NULL), (int64_t)sizeof broken - 1);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("scan");
  TCase *c = tcase_create("scan");
  tcase_add_test(c, values);
  tcase_add_test(c, escapes);
  tcase_add_test(c, bad_records_cost_their_line);
  tcase_add_test(c, nul_bytes);
  tcase_add_test(c, counts);
  tcase_add_test(c, reals);
  tcase_add_test(c, bounded_text);
  tcase_add_test(c, bounded_escapes);
  tcase_add_test(c, depth);
  tcase_add_test(c, any_window_any_read);
  tcase_add_test(c, cut_anywhere);
  tcase_add_test(c, a_string_longer_than_the_window);
  tcase_add_test(c, find_special);
  tcase_add_test(c, skip_text);
  tcase_add_test(c, expected);
  tcase_add_test(c, documents);
  suite_add_tcase(suite, c);
  return run_suite(suite);
}
