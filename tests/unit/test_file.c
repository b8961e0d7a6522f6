/* Files and directories in a fresh folder under the build's temporary directory, compared with the
 * results of the system's own calls. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/thread.h"
#include "run_suite.h"

static char root[64];

static void make_root(void) {
  strcpy(root, "/tmp/blueplane-file-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(root));
}

static void remove_root(void) {
  char command[256];
  snprintf(command, sizeof command, "chmod -R u+rwx '%s'; rm -rf '%s'", root, root);
  ck_assert_int_eq(system(command), 0);
}

static const char *in_root(const char *name) {
  static char paths[4][256];
  static int turn;
  turn = (turn + 1) % 4;
  snprintf(paths[turn], sizeof paths[turn], "%s/%s", root, name);
  return paths[turn];
}

static void write_file(const char *path, const char *data, size_t length) {
  FILE *f = fopen(path, "wb");
  ck_assert_ptr_nonnull(f);
  ck_assert_uint_eq(fwrite(data, 1, length, f), length);
  ck_assert_int_eq(fclose(f), 0);
}

static void make_directory(const char *name) {
  ck_assert_int_eq(mkdir(in_root(name), 0700), 0);
}

static void make_file(const char *name) {
  write_file(in_root(name), name, strlen(name));
}

/* ---------------------------------------------------------------------------------- reading */

START_TEST(stat_tells_what_is_there) {
  make_file("file");
  make_directory("directory");
  ck_assert_int_eq(symlink("file", in_root("link")), 0);
  struct timespec times[2] = {{1700000000, 1}, {1700000001, 123456789}};
  ck_assert_int_eq(utimensat(AT_FDCWD, in_root("file"), times, 0), 0);
  struct stat expected;
  ck_assert_int_eq(stat(in_root("file"), &expected), 0);

  file_stat s;
  ck_assert_int_eq(bpi_file_stat(in_root("file"), &s), BP_OK);
  ck_assert(s.is_file && !s.is_directory && !s.is_link);
  ck_assert_int_eq(s.size, 4);
  ck_assert(s.modified_ns == INT64_C(1700000001123456789));
  ck_assert(s.inode == (uint64_t)expected.st_ino && s.device == (uint64_t)expected.st_dev);
  ck_assert_int_eq(bpi_file_stat(in_root("directory"), &s), BP_OK);
  ck_assert(!s.is_file && s.is_directory && !s.is_link);
  ck_assert_int_eq(bpi_file_stat(in_root("link"), &s), BP_OK);
  ck_assert(!s.is_file && !s.is_directory && s.is_link);
  ck_assert_int_eq(bpi_file_stat(in_root("nothing"), &s), BP_ERR_NOTFOUND);
  ck_assert_int_eq(bpi_file_stat(in_root("file/below"), &s), BP_ERR_NOTFOUND);
}
END_TEST

/* Years outside 64 bits of nanoseconds, if the file system keeps them. */
START_TEST(times_may_be_far) {
  static const int64_t seconds[] = {INT64_C(13569465600), -INT64_C(12000000000)}; /* 2400, 1589 */
  make_file("file");
  for (size_t i = 0; i < 2; i++) {
    struct timespec times[2] = {{1700000000, 0}, {(time_t)seconds[i], 0}};
    struct stat kept;
    file_stat s;
    ck_assert_int_eq(utimensat(AT_FDCWD, in_root("file"), times, 0), 0);
    ck_assert_int_eq(stat(in_root("file"), &kept), 0);
    if (kept.st_mtime != seconds[i]) continue;
    ck_assert_int_eq(bpi_file_stat(in_root("file"), &s), BP_OK);
    ck_assert(i == 0 ? s.modified_ns > INT64_C(9220000000000000000)
                     : s.modified_ns < -INT64_C(9220000000000000000));
  }
}
END_TEST

START_TEST(files_are_read_anywhere) {
  char data[5000];
  for (size_t i = 0; i < sizeof data; i++)
    data[i] = (char)(i * 7);
  write_file(in_root("file"), data, sizeof data);
  file *f;
  file_stat s;
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_file_open(&f, in_root("file"), &s, &error), BP_OK);
  ck_assert_int_eq(s.size, 5000);
  char got[6000];
  ck_assert_int_eq(bpi_file_read(f, 0, got, sizeof got), 5000);
  ck_assert_mem_eq(got, data, 5000);
  ck_assert_int_eq(bpi_file_read(f, 4990, got, sizeof got), 10);
  ck_assert_mem_eq(got, data + 4990, 10);
  ck_assert_int_eq(bpi_file_read(f, 17, got, 3), 3);
  ck_assert_mem_eq(got, data + 17, 3);
  ck_assert_int_eq(bpi_file_read(f, 5000, got, sizeof got), 0);
  ck_assert_int_eq(bpi_file_read(f, 1 << 30, got, sizeof got), 0);
  ck_assert_int_eq(bpi_file_read(f, -1, got, sizeof got), BP_ERR_IO);
  bpi_file_close(f);
  bpi_file_close(NULL);
}
END_TEST

/* Opening a FIFO without a writer in the usual way would block. */
START_TEST(only_regular_files_are_opened) {
  make_file("file");
  make_directory("directory");
  ck_assert_int_eq(symlink("file", in_root("link")), 0);
  ck_assert_int_eq(mkfifo(in_root("fifo"), 0600), 0);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  snprintf(address.sun_path, sizeof address.sun_path, "%s", in_root("socket"));
  ck_assert_int_eq(bind(listener, (const struct sockaddr *)&address, sizeof address), 0);
  const struct {
    const char *path;
    int open, load;
  } cases[] = {
      {in_root("nothing"), BP_ERR_NOTFOUND, BP_ERR_NOTFOUND},
      {"/dev/null", BP_ERR_INVALID, BP_ERR_INVALID},
      {"/dev/zero", BP_ERR_INVALID, BP_ERR_INVALID},
      {"", BP_ERR_NOTFOUND, BP_ERR_NOTFOUND},
      {root, BP_ERR_INVALID, BP_ERR_INVALID},
      {in_root("fifo"), BP_ERR_INVALID, BP_ERR_INVALID},
      {in_root("socket"), BP_ERR_INVALID, BP_ERR_INVALID},
      {in_root("link"), BP_ERR_INVALID, BP_OK},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    file *f = (file *)root;
    file_stat s;
    bp_error *error = NULL;
    ck_assert_int_eq(bpi_file_open(&f, cases[i].path, &s, &error), cases[i].open);
    ck_assert_ptr_null(f);
    ck_assert_int_eq(bpi_error_code(error), cases[i].open);
    ck_assert_str_eq(bpi_error_detail(error, "path"), cases[i].path);
    bpi_error_free(error);
    char *data;
    size_t length;
    ck_assert_int_eq(bpi_file_load(&data, &length, cases[i].path, 100, NULL), cases[i].load);
    ck_assert((data != NULL) == (cases[i].load == BP_OK));
    bpi_free(data);
  }
  close(listener);
}
END_TEST

START_TEST(small_files_are_loaded_whole) {
  char data[3000];
  memset(data, 'x', sizeof data);
  data[10] = '\0';
  const size_t sizes[] = {0, 1, 6, 7, 8, 9, 100, 2999};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    char *got;
    size_t length;
    bp_error *error = NULL;
    write_file(in_root("file"), data, sizes[i]);
    ck_assert_int_eq(bpi_file_load(&got, &length, in_root("file"), sizes[i], &error), BP_OK);
    ck_assert_uint_eq(length, sizes[i]);
    if (length > 0) ck_assert_mem_eq(got, data, length);
    ck_assert_int_eq(got[length], '\0');
    bpi_free(got);
    if (sizes[i] == 0) continue;
    ck_assert_int_eq(bpi_file_load(&got, &length, in_root("file"), sizes[i] - 1, &error),
                     BP_ERR_LIMIT);
    ck_assert_ptr_null(got);
    ck_assert_uint_eq(length, 0);
    bpi_error_free(error);
  }
}
END_TEST

/* Files in /proc are longer than their size says. */
START_TEST(files_may_be_longer_than_they_say) {
  struct stat s;
  if (stat("/proc/self/status", &s) != 0) return;
  ck_assert_int_eq(s.st_size, 0);
  char *got;
  size_t length;
  ck_assert_int_eq(bpi_file_load(&got, &length, "/proc/self/status", 100000, NULL), BP_OK);
  ck_assert_uint_gt(length, 100);
  ck_assert_uint_eq(strlen(got), length);
  bpi_free(got);
  ck_assert_int_eq(bpi_file_load(&got, &length, "/proc/self/status", 100, NULL), BP_ERR_LIMIT);
}
END_TEST

/* --------------------------------------------------------------------------------- creating */

static int mode_of(const char *path) {
  struct stat s;
  return stat(path, &s) == 0 ? (int)(s.st_mode & 07777) : -1;
}

static int count_entries(void) {
  char command[256], line[16] = "";
  snprintf(command, sizeof command, "ls -A '%s' | wc -l", root);
  FILE *p = popen(command, "r");
  ck_assert_ptr_nonnull(fgets(line, sizeof line, p));
  pclose(p);
  return atoi(line);
}

START_TEST(private_files_are_private_and_new) {
  const mode_t masks[] = {0, 022, 0777};
  for (size_t i = 0; i < 3; i++) {
    mode_t old = umask(masks[i]);
    bp_error *error = NULL;
    char *got;
    size_t length;
    ck_assert_int_eq(bpi_file_create_private(in_root("key"), "a\0b", 3, &error), BP_OK);
    ck_assert_int_eq(mode_of(in_root("key")), 0600);
    ck_assert_int_eq(bpi_file_create_private(in_root("key"), "other", 5, &error), BP_ERR_INVALID);
    ck_assert_str_eq(bpi_error_detail(error, "path"), in_root("key"));
    ck_assert_int_eq(bpi_file_load(&got, &length, in_root("key"), 10, NULL), BP_OK);
    ck_assert_uint_eq(length, 3);
    ck_assert_mem_eq(got, "a\0b", 3);
    ck_assert_int_eq(count_entries(), 1); /* no temporary file is left */
    bpi_free(got);
    bpi_error_free(error);
    unlink(in_root("key"));
    umask(old);
  }
}
END_TEST

START_TEST(nothing_is_created_in_place_of_what_is_there) {
  make_file("target");
  ck_assert_int_eq(symlink("target", in_root("link")), 0);
  ck_assert_int_eq(symlink("missing", in_root("dangling")), 0);
  make_directory("directory");
  const char *taken[] = {"link", "dangling", "directory"};
  for (size_t i = 0; i < 3; i++)
    ck_assert_int_eq(bpi_file_create_private(in_root(taken[i]), "x", 1, NULL), BP_ERR_INVALID);
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_file_create_private(in_root("no/such"), "x", 1, &error), BP_ERR_NOTFOUND);
  bpi_error_free(error);
  ck_assert_int_eq(access(in_root("missing"), F_OK), -1);
  ck_assert_int_eq(count_entries(), 4);
}
END_TEST

/* Of several makers exactly one succeeds, and nobody reads an incomplete file. */
typedef struct maker {
  int created, whole;
} maker;

static void make_key(void *argument) {
  maker *m = argument;
  char data[4096], *got;
  size_t length;
  memset(data, 'k', sizeof data);
  m->created = bpi_file_create_private(in_root("shared"), data, sizeof data, NULL) == BP_OK;
  m->whole = bpi_file_load(&got, &length, in_root("shared"), sizeof data, NULL) == BP_OK &&
             length == sizeof data;
  bpi_free(got);
}

START_TEST(one_maker_wins) {
  for (int round = 0; round < 5; round++) {
    maker makers[4] = {{0, 0}};
    pid_t children[4];
    for (int i = 0; i < 4; i++) {
      children[i] = fork();
      if (children[i] == 0) {
        make_key(&makers[i]);
        _exit(makers[i].created + 2 * makers[i].whole);
      }
    }
    int created = 0;
    for (int i = 0; i < 4; i++) {
      int status;
      ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
      ck_assert(WIFEXITED(status) && (WEXITSTATUS(status) & 2) != 0);
      created += WEXITSTATUS(status) & 1;
    }
    ck_assert_int_eq(created, 1);
    unlink(in_root("shared"));
  }
}
END_TEST

START_TEST(making_private) {
  make_file("file");
  ck_assert_int_eq(chmod(in_root("file"), 0664), 0);
  ck_assert_int_eq(bpi_file_make_private(in_root("file")), BP_OK);
  ck_assert_int_eq(mode_of(in_root("file")), 0600);
  ck_assert_int_eq(bpi_file_make_private(in_root("nothing")), BP_ERR_NOTFOUND);
}
END_TEST

START_TEST(memory_may_be_missing) {
  make_file("file");
  bp_error *error = NULL;
  file *f;
  file_stat s;
  char *data;
  size_t length;
  bpi_mem_fail_after(0);
  int opened = bpi_file_open(&f, in_root("file"), &s, &error);
  int loaded = bpi_file_load(&data, &length, in_root("file"), 100, NULL);
  int created = bpi_file_create_private(in_root("new"), "x", 1, NULL);
  bpi_mem_fail_after(-1);
  ck_assert_int_eq(opened, BP_ERR_NOMEM);
  ck_assert_int_eq(bpi_error_code(error), BP_ERR_NOMEM);
  ck_assert_ptr_null(f);
  ck_assert_int_eq(loaded, BP_ERR_NOMEM);
  ck_assert_ptr_null(data);
  ck_assert_int_eq(created, BP_ERR_NOMEM);
  ck_assert_int_eq(access(in_root("new"), F_OK), -1);
  bpi_error_free(error);
}
END_TEST

/* ----------------------------------------------------------------------------------- walking */

typedef struct visits {
  char paths[400][256]; /* a leading "!": could not be read */
  int count, stop_at;
} visits;

static int visit(void *user, const char *path, const file_stat *s) {
  visits *v = user;
  ck_assert_int_lt(v->count, 400);
  ck_assert_uint_lt(strlen(path), 200);
  if (s) ck_assert(s->is_file && !s->is_directory && !s->is_link);
  snprintf(v->paths[v->count++], sizeof v->paths[0], "%s%s", s ? "" : "!", path);
  return v->count == v->stop_at ? 77 : 0;
}

static int by_text(const void *a, const void *b) {
  return strcmp(a, b);
}

static int walk_sorted(const char *from, visits *v) {
  memset(v, 0, sizeof *v);
  int rc = bpi_walk(from, visit, v);
  qsort(v->paths, (size_t)v->count, sizeof v->paths[0], by_text);
  return rc;
}

static void make_tree(void) {
  make_file("a.jsonl");
  make_file(".hidden");
  make_directory("empty");
  make_directory("one");
  make_file("one/b.jsonl");
  make_directory("one/two");
  make_file("one/two/c");
  make_file("one/two/name with space");
  ck_assert_int_eq(symlink("a.jsonl", in_root("link-to-file")), 0);
  ck_assert_int_eq(symlink("one", in_root("link-to-directory")), 0);
  ck_assert_int_eq(symlink(".", in_root("one/loop")), 0);
  ck_assert_int_eq(symlink("nowhere", in_root("dangling")), 0);
  ck_assert_int_eq(mkfifo(in_root("fifo"), 0600), 0);
}

START_TEST(all_regular_files_are_visited) {
  static visits v;
  make_tree();
  static const char *const endings[] = {"", "/", "//"};
  for (int i = 0; i < 3; i++) {
    char from[80];
    snprintf(from, sizeof from, "%s%s", root, endings[i]);
    ck_assert_int_eq(walk_sorted(from, &v), 0);
    ck_assert_int_eq(v.count, 5);
    const char *names[] = {".hidden", "a.jsonl", "one/b.jsonl", "one/two/c",
                           "one/two/name with space"};
    for (int n = 0; n < 5; n++)
      ck_assert_str_eq(v.paths[n], in_root(names[n]));
  }
}
END_TEST

START_TEST(the_root_may_be_a_link) {
  static visits v;
  make_tree();
  ck_assert_int_eq(walk_sorted(in_root("link-to-directory"), &v), 0);
  ck_assert_int_eq(v.count, 3);
  ck_assert_str_eq(v.paths[0], in_root("link-to-directory/b.jsonl"));
}
END_TEST

START_TEST(roots_that_are_no_directory) {
  static visits v;
  make_file("file");
  ck_assert_int_eq(walk_sorted(in_root("nothing"), &v), BP_ERR_NOTFOUND);
  ck_assert_int_eq(walk_sorted(in_root("file"), &v), BP_ERR_NOTFOUND);
  ck_assert_int_eq(walk_sorted("", &v), BP_ERR_NOTFOUND);
  ck_assert_int_eq(v.count, 0);
}
END_TEST

START_TEST(a_visitor_may_stop) {
  static visits v;
  make_tree();
  for (int n = 1; n <= 5; n++) {
    memset(&v, 0, sizeof v);
    v.stop_at = n;
    ck_assert_int_eq(bpi_walk(root, visit, &v), 77);
    ck_assert_int_eq(v.count, n);
  }
}
END_TEST

/* Root may read everything, so this runs as another user if it can. */
START_TEST(unreadable_directories_are_reported) {
  static visits v;
  make_tree();
  make_directory("no-entry"); /* its names can be listed, but not accessed */
  make_file("no-entry/d");
  ck_assert_int_eq(chmod(in_root("one/two"), 0), 0);
  ck_assert_int_eq(chmod(in_root("no-entry"), 0400), 0);
  if (geteuid() == 0) {
    char command[256];
    snprintf(command, sizeof command, "chown -Rh 65534 '%s'", root);
    ck_assert_int_eq(system(command), 0);
    ck_assert_int_eq(seteuid(65534), 0);
  }
  int rc = walk_sorted(root, &v);
  file *f;
  file_stat s;
  bp_error *error = NULL;
  int hidden = bpi_file_open(&f, in_root("one/two/c"), &s, &error);
  if (getuid() == 0) ck_assert_int_eq(seteuid(0), 0);
  ck_assert_int_eq(rc, 0);
  ck_assert_int_eq(v.count, 5);
  ck_assert(v.paths[0][0] == '!');
  ck_assert_str_eq(v.paths[0] + 1, in_root("no-entry"));
  ck_assert(v.paths[1][0] == '!');
  ck_assert_str_eq(v.paths[1] + 1, in_root("one/two"));
  ck_assert_str_eq(v.paths[4], in_root("one/b.jsonl"));
  ck_assert_int_eq(hidden, BP_ERR_IO);
  ck_assert_str_eq(bpi_error_detail(error, "path"), in_root("one/two/c"));
  bpi_error_free(error);
}
END_TEST

/* Deeper than descriptors would last if every level kept one open. */
START_TEST(depth_costs_no_descriptors) {
  static visits v;
  int back = open(".", O_RDONLY);
  ck_assert_int_eq(chdir(root), 0);
  for (int level = 0; level < 1500; level++) {
    ck_assert_int_eq(mkdir("d", 0700), 0);
    ck_assert_int_eq(chdir("d"), 0);
    if (level == 20) write_file("f", "x", 1);
  }
  ck_assert_int_eq(fchdir(back), 0);
  close(back);
  ck_assert_int_eq(walk_sorted(root, &v), 0);
  ck_assert_int_eq(v.count, 1);
}
END_TEST

START_TEST(memory_may_be_missing_on_the_way) {
  static visits v;
  make_tree();
  int rc = BP_ERR_NOMEM;
  for (long count = 0; rc != BP_OK; count++) {
    memset(&v, 0, sizeof v);
    bpi_mem_fail_after(count);
    rc = bpi_walk(root, visit, &v);
    bpi_mem_fail_after(-1);
    ck_assert(rc == BP_OK ? v.count == 5 : rc == BP_ERR_NOMEM);
    ck_assert_int_lt(count, 50);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("file");
  TCase *tests = tcase_create("file");
  tcase_set_timeout(tests, 60);
  tcase_add_checked_fixture(tests, make_root, remove_root);
  tcase_add_test(tests, stat_tells_what_is_there);
  tcase_add_test(tests, times_may_be_far);
  tcase_add_test(tests, files_are_read_anywhere);
  tcase_add_test(tests, only_regular_files_are_opened);
  tcase_add_test(tests, small_files_are_loaded_whole);
  tcase_add_test(tests, files_may_be_longer_than_they_say);
  tcase_add_test(tests, private_files_are_private_and_new);
  tcase_add_test(tests, nothing_is_created_in_place_of_what_is_there);
  tcase_add_test(tests, one_maker_wins);
  tcase_add_test(tests, making_private);
  tcase_add_test(tests, memory_may_be_missing);
  tcase_add_test(tests, all_regular_files_are_visited);
  tcase_add_test(tests, the_root_may_be_a_link);
  tcase_add_test(tests, roots_that_are_no_directory);
  tcase_add_test(tests, a_visitor_may_stop);
  tcase_add_test(tests, unreadable_directories_are_reported);
  tcase_add_test(tests, depth_costs_no_descriptors);
  tcase_add_test(tests, memory_may_be_missing_on_the_way);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
