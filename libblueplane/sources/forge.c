/* sources/forge.c: pull requests, merge requests and issues as printed by the command-line tools of
 * forges: an array of objects, or one object per line. Knows the members of GitHub's and GitLab's
 * tools and of the APIs behind them. Of a title only the first word is examined; a body, a comment,
 * or a person's name or address is never read. */
#include "sources/source.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "sources/object.h"

#define TITLE_HEAD 24 /* bytes of a title that are examined */
#define LABEL_HEAD 40

/* Every member that is read. Tools use different names for the same member. */
/* clang-format off */
#define MEMBER_KEYS(X)                                                                             \
  X(M_HTML_URL, "html_url") X(M_WEB_URL, "web_url") X(M_URL, "url") X(M_TITLE, "title")            \
  X(M_CREATED, "createdAt") X(M_CREATED_AT, "created_at") X(M_MERGED, "mergedAt")                  \
  X(M_MERGED_AT, "merged_at") X(M_CLOSED, "closedAt") X(M_CLOSED_AT, "closed_at")                  \
  X(M_ADDITIONS, "additions") X(M_DELETIONS, "deletions") X(M_FILES, "changedFiles")               \
  X(M_CHANGED_FILES, "changed_files") X(M_REVIEWS, "reviews") X(M_LABELS, "labels")
/* clang-format on */
OBJECT_KEYS(member_keys, MEMBER_KEYS);

static const char *const review_keys[] = {"state", NULL};
static const char *const label_keys[] = {"name", NULL};
enum { STATE_CHANGES, STATE_APPROVED };
static const char *const review_states[] = {"CHANGES_REQUESTED", "APPROVED", NULL};

/* What precedes the number in the URL of a change. */
static const struct {
  const char *part;
  int change;
} address_parts[] = {{"/pull/", CHANGE_PULL_REQUEST},  {"/-/merge_requests/", CHANGE_PULL_REQUEST},
                     {"/pulls/", CHANGE_PULL_REQUEST}, {"/-/issues/", CHANGE_ISSUE},
                     {"/-/work_items/", CHANGE_ISSUE}, {"/issues/", CHANGE_ISSUE}};

/* First words of a title or a label, in lower case, and the type of change they stand for. */
static const struct {
  const char *word;
  int type;
} type_words[] = {{"revert", CHANGE_TYPE_REVERT},
                  {"reverts", CHANGE_TYPE_REVERT},
                  {"reverted", CHANGE_TYPE_REVERT},
                  {"fix", CHANGE_TYPE_FIX},
                  {"fixes", CHANGE_TYPE_FIX},
                  {"fixed", CHANGE_TYPE_FIX},
                  {"fixing", CHANGE_TYPE_FIX},
                  {"bugfix", CHANGE_TYPE_FIX},
                  {"hotfix", CHANGE_TYPE_FIX},
                  {"bug", CHANGE_TYPE_BUG},
                  {"bugs", CHANGE_TYPE_BUG},
                  {"kind/bug", CHANGE_TYPE_BUG},
                  {"type: bug", CHANGE_TYPE_BUG},
                  {"type::bug", CHANGE_TYPE_BUG},
                  {"regression", CHANGE_TYPE_BUG},
                  {"defect", CHANGE_TYPE_BUG},
                  {"feat", CHANGE_TYPE_FEATURE},
                  {"feature", CHANGE_TYPE_FEATURE},
                  {"features", CHANGE_TYPE_FEATURE},
                  {"enhancement", CHANGE_TYPE_FEATURE},
                  {"enhancements", CHANGE_TYPE_FEATURE},
                  {"add", CHANGE_TYPE_FEATURE},
                  {"adds", CHANGE_TYPE_FEATURE},
                  {"added", CHANGE_TYPE_FEATURE},
                  {"kind/feature", CHANGE_TYPE_FEATURE},
                  {"type: feature", CHANGE_TYPE_FEATURE},
                  {"type::feature", CHANGE_TYPE_FEATURE}};

typedef struct forge {
  source_input *in;
  names names;
  /* the object being read */
  id_text address[3]; /* html_url, web_url, url: the first non-empty one is used */
  int64_t created, merged, closed;
  int64_t added, removed, files, rounds;
  int title_type, label_type;
  unsigned dropped;
} forge;

/* ------------------------------------------------------------------------------------ reading */

/* Whether the text begins with the word as a whole: "fixture" does not begin with "fix". */
static bool first_word_is(const char *head, size_t length, const char *word) {
  size_t end = strlen(word);
  if (!bpi_starts_with(head, length, word)) return false;
  unsigned char next = end < length ? (unsigned char)head[end] : ' ';
  return next < 0x80 && !(next >= 'a' && next <= 'z') && !(next >= '0' && next <= '9');
}

static int type_of(const char *text, size_t length) {
  char head[LABEL_HEAD];
  size_t n = 0, skip = 0;
  while (skip < length && strchr("[(\"' ", text[skip]) != NULL)
    skip++;
  for (; skip + n < length && n < sizeof head; n++) {
    char c = text[skip + n];
    head[n] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
  }
  int type = CHANGE_TYPE_OTHER;
  for (size_t i = 0; i < sizeof type_words / sizeof *type_words; i++)
    if (first_word_is(head, n, type_words[i].word)) type = type_words[i].type;
  bpi_hash_wipe(head, sizeof head);
  return type;
}

static int read_title(scan *s) {
  char head[TITLE_HEAD];
  size_t length = 0;
  int type = CHANGE_TYPE_OTHER;
  if (bpi_scan_text(s, head, sizeof head, &length, NULL)) type = type_of(head, length);
  bpi_hash_wipe(head, sizeof head);
  return type;
}

/* The greatest type among the labels: a list of words, or of objects with a name. */
static int read_labels(scan *s) {
  int greatest = CHANGE_TYPE_UNKNOWN, twice = 0;
  if (!bpi_scan_enter_array(s)) return greatest;
  while (bpi_scan_item(s)) {
    char word[LABEL_HEAD];
    size_t length;
    uint64_t seen = 0;
    int type = CHANGE_TYPE_OTHER;
    if (bpi_scan_peek(s) != SCAN_OBJECT) {
      if (bpi_scan_text(s, word, sizeof word, &length, NULL)) type = type_of(word, length);
    } else if (bpi_scan_enter_object(s)) {
      while (bpi_object_member(s, label_keys, &seen, &twice) >= 0)
        if (bpi_scan_text(s, word, sizeof word, &length, NULL)) type = type_of(word, length);
    }
    if (type > greatest) greatest = type;
    bpi_hash_wipe(word, sizeof word);
  }
  return greatest;
}

/* Each review that asks for changes is a round, and the approval is one more. */
static int64_t read_reviews(scan *s) {
  int64_t rounds = 0;
  bool approved = false;
  int twice = 0;
  if (!bpi_scan_enter_array(s)) return -1;
  while (bpi_scan_item(s)) {
    uint64_t seen = 0;
    if (!bpi_scan_enter_object(s)) continue;
    while (bpi_object_member(s, review_keys, &seen, &twice) >= 0) {
      int state = bpi_object_word(s, review_states);
      rounds += state == STATE_CHANGES;
      approved |= state == STATE_APPROVED;
    }
  }
  return rounds + approved;
}

static void read_time(scan *s, int64_t *time, int *reject) {
  char text[40];
  size_t length;
  bool whole;
  if (bpi_scan_peek(s) == SCAN_NULL) {
    bpi_scan_skip(s);
  } else if (!bpi_scan_text(s, text, sizeof text, &length, &whole) || !whole ||
             !bpi_parse_instant(text, length, time)) {
    *reject = REJECT_FIELD;
  }
}

static void read_count(scan *s, int64_t *count, int *reject) {
  bool bad = false;
  if (!bpi_scan_count(s, count, &bad) && bad) *reject = REJECT_NUMBER;
}

static void read_member(forge *f, scan *s, int m, int *reject) {
  switch (m) {
  case M_HTML_URL:
  case M_WEB_URL:
  case M_URL:
    if (!bpi_object_into(s, &f->address[m - M_HTML_URL], &f->dropped)) *reject = REJECT_FIELD;
    break;
  case M_TITLE: f->title_type = read_title(s); break;
  case M_CREATED:
  case M_CREATED_AT: read_time(s, &f->created, reject); break;
  case M_MERGED:
  case M_MERGED_AT: read_time(s, &f->merged, reject); break;
  case M_CLOSED:
  case M_CLOSED_AT: read_time(s, &f->closed, reject); break;
  case M_ADDITIONS: read_count(s, &f->added, reject); break;
  case M_DELETIONS: read_count(s, &f->removed, reject); break;
  case M_FILES:
  case M_CHANGED_FILES: read_count(s, &f->files, reject); break;
  case M_REVIEWS: f->rounds = read_reviews(s); break;
  case M_LABELS: f->label_type = read_labels(s); break;
  default: bpi_scan_skip(s); break;
  }
}

static void start(forge *f) {
  for (size_t i = 0; i < sizeof f->address / sizeof *f->address; i++)
    f->address[i].length = 0;
  f->created = f->merged = f->closed = BPI_TIME_NONE;
  f->added = f->removed = f->files = f->rounds = -1;
  f->title_type = f->label_type = CHANGE_TYPE_UNKNOWN;
  f->dropped = 0;
}

static const id_text *address_of(const forge *f) {
  const id_text *a = f->address;
  return a[0].length > 0 ? &a[0] : a[1].length > 0 ? &a[1] : &a[2];
}

/* The kind of change a URL refers to, and the length of the part that names the repository; -1:
 * none. An owner or repository may be named like such a part, so the last one is used. */
static int kind_of(const id_text *a, size_t *repository) {
  int change = -1;
  if (!bpi_starts_with(a->at, a->length, "https://")) return change;
  for (size_t at = 0, end = 0; at < a->length; at++)
    for (size_t i = 0; i < sizeof address_parts / sizeof *address_parts; i++) {
      const char *part = address_parts[i].part;
      size_t behind = at + strlen(part);
      if (behind <= end || !bpi_starts_with(a->at + at, a->length - at, part)) continue;
      end = behind;
      *repository = at;
      change = address_parts[i].change;
    }
  return change;
}

static int take(void *self, scan *s) {
  forge *f = self;
  uint64_t seen = 0;
  int reject = 0;
  size_t repository;
  start(f);
  for (int m; (m = bpi_object_member(s, member_keys, &seen, &reject)) >= 0;)
    read_member(f, s, m, &reject);
  if (reject == 0 && kind_of(address_of(f), &repository) < 0) reject = REJECT_SHAPE;
  if (reject == 0 && f->created == BPI_TIME_NONE) reject = REJECT_FIELD;
  return reject;
}

/* -------------------------------------------------------------------------------- putting out */

/* A label takes precedence over a title. A pull request about a bug is a fix, an issue about a fix
 * is a bug. */
static int type_told(const forge *f, int change) {
  int type = f->label_type > CHANGE_TYPE_OTHER ? f->label_type : f->title_type;
  if (type == CHANGE_TYPE_BUG && change == CHANGE_PULL_REQUEST) return CHANGE_TYPE_FIX;
  if (type == CHANGE_TYPE_FIX && change == CHANGE_ISSUE) return CHANGE_TYPE_BUG;
  return type == CHANGE_TYPE_UNKNOWN ? CHANGE_TYPE_OTHER : type;
}

static int64_t open_time(const forge *f, int change) {
  int64_t end = change == CHANGE_PULL_REQUEST ? f->merged : f->closed;
  return end != BPI_TIME_NONE && end >= f->created ? end - f->created : -1;
}

static int emit(void *self) {
  forge *f = self;
  record_sink *sink = f->in->sink;
  const id_text *address = address_of(f);
  size_t repository = 0;
  int change = kind_of(address, &repository);
  for (unsigned i = 0; i < f->dropped; i++)
    sink->drop(sink->self);
  record r = {.kind = RECORD_SESSION, .time = f->created};
  r.session = bpi_memo_ident(&f->names, IDENT_SESSION, address->at, repository);
  int rc = sink->put(sink->self, &r);
  if (rc != BP_OK) return rc;
  r.kind = RECORD_CHANGE;
  r.flags = RECORD_SIDECHAIN; /* loses against the session that opened it */
  r.key = bpi_memo_ident(&f->names, IDENT_CHANGE, address->at, address->length);
  r.u.change = (change_record){
      .change = change,
      .type = type_told(f, change),
      .assisted = -1,
      .added = f->added,
      .removed = f->removed,
      .files = f->files,
      .rounds = f->rounds,
      .open_us = open_time(f, change),
  };
  return sink->put(sink->self, &r);
}

/* --------------------------------------------------------------------------------- the source */

static int read_changes(source_input *in) {
  forge *f = bpi_alloc_zero(1, sizeof *f);
  if (f == NULL) return BP_ERR_NOMEM;
  object_reader reader = {.take = take, .emit = emit, .self = f, .lists = true};
  f->in = in;
  f->names.sink = in->sink;
  int rc = bpi_read_objects(in, &reader);
  bpi_free(f);
  return rc;
}

static bool is_changes(const char *path) {
  return bpi_ends_with(path, ".forge.json") || bpi_ends_with(path, ".forge.jsonl");
}

/* Whether the first object has the URL of a change. */
static bool recognise(const char *bytes, size_t length) {
  static const char *const keys[] = {"html_url", "web_url", "url", NULL};
  id_text address = {0};
  uint64_t seen = 0;
  int twice = 0;
  unsigned dropped = 0;
  bool ours = false;
  size_t repository;
  scan s;
  bpi_scan_init_memory(&s, bytes, length);
  s.document = true;
  scan_type type = bpi_scan_value(&s);
  bool object = type == SCAN_OBJECT ||
                (type == SCAN_ARRAY && bpi_scan_item(&s) && bpi_scan_enter_object(&s));
  while (object && bpi_object_member(&s, keys, &seen, &twice) >= 0) {
    bpi_object_into(&s, &address, &dropped);
    ours |= kind_of(&address, &repository) >= 0;
  }
  bpi_scan_free(&s);
  return ours;
}

#define ADDRESS                                                                                    \
  "keyed hash: same review or issue; its repository: same history; its form: kind of change"
static const field_rule rules[] = {
    {"html_url", FIELD_HASHED, ADDRESS},
    {"web_url", FIELD_HASHED, ADDRESS},
    {"url", FIELD_HASHED, ADDRESS},
    {"title", FIELD_COMPARED, "first word: kind of change"},
    {"createdAt", FIELD_KEPT, "time"},
    {"created_at", FIELD_KEPT, "time"},
    {"mergedAt", FIELD_KEPT, "time to merge"},
    {"merged_at", FIELD_KEPT, "time to merge"},
    {"closedAt", FIELD_KEPT, "time to close"},
    {"closed_at", FIELD_KEPT, "time to close"},
    {"additions", FIELD_KEPT, "lines added"},
    {"deletions", FIELD_KEPT, "lines removed"},
    {"changedFiles", FIELD_KEPT, "number of files"},
    {"changed_files", FIELD_KEPT, "number of files"},
    {"reviews[].state", FIELD_COUNTED, "rounds of review"},
    {"labels[]", FIELD_COMPARED, "kind of change"},
    {"labels[].name", FIELD_COMPARED, "kind of change"},
    {NULL, FIELD_KEPT, NULL},
};

const source bpi_source_forge = {
    .name = "forge",
    .title = "Reviews and issues exported from a forge",
    .platform = "forge",
    .covers = COVERS_TIME | COVERS_CHANGES | COVERS_REVIEWS,
    .is_ours = is_changes,
    .recognise = recognise,
    .read = read_changes,
    .rules = rules,
    .whole = true,
};
