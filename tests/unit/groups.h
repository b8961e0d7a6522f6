/* tests/unit/groups.h: lists of names in groups by meaning, for tables that map names to groups:
 * finds a row that is out of order or in the wrong column. */
#ifndef BPI_TESTS_GROUPS_H
#define BPI_TESTS_GROUPS_H

#include <check.h>
#include <string.h>

typedef struct group {
  int code;
  const char *names;
} group;

/* Calls `check` for every name of every group. */
static inline void each_name(const group *groups, size_t count,
                             void (*check)(const char *name, int code)) {
  for (size_t g = 0; g < count; g++) {
    char names[4000], *rest;
    ck_assert_uint_lt(strlen(groups[g].names), sizeof names);
    strcpy(names, groups[g].names);
    for (char *name = strtok_r(names, " ", &rest); name; name = strtok_r(NULL, " ", &rest))
      check(name, groups[g].code);
  }
}

#define EACH(groups, check) each_name(groups, sizeof(groups) / sizeof *(groups), check)

#endif
