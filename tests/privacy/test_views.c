/* The remainder rule, exhaustively: every set of people who agreed and every viewer, for 3 to 8
 * people, in one cell and in pairs of cells. This file counts itself what a viewer can know. The
 * control is a rule that shows whoever agreed: the same count must find exposed people. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "../unit/run_suite.h"
#include "privacy/views.h"

#define LEAST 3
#define MOST 8

typedef struct tally {
  long cells, exposed, views, waiting;
} tally;

typedef void (*rule)(const views *v, bool *shown);

static void whoever_agreed(const views *v, bool *shown) {
  memcpy(shown, v->agreed, v->people * sizeof *shown);
}

/* Counts cells with a view and exactly one person not seen, who is exposed. */
static void count(tally *t, const views *v, const bool *shown) {
  for (size_t cell = 0; cell < v->cells; cell++) {
    int left = 0, visible = 0;
    for (size_t p = 0; p < v->people; p++) {
      bool in = v->in[cell * v->people + p];
      visible += in && shown[p];
      left += in && !shown[p] && !(v->self != NULL && v->self[p]);
    }
    t->cells++;
    t->views += visible;
    t->exposed += visible > 0 && left == 1;
  }
  for (size_t p = 0; p < v->people; p++)
    t->waiting += v->agreed[p] && !shown[p];
}

static void unpack(bool *out, unsigned set, size_t n) {
  for (size_t i = 0; i < n; i++)
    out[i] = set >> i & 1;
}

/* All sets of agreeing people x all viewers (or none) over cells with these members. */
static void every_choice(tally *t, rule choose, size_t n, const unsigned *cells, size_t count_of) {
  bool in[2 * MOST], agreed[MOST], self[MOST], shown[MOST];
  for (size_t c = 0; c < count_of; c++)
    unpack(in + c * n, cells[c], n);
  for (unsigned set = 0; set < 1u << n; set++)
    for (size_t viewer = 0; viewer <= n; viewer++) {
      unpack(agreed, set, n);
      unpack(self, viewer == n ? 0 : 1u << viewer, n);
      const views v = {n, count_of, in, agreed, self};
      choose(&v, shown);
      count(t, &v, shown);
    }
}

static int members(unsigned set) {
  int n = 0;
  for (; set != 0; set &= set - 1)
    n++;
  return n;
}

static tally everything(rule choose, const char *name) {
  tally t = {0, 0, 0, 0};
  for (size_t n = LEAST; n <= MOST; n++) {
    unsigned all = (1u << n) - 1;
    every_choice(&t, choose, n, &all, 1);
    /* the whole, and a published part of it */
    for (unsigned part = 1; part < all; part++) {
      const unsigned cells[] = {all, part};
      if (members(part) >= LEAST && (n < MOST || part % 5 == 0))
        every_choice(&t, choose, n, cells, 2);
    }
  }
  printf("%s: %ld cells, %ld views shown, %ld waiting, %ld people left alone\n", name, t.cells,
         t.views, t.waiting, t.exposed);
  return t;
}

START_TEST(nobody_is_left_over) {
  tally t = everything(bpi_views_choose, "remainder rule");
  ck_assert_int_gt(t.cells, 100000);
  ck_assert_int_gt(t.views, 0);
  ck_assert_int_eq(t.exposed, 0);
}
END_TEST

START_TEST(control_without_the_rule) {
  tally t = everything(whoever_agreed, "control: whoever agreed");
  ck_assert_int_gt(t.exposed, t.cells / 50);
}
END_TEST

/* By hand, five members. Three agreed, two unknown: shown. Four agreed: one would remain, so none
 * is shown. All five: shown. Four, and the viewer is the fifth: shown. */
START_TEST(by_hand) {
  static const bool in[] = {true, true, true, true, true};
  static const struct {
    bool agreed[5], self[5];
    int shown;
  } cases[] = {{{1, 1, 1, 0, 0}, {0}, 3},
               {{1, 1, 1, 1, 0}, {0}, 0},
               {{1, 1, 1, 1, 1}, {0}, 5},
               {{1, 1, 1, 1, 0}, {0, 0, 0, 0, 1}, 4},
               {{0, 1, 1, 1, 0}, {1, 0, 0, 0, 0}, 0},
               {{0}, {0}, 0}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const views v = {5, 1, in, cases[i].agreed, cases[i].self};
    bool shown[5];
    int n = 0;
    bpi_views_choose(&v, shown);
    for (int p = 0; p < 5; p++)
      n += shown[p];
    ck_assert_msg(n == cases[i].shown, "case %d: %d", (int)i, n);
  }
  const views nobody = {0, 0, NULL, NULL, NULL};
  bpi_views_choose(&nobody, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("views");
  TCase *tests = tcase_create("views");
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, nobody_is_left_over);
  tcase_add_test(tests, control_without_the_rule);
  tcase_add_test(tests, by_hand);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
