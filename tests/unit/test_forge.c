/* Reviews and issues from hand-made files (tests/corpus/forge): each member reaches the record,
 * missing ones stay unknown, items that are no change are refused at their place. Expected values
 * are read off the files by hand.
 *
 *     test_forge [folder of the corpus]
 */
#include "fake_sink.h"

#include "run_suite.h"

static const char *corpus = "tests/corpus/forge";
static fake one, two;

/* 2026-03-02T09:00:00Z, computed with `date -u +%s`. */
#define NINE INT64_C(1772442000000000)
#define HOUR (3600 * BPI_SECOND)

static void load(fake *f, const char *name) {
  size_t length;
  char *data = fake_load(corpus, name, &length);
  fake_read(f, &bpi_source_forge, name, data, length);
  ck_assert_int_eq(f->rc, BP_OK);
  free(data);
}

static const change_record *nth(const fake *f, size_t n) {
  return &fake_nth(f, RECORD_CHANGE, n)->u.change;
}

static bool is_key(ident key, ident_kind kind, const char *raw) {
  return bpi_ident_compare(key, fake_identify(NULL, kind, raw, strlen(raw))) == 0;
}

START_TEST(github_reviews) {
  load(&one, "good-github-reviews.json");
  ck_assert_uint_eq(one.rejects, 0);
  ck_assert_uint_eq(one.read, 3);
  ck_assert_uint_eq(fake_count(&one, RECORD_CHANGE), 3);
  const record *r = fake_nth(&one, RECORD_CHANGE, 0);
  ck_assert(is_key(r->key, IDENT_CHANGE, "https://github.com/example/engine/pull/41"));
  ck_assert(is_key(r->session, IDENT_SESSION, "https://github.com/example/engine"));
  ck_assert_uint_eq(r->flags, RECORD_SIDECHAIN);
  ck_assert_int_eq(r->time, NINE);
  const change_record *c = &r->u.change;
  ck_assert_int_eq(c->change, CHANGE_PULL_REQUEST);
  ck_assert_int_eq(c->type, CHANGE_TYPE_FEATURE); /* by its label */
  ck_assert_int_eq(c->assisted, -1);
  ck_assert_int_eq(c->added, 120);
  ck_assert_int_eq(c->removed, 30);
  ck_assert_int_eq(c->files, 4);
  ck_assert_int_eq(c->rounds, 3); /* two that asked for changes, and the one that approved */
  ck_assert_int_eq(c->open_us, 26 * HOUR);
  c = nth(&one, 1); /* open: not reviewed yet */
  ck_assert_int_eq(c->type, CHANGE_TYPE_FIX);
  ck_assert_int_eq(c->rounds, 0);
  ck_assert_int_eq(c->open_us, -1);
  c = nth(&one, 2);
  ck_assert_int_eq(c->type, CHANGE_TYPE_REVERT);
  ck_assert_int_eq(c->added, -1);
  ck_assert_int_eq(c->files, -1);
  ck_assert_int_eq(c->rounds, -1);
  ck_assert_int_eq(c->open_us, HOUR / 2);
}
END_TEST

START_TEST(github_issues) {
  load(&one, "good-github-issues.json");
  ck_assert_uint_eq(one.rejects, 0);
  ck_assert_int_eq(nth(&one, 0)->change, CHANGE_ISSUE);
  ck_assert_int_eq(nth(&one, 0)->type, CHANGE_TYPE_BUG);
  ck_assert_int_eq(nth(&one, 0)->open_us, 48 * HOUR);
  ck_assert_int_eq(nth(&one, 1)->type, CHANGE_TYPE_OTHER);
  ck_assert_int_eq(nth(&one, 1)->open_us, -1);
}
END_TEST

/* The whole first word decides, not its beginning. */
START_TEST(first_words) {
  static const struct {
    const char *title;
    int type;
  } told[] = {{"Fix: loops", CHANGE_TYPE_FIX},
              {"fixes #12", CHANGE_TYPE_FIX},
              {"Fixed", CHANGE_TYPE_FIX},
              {"Fixtures for the parser", CHANGE_TYPE_OTHER},
              {"feat(loops)!: unroll", CHANGE_TYPE_FEATURE},
              {"Feature-request: unroll", CHANGE_TYPE_FEATURE},
              {"feather weight", CHANGE_TYPE_OTHER},
              {"Adds loops", CHANGE_TYPE_FEATURE},
              {"Address of loops", CHANGE_TYPE_OTHER},
              {"Bugzilla moves", CHANGE_TYPE_OTHER},
              {"[Bug] stops", CHANGE_TYPE_FIX},
              {"Reverting is hard", CHANGE_TYPE_OTHER},
              {"fix\u00e9 a name", CHANGE_TYPE_OTHER}};
  for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
    char text[256];
    snprintf(text, sizeof text,
             "{\"url\":\"https://github.com/example/engine/pull/1\",\"title\":\"%s\","
             "\"createdAt\":\"2026-03-02T09:00:00Z\"}",
             told[i].title);
    fake_read(&one, &bpi_source_forge, "a.forge.json", text, strlen(text));
    ck_assert_msg(nth(&one, 0)->type == told[i].type, "%s: %d", told[i].title, nth(&one, 0)->type);
  }
}
END_TEST

START_TEST(gitlab) {
  load(&one, "good-gitlab.json");
  ck_assert_uint_eq(one.rejects, 0);
  const record *r = fake_nth(&one, RECORD_CHANGE, 0);
  ck_assert(is_key(r->session, IDENT_SESSION, "https://gitlab.example.org/group/sub/engine"));
  ck_assert_int_eq(r->time, NINE + 123000);
  ck_assert_int_eq(r->u.change.change, CHANGE_PULL_REQUEST);
  ck_assert_int_eq(r->u.change.type, CHANGE_TYPE_FEATURE);
  ck_assert_int_eq(r->u.change.open_us, HOUR);
  r = fake_nth(&one, RECORD_CHANGE, 1);
  ck_assert_int_eq(r->time, NINE - 25 * HOUR); /* 09:00 at +01:00, a day earlier */
  ck_assert_int_eq(r->u.change.change, CHANGE_ISSUE);
  ck_assert_int_eq(r->u.change.type, CHANGE_TYPE_BUG);
}
END_TEST

/* The same review and issue from the interface: the same keys, made from the address for people,
 * not the interface's. */
START_TEST(interface_lines) {
  load(&one, "good-interface-lines.jsonl");
  load(&two, "good-github-reviews.json");
  ck_assert_uint_eq(one.read, 3);
  const record *a = fake_nth(&one, RECORD_CHANGE, 0), *b = fake_nth(&two, RECORD_CHANGE, 0);
  ck_assert_int_eq(bpi_ident_compare(a->key, b->key), 0);
  ck_assert_int_eq(bpi_ident_compare(a->session, b->session), 0);
  ck_assert_int_eq(a->u.change.added, b->u.change.added);
  ck_assert_int_eq(a->u.change.rounds, -1);
  ck_assert_int_eq(nth(&one, 1)->type, CHANGE_TYPE_BUG); /* by its title */
}
END_TEST

START_TEST(bad_items) {
  static const fake_reject expected[] = {{REJECT_SHAPE, 2, 89},   {REJECT_SHAPE, 3, 100},
                                         {REJECT_FIELD, 4, 181},  {REJECT_FIELD, 5, 234},
                                         {REJECT_NUMBER, 6, 311}, {REJECT_DUPLICATE_KEY, 7, 414}};
  load(&one, "bad-items.json");
  ck_assert_uint_eq(one.read, 8);
  ck_assert_uint_eq(fake_count(&one, RECORD_CHANGE), 2);
  ck_assert_int_eq(nth(&one, 1)->open_us, -1); /* merged before it was opened */
  ck_assert_uint_eq(one.rejects, sizeof expected / sizeof *expected);
  for (size_t i = 0; i < one.rejects; i++) {
    ck_assert_int_eq(one.reject[i].reason, expected[i].reason);
    ck_assert_uint_eq(one.reject[i].line, expected[i].line);
    ck_assert_int_eq(one.reject[i].byte, expected[i].byte);
  }
}
END_TEST

/* Complete items are read; an incomplete one waits and is not refused; a broken one loses the
 * rest. */
START_TEST(torn_and_broken) {
  load(&one, "bad-torn.json");
  ck_assert_uint_eq(one.rejects, 0);
  ck_assert_uint_eq(fake_count(&one, RECORD_CHANGE), 1);
  load(&one, "bad-syntax.json");
  ck_assert_uint_eq(one.rejects, 1);
  ck_assert_int_eq(one.reject[0].reason, REJECT_SYNTAX);
  ck_assert_uint_eq(fake_count(&one, RECORD_CHANGE), 1);
}
END_TEST

/* A broken line is refused alone; a list on a line is its items. */
START_TEST(broken_line) {
#define ITEM(number)                                                                               \
  "{\"url\":\"https://github.com/example/engine/pull/" number                                      \
  "\",\"createdAt\":\"2026-03-02T09:00:00Z\"}"
  static const char data[] =
      ITEM("1") "\n" ITEM("2") "x\n" ITEM("3") "{\n[" ITEM("4") "," ITEM("5") "]\n" ITEM("6") "\n";
  fake_read(&one, &bpi_source_forge, "/x/a.forge.jsonl", data, sizeof data - 1);
  ck_assert_uint_eq(fake_count(&one, RECORD_CHANGE), 6);
  ck_assert_uint_eq(one.rejects, 2);
  ck_assert_uint_eq(one.reject[0].line, 2);
  ck_assert_uint_eq(one.reject[1].line, 3);
}
END_TEST

/* A person or project named like a part of an address is not taken for it. */
START_TEST(names_like_parts) {
  static const struct {
    const char *address, *repository;
    int change;
  } rows[] = {
      {"https://github.com/example/pull/issues/5", "https://github.com/example/pull", CHANGE_ISSUE},
      {"https://github.com/pull/issues/pull/5", "https://github.com/pull/issues",
       CHANGE_PULL_REQUEST},
      {"https://gitlab.example.org/pull/engine/-/issues/5",
       "https://gitlab.example.org/pull/engine", CHANGE_ISSUE},
      {"https://gitlab.example.org/issues/x/-/merge_requests/5",
       "https://gitlab.example.org/issues/x", CHANGE_PULL_REQUEST},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char data[256];
    int length = snprintf(data, sizeof data,
                          "{\"url\":\"%s\",\"createdAt\":\"2026-03-02T09:00:00Z\"}\n",
                          rows[i].address);
    fake_read(&one, &bpi_source_forge, "", data, (size_t)length);
    ck_assert_int_eq(nth(&one, 0)->change, rows[i].change);
    ck_assert(is_key(one.records[0].session, IDENT_SESSION, rows[i].repository));
  }
}
END_TEST

/* Cut anywhere and read in pieces of any size: the same complete items. */
START_TEST(pieces) {
  size_t length;
  char *data = fake_load(corpus, "good-github-reviews.json", &length);
  fake_read(&one, &bpi_source_forge, "", data, length);
  for (size_t step = 1; step < 80; step += 13) {
    fake_read_drip(&two, &bpi_source_forge, "", data, length, step);
    ck_assert_uint_eq(two.count, one.count);
    for (size_t i = 0; i < one.count; i++)
      ck_assert(fake_same(&one.records[i], &two.records[i]));
  }
  for (size_t cut = 0; cut < length; cut++) {
    fake_read(&two, &bpi_source_forge, "", data, cut);
    ck_assert_uint_eq(two.rejects, 0);
    ck_assert_uint_le(two.count, one.count);
    for (size_t i = 0; i < two.count; i++)
      ck_assert(fake_same(&one.records[i], &two.records[i]));
  }
  free(data);
}
END_TEST

START_TEST(recognised) {
  static const char *const files[] = {"good-github-reviews.json", "good-github-issues.json",
                                      "good-gitlab.json", "good-interface-lines.jsonl"};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    size_t length;
    char *data = fake_load(corpus, files[i], &length);
    ck_assert_ptr_eq(bpi_source_detect("", data, length), &bpi_source_forge);
    free(data);
  }
  static const char *const others[] = {"[]", "[1]", "{\"url\":\"https://example.org\"}", "",
                                       "{\"url\":1}"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    ck_assert_ptr_null(bpi_source_detect("", others[i], strlen(others[i])));
}
END_TEST

int main(int argc, char **argv) {
  if (argc > 1) corpus = argv[1];
  Suite *s = suite_create("forge");
  TCase *c = tcase_create("files");
  suite_add_tcase(s, c);
  tcase_add_test(c, github_reviews);
  tcase_add_test(c, github_issues);
  tcase_add_test(c, first_words);
  tcase_add_test(c, gitlab);
  tcase_add_test(c, interface_lines);
  tcase_add_test(c, bad_items);
  tcase_add_test(c, torn_and_broken);
  tcase_add_test(c, broken_line);
  tcase_add_test(c, names_like_parts);
  tcase_add_test(c, pieces);
  tcase_add_test(c, recognised);
  return run_suite(s);
}
