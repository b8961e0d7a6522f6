/* store/form.c: one table per kind of fact, used for encoding and decoding. */
#include "store/form.h"

#include <string.h>

#include "base/bytes.h"
#include "base/sum.h"

/* The index of a word is derived from the member of the fact's struct. */
#define WORD(fact, member) ((int)(offsetof(fact, member) / sizeof(int64_t)))
#define PLAIN(fact, member)                                                                        \
  { #member, STORED_PLAIN, WORD(fact, member), 0, NULL }
#define TIME(fact, name, member)                                                                   \
  { name, STORED_TIME, WORD(fact, member), 0, NULL }
#define AFTER(fact, name, member, base)                                                            \
  { name, STORED_AFTER, WORD(fact, member), WORD(fact, base), NULL }
#define BITS(list)                                                                                 \
  { "bits", STORED_BITS, 0, 0, list }
#define FORM(list)                                                                                 \
  { (int)(sizeof list / sizeof *list), list }

/* Flags of all kinds but tool calls, which also have flags for their halves. */
#define FLAG_BITS 11
#define FLAGS_AT(to)                                                                               \
  { WORD(fact_head, flags), 0, FLAG_BITS, to }
#define END                                                                                        \
  { 0, 0, 0, 0 }

static const stored_bits prompt_bits[] = {
    {WORD(prompt_fact, features), 0, 5, 0}, {WORD(prompt_fact, mode), 0, 3, 5}, FLAGS_AT(8), END};
/* The bits that most responses have come first, because a small number takes fewer bytes. Most
 * responses are finished and ended by themselves or with a call. */
static const stored_bits response_bits[] = {
    {WORD(response_fact, traits), 0, 3, 0},  {WORD(response_fact, traits), 9, 1, 3},
    {WORD(response_fact, traits), 8, 1, 4},  {WORD(response_fact, flags), 0, 1, 5},
    {WORD(response_fact, traits), 3, 5, 6},  {WORD(response_fact, traits), 10, 2, 11},
    {WORD(response_fact, flags), 1, 10, 13}, END};
static const stored_bits tool_call_bits[] = {{WORD(tool_call_fact, category), 0, 4, 0},
                                             {WORD(tool_call_fact, outcome), 0, 4, 4},
                                             {WORD(tool_call_fact, flags), 0, 6, 8},
                                             {WORD(tool_call_fact, program), 0, 4, 14},
                                             {WORD(tool_call_fact, language), 0, 8, 18},
                                             {WORD(tool_call_fact, failure), 0, 4, 26},
                                             {WORD(tool_call_fact, flags), 6, 5, 30},
                                             {WORD(tool_call_fact, result_language), 0, 8, 35},
                                             END};
static const stored_bits decision_bits[] = {{WORD(decision_fact, decision), 0, 3, 0},
                                            {WORD(decision_fact, outcome), 0, 4, 3},
                                            {WORD(decision_fact, language), 0, 8, 7},
                                            FLAGS_AT(15),
                                            END};
static const stored_bits event_bits[] = {
    {WORD(event_fact, event), 0, 5, 0}, {WORD(event_fact, detail), 0, 5, 5}, FLAGS_AT(10), END};
static const stored_bits change_bits[] = {
    {WORD(change_fact, change), 0, 2, 0}, {WORD(change_fact, type), 0, 3, 2}, FLAGS_AT(5), END};

static const stored_column prompt_form[] = {TIME(prompt_fact, "time", time_us),
                                            PLAIN(prompt_fact, session), BITS(prompt_bits),
                                            PLAIN(prompt_fact, characters)};
static const stored_column response_form[] = {TIME(response_fact, "time", time_us),
                                              PLAIN(response_fact, session),
                                              BITS(response_bits),
                                              PLAIN(response_fact, owner_after_us),
                                              PLAIN(response_fact, request),
                                              PLAIN(response_fact, model),
                                              PLAIN(response_fact, input),
                                              PLAIN(response_fact, output),
                                              PLAIN(response_fact, cache_read),
                                              PLAIN(response_fact, cache_write_5m),
                                              PLAIN(response_fact, cache_write_1h),
                                              PLAIN(response_fact, reasoning),
                                              PLAIN(response_fact, web_searches),
                                              PLAIN(response_fact, cost_nano)};
static const stored_column tool_call_form[] = {TIME(tool_call_fact, "time", time_us),
                                               PLAIN(tool_call_fact, session),
                                               BITS(tool_call_bits),
                                               PLAIN(tool_call_fact, tool),
                                               PLAIN(tool_call_fact, file),
                                               AFTER(tool_call_fact, "result", result_us, time_us),
                                               PLAIN(tool_call_fact, duration_us),
                                               PLAIN(tool_call_fact, input_added),
                                               PLAIN(tool_call_fact, input_removed),
                                               PLAIN(tool_call_fact, added),
                                               PLAIN(tool_call_fact, removed),
                                               PLAIN(tool_call_fact, result_file)};
static const stored_column decision_form[] = {TIME(decision_fact, "time", time_us),
                                              PLAIN(decision_fact, session), BITS(decision_bits),
                                              PLAIN(decision_fact, lines)};
static const stored_column span_form[] = {
    TIME(span_fact, "time", time_us), PLAIN(span_fact, session), PLAIN(span_fact, flags),
    PLAIN(span_fact, added),          PLAIN(span_fact, removed), PLAIN(span_fact, files)};
static const stored_column event_form[] = {TIME(event_fact, "time", time_us),
                                           PLAIN(event_fact, session), BITS(event_bits),
                                           PLAIN(event_fact, command), PLAIN(event_fact, value)};
static const stored_column change_form[] = {
    TIME(change_fact, "time", time_us), PLAIN(change_fact, session), BITS(change_bits),
    PLAIN(change_fact, assisted),       PLAIN(change_fact, added),   PLAIN(change_fact, removed),
    PLAIN(change_fact, files),          PLAIN(change_fact, rounds),  PLAIN(change_fact, open_us)};

const fact_form bpi_fact_forms[FACT_KINDS] = {
    [FACT_PROMPT] = FORM(prompt_form),       [FACT_RESPONSE] = FORM(response_form),
    [FACT_TOOL_CALL] = FORM(tool_call_form), [FACT_DECISION] = FORM(decision_form),
    [FACT_SPAN] = FORM(span_form),           [FACT_EVENT] = FORM(event_form),
    [FACT_CHANGE] = FORM(change_form),
};

/* Whole milliseconds become an even number, twice their value; other microseconds an odd one, twice
 * their value plus one. */
static int64_t folded(int64_t us) {
  return us % 1000 == 0 ? us / 1000 * 2 : (int64_t)((uint64_t)us << 1 | 1);
}

/* A damaged row may hold any value: the limit keeps sums, differences and products of decoded
 * values from overflowing. */
#define WORD_MOST (INT64_C(1) << 60)
static int64_t bounded(int64_t value) {
  return value > WORD_MOST ? WORD_MOST : value < -WORD_MOST ? -WORD_MOST : value;
}

static int64_t unfolded(int64_t time) {
  int64_t half = (time - (time & 1)) / 2;
  return bounded(time & 1 ? half : bpi_times(half, 1000));
}

static int64_t mask_of(int bits) {
  return (INT64_C(1) << bits) - 1;
}

static int64_t stored(const stored_column *c, const int64_t *fact) {
  int64_t value = fact[c->word], packed = 0;
  switch (c->how) {
  case STORED_PLAIN: return value;
  case STORED_TIME: return value == FACT_NONE ? FACT_NONE : folded(value);
  case STORED_AFTER:
    if (value == FACT_NONE) return FACT_NONE;
    return folded(fact[c->after] == FACT_NONE ? value : value - fact[c->after]);
  case STORED_BITS:
    for (const stored_bits *b = c->bits; b->bits > 0; b++)
      packed |= (fact[b->word] >> b->from & mask_of(b->bits)) << b->to;
    return packed;
  }
  return FACT_NONE;
}

void bpi_form_store(fact_kind kind, int64_t *row, const int64_t *fact) {
  const fact_form *form = &bpi_fact_forms[kind];
  int64_t made[STORED_WORDS_MAX] = {fact[0], fact[1]};
  for (int i = 0; i < form->columns; i++)
    made[i + 2] = stored(&form->column[i], fact);
  memcpy(row, made, (size_t)(form->columns + 2) * sizeof *row);
}

void bpi_form_load(fact_kind kind, int64_t *fact, const int64_t *row) {
  const fact_form *form = &bpi_fact_forms[kind];
  memset(fact, 0, bpi_fact_words(kind) * sizeof *fact);
  fact[0] = row[0];
  fact[1] = row[1];
  for (int i = 0; i < form->columns; i++) {
    const stored_column *c = &form->column[i];
    int64_t value = row[i + 2];
    if (c->how == STORED_BITS) {
      for (const stored_bits *b = c->bits; b->bits > 0; b++)
        fact[b->word] |= (value >> b->to & mask_of(b->bits)) << b->from;
      continue;
    }
    bool none = value == FACT_NONE;
    fact[c->word] = none ? value : c->how == STORED_PLAIN ? bounded(value) : unfolded(value);
    if (c->how == STORED_AFTER && !none && fact[c->after] != FACT_NONE)
      fact[c->word] = bounded(fact[c->word] + fact[c->after]);
  }
}

/* ------------------------------------------------------------------------ what a reader keeps */

size_t bpi_memory_store(unsigned char out[MEMORY_BYTES_MAX], const int64_t words[FILE_MEMORY]) {
  unsigned char *to = out + 3;
  memset(out, 0, 3);
  for (size_t i = 0; i < FILE_MEMORY; i++) {
    if (words[i] == 0) continue;
    out[i / 8] |= (unsigned char)(1u << i % 8);
    for (int shift = 56; shift >= 0; shift -= 8)
      *to++ = (unsigned char)((uint64_t)words[i] >> shift);
  }
  return to == out + 3 ? 0 : (size_t)(to - out);
}

void bpi_memory_load(int64_t words[FILE_MEMORY], const void *data, size_t length) {
  bytes from = bpi_bytes(data, length);
  const unsigned char *which = bpi_take(&from, 3);
  for (size_t i = 0; i < FILE_MEMORY; i++)
    words[i] = which != NULL && which[i / 8] >> i % 8 & 1 ? (int64_t)bpi_take_number(&from, 8) : 0;
}
