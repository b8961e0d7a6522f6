/* base/sort.c: a radix sort, word by word from the last to the first, each word digit by digit.
 * Time is linear in rows and differing digits; comparison sorts take three times as long on the
 * thousands of rows of a batch. */
#include "base/sort.h"

#include <blueplane/blueplane.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define DIGIT_BITS 11
#define DIGITS 6 /* of 11 bits, for 64 bits */
#define DIGIT_VALUES (1u << DIGIT_BITS)

typedef struct entry {
  uint64_t word; /* with the sign bit flipped, so that unsigned order is signed order */
  int64_t *row;
} entry;

static size_t digit_of(uint64_t word, unsigned digit) {
  return (size_t)(word >> (digit * DIGIT_BITS)) & (DIGIT_VALUES - 1);
}

/* Counts the entries per value of each digit. */
static void count_digits(const entry *e, size_t count, uint32_t counts[DIGITS][DIGIT_VALUES]) {
  memset(counts, 0, DIGITS * sizeof *counts);
  for (size_t i = 0; i < count; i++)
    for (unsigned digit = 0; digit < DIGITS; digit++)
      counts[digit][digit_of(e[i].word, digit)]++;
}

static void distribute(const entry *from, entry *to, size_t count, unsigned digit,
                       uint32_t counts[DIGIT_VALUES]) {
  uint32_t start = 0;
  for (size_t value = 0; value < DIGIT_VALUES; value++) {
    uint32_t here = counts[value];
    counts[value] = start;
    start += here;
  }
  for (size_t i = 0; i < count; i++)
    to[counts[digit_of(from[i].word, digit)]++] = from[i];
}

/* Sorts by `word`; returns the array that holds the result, one of the two. */
static entry *sort_entries(entry *e, entry *other, size_t count,
                           uint32_t counts[DIGITS][DIGIT_VALUES]) {
  count_digits(e, count, counts);
  for (unsigned digit = 0; digit < DIGITS; digit++) {
    if (counts[digit][digit_of(e[0].word, digit)] == count) continue; /* all equal */
    distribute(e, other, count, digit, counts[digit]);
    entry *sorted = other;
    other = e;
    e = sorted;
  }
  return e;
}

/* Allocates the digit counts and twice `count` entries; NULL: out of memory, or too many. */
static entry *make_entries(size_t count, uint32_t (**counts)[DIGIT_VALUES]) {
  entry *both = NULL;
  if (count > UINT32_MAX) return NULL;
  *counts = bpi_alloc(DIGITS * sizeof **counts);
  if (*counts != NULL) both = bpi_alloc(2 * count * sizeof *both);
  if (both == NULL) bpi_free(*counts);
  return both;
}

/* Insertion sort for few rows, as an append brings. */
static void sort_few(int64_t **rows, size_t count, size_t words) {
  for (size_t i = 1; i < count; i++) {
    int64_t *row = rows[i];
    size_t to = i;
    for (; to > 0; to--) {
      int64_t *before = rows[to - 1];
      size_t word = 0;
      while (word < words && before[word] == row[word])
        word++;
      if (word == words || before[word] < row[word]) break;
      rows[to] = before;
    }
    rows[to] = row;
  }
}

int bpi_sort_rows(int64_t **rows, size_t count, size_t words) {
  if (count <= 32) {
    sort_few(rows, count, words);
    return BP_OK;
  }
  uint32_t(*counts)[DIGIT_VALUES];
  entry *both = make_entries(count, &counts), *e = both;
  if (both == NULL) return BP_ERR_NOMEM;
  for (size_t i = 0; i < count; i++)
    e[i].row = rows[i];
  for (size_t word = words; word-- > 0;) {
    for (size_t i = 0; i < count; i++)
      e[i].word = (uint64_t)e[i].row[word] ^ UINT64_C(1) << 63;
    e = sort_entries(e, e == both ? both + count : both, count, counts);
  }
  for (size_t i = 0; i < count; i++)
    rows[i] = e[i].row;
  bpi_free(counts);
  bpi_free(both);
  return BP_OK;
}

static int by_number(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static bool is_sorted(const int64_t *numbers, size_t count) {
  for (size_t i = 1; i < count; i++)
    if (numbers[i - 1] > numbers[i]) return false;
  return true;
}

void bpi_sort_numbers(int64_t *numbers, size_t count) {
  uint32_t(*counts)[DIGIT_VALUES];
  if (is_sorted(numbers, count)) return;
  entry *both = count < 256 ? NULL : make_entries(count, &counts);
  if (both == NULL) {
    qsort(numbers, count, sizeof *numbers, by_number);
    return;
  }
  for (size_t i = 0; i < count; i++)
    both[i] = (entry){(uint64_t)numbers[i] ^ UINT64_C(1) << 63, NULL};
  const entry *e = sort_entries(both, both + count, count, counts);
  for (size_t i = 0; i < count; i++)
    numbers[i] = (int64_t)(e[i].word ^ UINT64_C(1) << 63);
  bpi_free(counts);
  bpi_free(both);
}

size_t bpi_sort_unique(int64_t *numbers, size_t count) {
  size_t kept = 0;
  bpi_sort_numbers(numbers, count);
  for (size_t i = 0; i < count; i++)
    if (kept == 0 || numbers[kept - 1] != numbers[i]) numbers[kept++] = numbers[i];
  return kept;
}

const int64_t *bpi_find_number(const int64_t *sorted, size_t count, int64_t number) {
  return count == 0 ? NULL : bsearch(&number, sorted, count, sizeof number, by_number);
}
