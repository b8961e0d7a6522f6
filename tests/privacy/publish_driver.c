/* Publishes worlds written by a script, with privacy/publication.h alone. Input, line by line:
 *
 *   world MINIMUM TEAMS ROSTER...      team numbers from 0, roster size of each
 *   person TEAM EXPERIENCE MINIMUM
 *   cell DIMENSION SLICE MEASURE VALUE of the person above; dimension and slice as numbers
 *   agrees                             the person above agrees to be seen in every measure
 *   leads                              the person above leads the own team
 *   seat PLATFORM SEATS PRICE
 *   end
 *
 * Output: `cell SCOPE DIMENSION SLICE MEASURE STATE HEADCOUNT VALUE` and `view SCOPE PERSON MEASURE
 * VALUE` for each, persons numbered in input order, then `done TEAMS POOLED DROPPED MICROSECONDS`.
 * A malformed vector is reported and ends the program with status 2. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "privacy/publication.h"

#define PEOPLE 5000
#define CELLS 2000000
#define TEAMS 1000
#define SEATS 32

static contributor people[PEOPLE];
static size_t starts[PEOPLE + 1];
static vector_cell cells[CELLS];
static int64_t roster[TEAMS];
static bool agreed[MEASURE_COUNT];
static seat_count seats[SEATS];

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(2);
}

static void add_cell(const char *line, size_t *count) {
  int dimension, slice;
  char name[64];
  int64_t value;
  if (sscanf(line, "cell %d %d %63s %" SCNd64, &dimension, &slice, name, &value) != 4 ||
      *count == CELLS)
    fail("a cell is malformed");
  int m = 0;
  while (m < MEASURE_COUNT && strcmp(bpi_measures[m].name, name) != 0)
    m++;
  if (m == MEASURE_COUNT) fail("unknown measure");
  cells[(*count)++] =
      (vector_cell){(uint16_t)dimension, (uint16_t)slice, (uint16_t)m, value, false};
}

static void read_roster(char *line, publication_input *in) {
  char *at = line + strlen("world ");
  in->minimum = (int32_t)strtol(at, &at, 10);
  in->teams = (size_t)strtol(at, &at, 10);
  if (in->teams > TEAMS) fail("too many teams");
  for (size_t i = 0; i < in->teams; i++)
    roster[i] = strtol(at, &at, 10);
  in->roster = roster;
}

static void publish(publication_input *in, size_t cell_count) {
  starts[in->count] = cell_count;
  for (size_t i = 0; i < in->count; i++) {
    people[i].cells = cells + starts[i];
    people[i].count = starts[i + 1] - starts[i];
    bpi_vector_shape(cells + starts[i], &people[i].count);
    if (!bpi_vector_valid(people[i].cells, people[i].count, VECTOR_PROJECTS_MAX))
      fail("a vector is not valid");
  }
  in->contributors = people;
  in->seats = seats;
  publication out;
  int64_t start = bpi_now();
  if (bpi_publish(&out, in, NULL) != BP_OK) fail("publishing failed");
  int64_t took = bpi_now() - start;
  for (size_t i = 0; i < out.count; i++) {
    const published_cell *c = &out.cells[i];
    printf("cell %d %d %d %s %d %d %" PRId64 "\n", (int)c->scope, c->dimension, c->slice,
           bpi_measures[c->measure].name, c->state, c->headcount, c->value);
  }
  for (size_t i = 0; i < out.view_count; i++) {
    const published_view *v = &out.views[i];
    printf("view %d %d %s %" PRId64 "\n", (int)v->of->team, (int)(v->of - people),
           bpi_measures[v->measure].name, v->value);
  }
  printf("done %zu %zu %zu %" PRId64 "\n", out.teams, out.pooled, out.dropped, took);
  fflush(stdout);
  bpi_publication_free(&out);
}

int main(void) {
  char line[65536];
  publication_input in = {0};
  size_t count = 0;
  for (size_t m = 0; m < MEASURE_COUNT; m++)
    agreed[m] = true;
  while (fgets(line, sizeof line, stdin)) {
    if (!strncmp(line, "world ", 6)) {
      in = (publication_input){0};
      count = 0;
      read_roster(line, &in);
    } else if (!strncmp(line, "person ", 7)) {
      contributor *c = &people[in.count];
      int team = 0, experience = 0, minimum = 0;
      if (in.count == PEOPLE || sscanf(line, "person %d %d %d", &team, &experience, &minimum) != 3)
        fail("a person is malformed");
      *c = (contributor){.team = team, .experience = experience, .minimum = minimum};
      starts[in.count++] = count;
    } else if (!strncmp(line, "cell ", 5)) {
      add_cell(line, &count);
    } else if (in.count > 0 && !strcmp(line, "agrees\n")) {
      people[in.count - 1].agreed = agreed;
    } else if (in.count > 0 && !strcmp(line, "leads\n")) {
      people[in.count - 1].leads = true;
    } else if (!strncmp(line, "seat ", 5)) {
      seat_count *s = &seats[in.seat_counts++];
      if (in.seat_counts > SEATS ||
          sscanf(line, "seat %d %" SCNd64 " %" SCNd64, &s->platform, &s->seats, &s->price) != 3)
        fail("seats are malformed");
    } else if (!strncmp(line, "end", 3)) {
      publish(&in, count);
    } else {
      fail("a line is malformed");
    }
  }
  return 0;
}
