/* A linear program solver for test_interval.py: the least and greatest value that each of some sums
 * can have. Dense tableau, two phases, Bland's rule; the caller scales numbers to about one. Input,
 * line by line:
 *
 *   program VARIABLES
 *   row LOW HIGH COUNT VARIABLE COEFFICIENT ...   LOW <= sum <= HIGH; equal for an equation
 *   sum COUNT VARIABLE ...
 *   end
 *
 * All variables are at least 0. Output: `LEAST GREATEST` for each sum, or `infeasible`. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 600
#define COLUMNS 2000
#define TINY 1e-9
#define PIVOTS 200000

static double a[ROWS + 1]
               [COLUMNS + 1]; /* the last row is the objective, the last column the right side */
static int basis[ROWS];
static int rows, variables, columns, artificial;
static int sums[ROWS][ROWS], sum_count[ROWS], sum_total;

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(2);
}

static void pivot(int row, int column) {
  double p = a[row][column];
  for (int k = 0; k <= columns; k++)
    a[row][k] /= p;
  for (int i = 0; i <= rows; i++) {
    double f = a[i][column];
    if (i == row || f == 0) continue;
    for (int k = 0; k <= columns; k++)
      if (a[row][k] != 0) a[i][k] -= f * a[row][k];
    a[i][column] = 0;
  }
  basis[row] = column;
}

/* Minimises the objective in the last row; columns from `limit` on may not enter the basis. */
static void optimise(int limit) {
  for (int n = 0; n < PIVOTS; n++) {
    int column = 0, row = -1;
    while (column < limit && a[rows][column] >= -TINY)
      column++;
    if (column == limit) return;
    double best = INFINITY;
    for (int i = 0; i < rows; i++) {
      if (a[i][column] <= TINY) continue;
      double ratio = a[i][columns] / a[i][column];
      if (ratio < best - TINY || (ratio < best + TINY && row >= 0 && basis[i] < basis[row])) {
        best = ratio < best ? ratio : best;
        row = i;
      }
    }
    if (row < 0) fail("unbounded");
    pivot(row, column);
  }
  fail("no end");
}

static void objective(const int *of, int count, double sign) {
  memset(a[rows], 0, sizeof a[rows]);
  for (int i = 0; i < count; i++)
    a[rows][of[i]] += sign;
  for (int i = 0; i < rows; i++) {
    double f = a[rows][basis[i]];
    if (f == 0) continue;
    for (int k = 0; k <= columns; k++)
      a[rows][k] -= f * a[i][k];
  }
}

typedef struct constraint {
  double bound, coefficient[ROWS];
  int variable[ROWS], count, kind; /* -1 at most, 0 equal, 1 at least */
} constraint;
static constraint list[ROWS];
static int listed;

static void add(const constraint *c, int kind, double bound) {
  if (listed == ROWS) fail("too many rows");
  list[listed] = *c;
  list[listed].kind = kind;
  list[listed++].bound = bound;
}

static int feasible(void) {
  int slack = 0, next;
  rows = listed;
  for (int i = 0; i < rows; i++)
    slack += list[i].kind != 0;
  artificial = variables + slack;
  columns = artificial + rows;
  if (columns > COLUMNS) fail("too many columns");
  for (int i = 0; i <= rows; i++)
    memset(a[i], 0, sizeof a[i]);
  next = variables;
  for (int i = 0; i < rows; i++) {
    const constraint *c = &list[i];
    for (int k = 0; k < c->count; k++)
      a[i][c->variable[k]] += c->coefficient[k];
    a[i][columns] = c->bound;
    if (c->kind) a[i][next] = -c->kind;
    if (c->bound < 0)
      for (int k = 0; k <= columns; k++)
        a[i][k] = -a[i][k];
    a[i][artificial + i] = 1;
    basis[i] = artificial + i;
    if (c->kind) next++;
  }
  for (int i = 0; i < rows; i++)
    for (int k = 0; k <= columns; k++)
      if (k < artificial || k == columns) a[rows][k] -= a[i][k];
  optimise(artificial);
  if (a[rows][columns] < -1e-6) return 0;
  for (int i = 0; i < rows; i++) /* artificial variables left at zero leave the basis */
    for (int k = 0; k < artificial && basis[i] >= artificial; k++)
      if (fabs(a[i][k]) > 1e-7) pivot(i, k);
  return 1;
}

static void answer(void) {
  if (!feasible()) {
    printf("infeasible\n");
    fflush(stdout);
    return;
  }
  for (int i = 0; i < sum_total; i++) {
    objective(sums[i], sum_count[i], 1);
    optimise(artificial);
    double least = -a[rows][columns];
    objective(sums[i], sum_count[i], -1);
    optimise(artificial);
    printf("%.9g %.9g\n", least, a[rows][columns]);
  }
  fflush(stdout);
}

int main(void) {
  char line[1 << 16];
  while (fgets(line, sizeof line, stdin)) {
    char *at = line + 4;
    if (!strncmp(line, "program", 7)) {
      variables = atoi(line + 8);
      listed = sum_total = 0;
    } else if (!strncmp(line, "row", 3)) {
      static constraint c;
      double low = strtod(at, &at), high = strtod(at, &at);
      c.count = (int)strtol(at, &at, 10);
      for (int i = 0; i < c.count; i++) {
        c.variable[i] = (int)strtol(at, &at, 10);
        c.coefficient[i] = strtod(at, &at);
      }
      if (low == high) {
        add(&c, 0, low);
      } else {
        add(&c, -1, high);
        if (low > 0) add(&c, 1, low);
      }
    } else if (!strncmp(line, "sum", 3)) {
      sum_count[sum_total] = (int)strtol(at, &at, 10);
      for (int i = 0; i < sum_count[sum_total]; i++)
        sums[sum_total][i] = (int)strtol(at, &at, 10);
      sum_total++;
    } else if (!strncmp(line, "end", 3)) {
      answer();
    } else {
      fail("a line is malformed");
    }
  }
  return 0;
}
