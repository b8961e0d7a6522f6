/* Files and directories on Windows, the counterpart of test_file.c: names beyond ASCII, paths
 * beyond the old length limit, files that others hold open, access lists. Results are compared with
 * those of the system's own calls. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>

#include <sddl.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/thread.h"
#include "folder.h"
#include "run_suite.h"

#define UMLAUTS                                                                                    \
  "Gr\xc3\xbc\xc3\x9f"                                                                             \
  "e \xf0\x9f\x98\x80" /* beyond the basic plane, too */

static void put(const char *name, const char *text) {
  bp_error *error = NULL;
  ck_assert_msg(bpi_file_create_private(path_of(name), text, strlen(text), &error) == BP_OK,
                "%s: %s", name, bp_error_message(error));
}

static void expect(const char *name, const char *text) {
  char *data = NULL;
  size_t length = 0;
  ck_assert_int_eq(bpi_file_load(&data, &length, path_of(name), 100, NULL), BP_OK);
  ck_assert_uint_eq(length, strlen(text));
  ck_assert_str_eq(data, text);
  bpi_free(data);
}

START_TEST(files_of_any_name) {
  put(UMLAUTS, "text");
  expect(UMLAUTS, "text");
  wchar_t wide[200];
  ck_assert_int_gt(MultiByteToWideChar(CP_UTF8, 0, path_of(UMLAUTS), -1, wide, 200), 0);
  ck_assert(GetFileAttributesW(wide) != INVALID_FILE_ATTRIBUTES);
  ck_assert_int_eq(bpi_file_remove(path_of(UMLAUTS)), BP_OK);
  ck_assert(GetFileAttributesW(wide) == INVALID_FILE_ATTRIBUTES);
  file_stat stat;
  ck_assert_int_eq(bpi_file_stat(path_of(UMLAUTS), &stat), BP_ERR_NOTFOUND);
  ck_assert_int_eq(bpi_file_stat(path_of("no\xff"
                                         "UTF-8"),
                                 &stat),
                   BP_ERR_NOTFOUND);
  ck_assert_int_eq(bpi_file_stat(path_of("none/below"), &stat), BP_ERR_NOTFOUND);
}
END_TEST

START_TEST(stat_tells_what_is_there) {
  put("file", "12345");
  put("other", "");
  file_stat stat, again, other;
  ck_assert_int_eq(bpi_file_stat(path_of("file"), &stat), BP_OK);
  ck_assert(stat.is_file && !stat.is_directory && !stat.is_link);
  ck_assert_int_eq(stat.size, 5);
  FILETIME now;
  GetSystemTimeAsFileTime(&now);
  int64_t ns = ((int64_t)((uint64_t)now.dwHighDateTime << 32 | now.dwLowDateTime) -
                INT64_C(116444736000000000)) *
               100;
  ck_assert(stat.modified_ns > ns - INT64_C(60000000000) &&
            stat.modified_ns <= ns + INT64_C(60000000000));
  file *f;
  ck_assert_int_eq(bpi_file_open(&f, path_of("file"), &again, NULL), BP_OK);
  bpi_file_close(f);
  ck_assert_uint_eq(stat.inode, again.inode);
  ck_assert_uint_eq(stat.device, again.device);
  ck_assert_int_eq(bpi_file_stat(path_of("other"), &other), BP_OK);
  ck_assert_uint_ne(stat.inode, other.inode);
  ck_assert_int_eq(bpi_file_stat(folder, &stat), BP_OK);
  ck_assert(stat.is_directory && !stat.is_file);
  ck_assert_int_eq(bpi_file_open(&f, folder, &stat, NULL), BP_ERR_INVALID);
  ck_assert_int_eq(bpi_file_open(&f, "NUL", &stat, NULL), BP_ERR_INVALID);
}
END_TEST

START_TEST(files_are_read_anywhere_while_others_write) {
  put("file", "0123456789");
  file *f;
  file_stat stat;
  char into[16];
  ck_assert_int_eq(bpi_file_open(&f, path_of("file"), &stat, NULL), BP_OK);
  ck_assert_int_eq(bpi_file_read(f, 7, into, sizeof into), 3);
  ck_assert_mem_eq(into, "789", 3);
  ck_assert_int_eq(bpi_file_read(f, 0, into, 2), 2);
  ck_assert_mem_eq(into, "01", 2);
  ck_assert_int_eq(bpi_file_read(f, 10, into, 2), 0);
  ck_assert_int_eq(bpi_file_read(f, INT64_C(1) << 40, into, 2), 0);
  FILE *writer = fopen(path_of("file"), "ab");
  ck_assert_ptr_nonnull(writer);
  fputs("ab", writer);
  fclose(writer);
  ck_assert_int_eq(bpi_file_restat(f, &stat), BP_OK);
  ck_assert_int_eq(stat.size, 12);
  ck_assert_int_eq(bpi_file_remove(path_of("file")), BP_OK); /* our handle does not block it */
  ck_assert_int_eq(bpi_file_read(f, 10, into, 2), 2);
  bpi_file_close(f);
}
END_TEST

START_TEST(what_is_there_stays) {
  put("file", "first");
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_file_create_private(path_of("file"), "second", 6, &error), BP_ERR_INVALID);
  bp_error_free(error);
  expect("file", "first");
  ck_assert_int_eq(bpi_file_create_private(path_of("none/file"), "", 0, NULL), BP_ERR_NOTFOUND);
  char *data;
  size_t length;
  ck_assert_int_eq(bpi_file_load(&data, &length, path_of("file"), 4, NULL), BP_ERR_LIMIT);
  ck_assert_int_eq(bpi_file_make_private(path_of("file")), BP_OK);
  ck_assert_int_eq(bpi_file_make_private(path_of("none")), BP_ERR_NOTFOUND);
}
END_TEST

static char made_by[2];

static void make(void *argument) {
  const char *name = argument;
  if (bpi_file_create_private(path_of("one"), name, 1, NULL) == BP_OK) made_by[*name - '0'] = 1;
}

START_TEST(one_maker_wins) {
  char first[] = "0", second[] = "1";
  thread *a = bpi_thread_start(make, first), *b = bpi_thread_start(make, second);
  bpi_thread_join(a);
  bpi_thread_join(b);
  ck_assert_int_eq(made_by[0] + made_by[1], 1);
  expect("one", made_by[0] ? "0" : "1");
}
END_TEST

typedef struct visits {
  int files, told;
  int64_t bytes;
  char last[1024];
} visits;

static int visit(void *user, const char *path, const file_stat *stat) {
  visits *v = user;
  if (stat == NULL) return ++v->told, BP_OK;
  file_stat own;
  ck_assert_int_eq(bpi_file_stat(path, &own), BP_OK);
  ck_assert_uint_eq(own.inode, stat->inode);
  ck_assert_ptr_null(strchr(path, '\\'));
  v->files++;
  v->bytes += stat->size;
  snprintf(v->last, sizeof v->last, "%s", path);
  return BP_OK;
}

START_TEST(folders_are_walked) {
  static visits v;
  static const char *const folders[] = {"walk", "walk/" UMLAUTS, "walk/empty"};
  static const char *const files[] = {"walk/a", "walk/" UMLAUTS "/b", "walk/" UMLAUTS "/" UMLAUTS};
  for (size_t i = 0; i < 3; i++) {
    wchar_t wide[200];
    ck_assert_int_gt(MultiByteToWideChar(CP_UTF8, 0, path_of(folders[i]), -1, wide, 200), 0);
    ck_assert(CreateDirectoryW(wide, NULL));
  }
  for (size_t i = 0; i < 3; i++)
    put(files[i], "abc");
  char root[200];
  snprintf(root, sizeof root, "%s\\", path_of("walk"));
  for (char *at = root; *at != '\0'; at++)
    if (*at == '/') *at = '\\';
  ck_assert_int_eq(bpi_walk(root, visit, &v), BP_OK);
  ck_assert_int_eq(v.files, 3);
  ck_assert_int_eq(v.bytes, 9);
  ck_assert_int_eq(v.told, 0);
  ck_assert_int_eq(bpi_walk(path_of("none"), visit, &v), BP_ERR_NOTFOUND);
  ck_assert_int_eq(bpi_walk(path_of("walk/a"), visit, &v), BP_ERR_NOTFOUND);
}
END_TEST

/* 300 units are more than MAX_PATH; the system's own call needs the prefix to make the folders. */
START_TEST(paths_may_be_long) {
  static visits v;
  char path[1024], deep[1024];
  wchar_t wide[1024], whole[1100] = L"\\\\?\\";
  snprintf(deep, sizeof deep, "%s", path_of("deep"));
  for (int i = 0; i < 8; i++) {
    ck_assert_int_gt(MultiByteToWideChar(CP_UTF8, 0, deep, -1, wide, 1024), 0);
    ck_assert_int_gt((int)GetFullPathNameW(wide, 1000, whole + 4, NULL), 0);
    ck_assert(CreateDirectoryW(whole, NULL));
    strcat(deep, "/forty letters make up the name of this fol");
  }
  *strrchr(deep, '/') = '\0';
  snprintf(path, sizeof path, "%s/file", deep);
  ck_assert_uint_gt(strlen(path), 300);
  ck_assert_int_eq(bpi_file_create_private(path, "abc", 3, NULL), BP_OK);
  ck_assert_int_eq(bpi_walk(path_of("deep"), visit, &v), BP_OK);
  ck_assert_int_eq(v.files, 1);
  ck_assert_str_eq(v.last, path);
  ck_assert_int_eq(bpi_file_remove(path), BP_OK);
  for (; strlen(deep) >= strlen(path_of("deep")); *strrchr(deep, '/') = '\0') {
    ck_assert_int_gt(MultiByteToWideChar(CP_UTF8, 0, deep, -1, wide, 1024), 0);
    ck_assert_int_gt((int)GetFullPathNameW(wide, 1000, whole + 4, NULL), 0);
    ck_assert(RemoveDirectoryW(whole));
  }
}
END_TEST

/* The access list of the file NAME with an ending, in the folder. */
static void list_of(char list[512], const char *name, const char *ending) {
  char bytes[2048], *text = NULL, path[200];
  DWORD size;
  snprintf(path, sizeof path, "%s%s", path_of(name), ending);
  ck_assert_msg(GetFileSecurityA(path, DACL_SECURITY_INFORMATION, bytes, sizeof bytes, &size), "%s",
                path);
  ck_assert(ConvertSecurityDescriptorToStringSecurityDescriptorA(
      bytes, SDDL_REVISION_1, DACL_SECURITY_INFORMATION, &text, NULL));
  snprintf(list, 512, "%s", text);
  LocalFree(text);
}

/* The log contains what the store does, and its folder may be open to everybody. */
START_TEST(a_log_is_as_private_as_its_store) {
  static const char *const endings[] = {".key", "-wal", "-shm"};
  char own[512], other[512];
  bp_open_options options = BP_OPEN_OPTIONS_INIT;
  options.access = BP_ACCESS_OWNER;
  for (int time = 0; time < 2; time++) {
    bp_store *store = NULL;
    ck_assert_int_eq(bp_open(&store, path_of("s.db"), &options, NULL), BP_OK);
    list_of(own, "s.db", "");
    ck_assert_ptr_null(strstr(own, ";WD)")); /* everybody */
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
      list_of(other, "s.db", endings[i]);
      ck_assert_str_eq(other, own);
    }
    bp_close(store);
  }
}
END_TEST

/* A root that cannot be listed is an error, however its path is written, not a file that failed. */
START_TEST(an_unreadable_root_is_reported) {
  wchar_t wide[200];
  bp_open_options options = BP_OPEN_OPTIONS_INIT;
  options.flags = BP_OPEN_MEMORY;
  options.access = BP_ACCESS_OWNER;
  bp_store *store = NULL;
  ck_assert_int_eq(bp_open(&store, NULL, &options, NULL), BP_OK);
  ck_assert_int_gt(MultiByteToWideChar(CP_UTF8, 0, path_of("shut"), -1, wide, 200), 0);
  ck_assert(CreateDirectoryW(wide, NULL));
  HANDLE held =
      CreateFileW(wide, GENERIC_READ, 0, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
  ck_assert(held != INVALID_HANDLE_VALUE);
  char root[200];
  snprintf(root, sizeof root, "%s", path_of("shut"));
  ck_assert_int_eq(bp_ingest_scan(store, NULL, root, NULL, NULL, NULL), BP_ERR_IO);
  for (char *at = root; *at != '\0'; at++)
    if (*at == '/') *at = '\\';
  ck_assert_int_eq(bp_ingest_scan(store, NULL, root, NULL, NULL, NULL), BP_ERR_IO);
  CloseHandle(held);
  ck_assert_int_eq(bp_ingest_scan(store, NULL, root, NULL, NULL, NULL), BP_OK);
  bp_close(store);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("disk_windows");
  TCase *tests = tcase_create("disk_windows");
  /* names beyond ASCII: remove_folder() cannot remove them */
  tcase_add_checked_fixture(tests, make_folder, NULL);
  tcase_add_test(tests, files_of_any_name);
  tcase_add_test(tests, stat_tells_what_is_there);
  tcase_add_test(tests, files_are_read_anywhere_while_others_write);
  tcase_add_test(tests, what_is_there_stays);
  tcase_add_test(tests, one_maker_wins);
  tcase_add_test(tests, folders_are_walked);
  tcase_add_test(tests, paths_may_be_long);
  tcase_add_test(tests, a_log_is_as_private_as_its_store);
  tcase_add_test(tests, an_unreadable_root_is_reported);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
