/* tests/unit/run_suite.h: the end of every test program that uses check: runs one suite, controlled
 * by the CK_ environment variables. */
#ifndef TESTS_UNIT_RUN_SUITE_H
#define TESTS_UNIT_RUN_SUITE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

/* Adds a test of something that Windows does not have, or not for every user: links, modes, FIFOs,
 * fork. There the test is compiled, and its name printed as left out. */
#ifdef _WIN32
#define HAS_LINKS 0
#define tcase_add_posix_test(tests, name) ((void)(name), (void)printf("left out: %s\n", #name))
#else
#define HAS_LINKS 1
#define tcase_add_posix_test(tests, name) tcase_add_test(tests, name)
#endif

static inline int run_suite(Suite *suite) {
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
