/* privacy/roster.c: reads, writes and signs rosters. The signature covers the canonical document
 * made from the parsed roster, not the received bytes: white space and the order of lists have no
 * meaning, and nothing unread is signed. */
#include "privacy/roster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "privacy/vector.h"

#define FORMAT_VERSION 1
#define LONGEST_GRACE 28
#define TEAMS_MAX 1000
#define PROJECTS_MAX 1000
#define FOLDERS_MAX 100
#define VERSION_MAX 1000000

/* ----------------------------------------------------------------------------------- reading */

/* The path of the current value in the document, for errors: "members[3].team". The first failure
 * is kept. */
typedef struct reader {
  roster *r;
  bp_error **error;
  int failed;
  char path[96];
} reader;

static bool wrong(reader *rd, const char *member, const char *hint) {
  char path[160];
  if (rd->failed) return false;
  snprintf(path, sizeof path, "%s%s%s", rd->path, *rd->path && *member ? "." : "", member);
  rd->failed = bpi_fail(rd->error, BP_ERR_FORMAT, "the roster is malformed at %s", path);
  bpi_fail_detail(rd->error, "reason", "malformed");
  bpi_fail_detail(rd->error, "path", path);
  bpi_fail_detail(rd->error, "hint", hint);
  return false;
}

/* Restricted characters, so that ids can appear unescaped in errors, columns and releases. */
static bool is_id(const char *text) {
  size_t length = text == NULL ? 0 : strlen(text);
  if (length == 0 || length > ROSTER_NAME_MAX) return false;
  for (size_t i = 0; i < length; i++) {
    char c = text[i];
    bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!word && (i == 0 || strchr("._-", c) == NULL)) return false;
  }
  return true;
}

static const char *read_id(reader *rd, json_value v, const char *member) {
  const char *text = bpi_json_text(v);
  if (is_id(text)) return text;
  wrong(rd, member,
        "a name of a-z, 0-9, dots, dashes and underscores that begins with a letter or digit, at "
        "most 64 bytes");
  return NULL;
}

/* An id that is listed separately: "other" is reserved for the rest. */
static const char *read_own_id(reader *rd, json_value v, const char *member) {
  const char *id = read_id(rd, v, member);
  if (id != NULL && strcmp(id, "other") == 0) wrong(rd, member, "any name but \"other\"");
  return id;
}

static int64_t read_number(reader *rd, json_value v, const char *member, int64_t least,
                           int64_t most) {
  int64_t value = least;
  char hint[64];
  if (bpi_json_int(v, &value) && value >= least && value <= most) return value;
  snprintf(hint, sizeof hint, "a whole number of %lld to %lld", (long long)least, (long long)most);
  wrong(rd, member, hint);
  return least;
}

static bool read_flag(reader *rd, json_value v, const char *member) {
  bool value = false;
  if (!bpi_json_bool(v, &value)) wrong(rd, member, "true or false");
  return value;
}

static void read_hex(reader *rd, json_value v, const char *member, unsigned char *out,
                     size_t bytes) {
  const char *text = bpi_json_text(v);
  if (text == NULL || strlen(text) != bytes * 2 || !bpi_unhex(text, bytes * 2, out))
    wrong(rd, member, bytes == BPI_SIGNATURE_BYTES ? "128 hex digits" : "64 hex digits");
}

/* Allocates a list of at most `most` items; NULL after an error. */
static void *make_list(reader *rd, json_value v, const char *member, size_t most, size_t size,
                       size_t *count) {
  *count = 0;
  if (v == NULL || rd->failed) return NULL;
  size_t items = bpi_json_size(v);
  if (!bpi_json_is_array(v) || items > most) {
    wrong(rd, member, "a list that is not too long");
    return NULL;
  }
  void *list = bpi_alloc_zero(items, size);
  if (list == NULL)
    rd->failed = bpi_fail_nomem(rd->error);
  else
    *count = items;
  return list;
}

static void enter(reader *rd, const char *list, size_t at) {
  snprintf(rd->path, sizeof rd->path, "%s[%zu]", list, at);
}
static void leave(reader *rd) {
  rd->path[0] = '\0';
}

/* Rejects an object with members that are not in `known`. */
static bool only(reader *rd, json_value v, const char *const *known) {
  if (!bpi_json_is_object(v)) return wrong(rd, "", "an object");
  for (json_value m = bpi_json_first(v); m != NULL; m = bpi_json_next(m)) {
    const char *const *k = known;
    while (*k != NULL && strcmp(*k, bpi_json_key(m)) != 0)
      k++;
    if (*k == NULL) return wrong(rd, "", "it has an unknown member");
  }
  return true;
}

static void read_teams(reader *rd, json_value v) {
  roster *r = rd->r;
  r->team = make_list(rd, v, "teams", TEAMS_MAX, sizeof *r->team, &r->teams);
  json_value item = r->teams == 0 ? NULL : bpi_json_first(v);
  for (size_t i = 0; i < r->teams; i++, item = bpi_json_next(item)) {
    enter(rd, "teams", i);
    r->team[i] = read_own_id(rd, item, "");
  }
  leave(rd);
}

/* The last component of a folder, which is all that a personal store keeps of it. */
static bool is_folder(const char *text) {
  return text != NULL && *text != '\0' && strlen(text) <= 96 && strpbrk(text, "/\\") == NULL;
}

static void read_folders(reader *rd, json_value v, roster_project *p) {
  p->folder = make_list(rd, v, "folders", FOLDERS_MAX, sizeof *p->folder, &p->folders);
  json_value item = p->folders == 0 ? NULL : bpi_json_first(v);
  for (size_t i = 0; i < p->folders; i++, item = bpi_json_next(item)) {
    p->folder[i] = bpi_json_text(item);
    if (!is_folder(p->folder[i])) wrong(rd, "folders", "last components of folder paths");
  }
}

static void read_projects(reader *rd, json_value v) {
  static const char *const known[] = {"id", "folders", NULL};
  roster *r = rd->r;
  r->project = make_list(rd, v, "projects", PROJECTS_MAX, sizeof *r->project, &r->projects);
  json_value item = r->projects == 0 ? NULL : bpi_json_first(v);
  for (size_t i = 0; i < r->projects; i++, item = bpi_json_next(item)) {
    enter(rd, "projects", i);
    if (!only(rd, item, known)) break;
    r->project[i].id = read_own_id(rd, bpi_json_get(item, "id"), "id");
    read_folders(rd, bpi_json_get(item, "folders"), &r->project[i]);
  }
  leave(rd);
}

static void read_seats(reader *rd, json_value v) {
  static const char *const known[] = {"platform", "seats", "price_cents", NULL};
  roster *r = rd->r;
  r->seat = make_list(rd, v, "seats", ROSTER_PLATFORMS_MAX, sizeof *r->seat, &r->seats);
  json_value item = r->seats == 0 ? NULL : bpi_json_first(v);
  for (size_t i = 0; i < r->seats; i++, item = bpi_json_next(item)) {
    json_value price = bpi_json_get(item, "price_cents");
    enter(rd, "seats", i);
    if (!only(rd, item, known)) break;
    r->seat[i].platform = read_id(rd, bpi_json_get(item, "platform"), "platform");
    r->seat[i].seats = read_number(rd, bpi_json_get(item, "seats"), "seats", 0, ROSTER_SEATS_MAX);
    if (price != NULL)
      r->seat[i].price_cents = read_number(rd, price, "price_cents", 0, ROSTER_CENTS_MAX);
  }
  leave(rd);
}

static int read_experience(reader *rd, json_value v) {
  const char *text = bpi_json_text(v);
  if (v == NULL) return SLICE_OTHER;
  int slice = text == NULL ? SLICE_OTHER : bpi_slice_find(SLICED_EXPERIENCE, text, strlen(text));
  if (slice == SLICE_OTHER && (text == NULL || strcmp(text, "other") != 0))
    wrong(rd, "experience", "junior, intermediate, senior, principal or other");
  return slice;
}

static int compare_keys(const void *a, const void *b) {
  return memcmp(a, b, BPI_PUBLIC_BYTES);
}

static void read_devices(reader *rd, json_value v, roster_member *m) {
  m->devices = 0;
  if (v == NULL) return; /* listed by name only, and does not share yet */
  if (!bpi_json_is_array(v) || bpi_json_size(v) > ROSTER_DEVICES) {
    wrong(rd, "devices", "a list of at most 8 keys");
    return;
  }
  for (json_value item = bpi_json_first(v); item != NULL; item = bpi_json_next(item))
    read_hex(rd, item, "devices", m->device[m->devices++], BPI_PUBLIC_BYTES);
  qsort(m->device, m->devices, sizeof m->device[0], compare_keys);
}

static int compare_texts(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t find_team(const roster *r, const char *id) {
  const char **found = id == NULL || r->teams == 0
                           ? NULL
                           : bsearch(&id, r->team, r->teams, sizeof *r->team, compare_texts);
  return found == NULL ? ROSTER_NONE : (size_t)(found - r->team);
}

static void read_member(reader *rd, json_value v, roster_member *m) {
  static const char *const known[] = {"id",         "devices", "team",   "role",
                                      "experience", "service", "active", NULL};
  if (!only(rd, v, known)) return;
  json_value role = bpi_json_get(v, "role"), service = bpi_json_get(v, "service");
  json_value active = bpi_json_get(v, "active");
  m->id = read_id(rd, bpi_json_get(v, "id"), "id");
  read_devices(rd, bpi_json_get(v, "devices"), m);
  m->team = find_team(rd->r, bpi_json_text(bpi_json_get(v, "team")));
  if (m->team == ROSTER_NONE) wrong(rd, "team", "one of the roster's teams");
  m->role = role == NULL ? "member" : read_id(rd, role, "role");
  m->experience = read_experience(rd, bpi_json_get(v, "experience"));
  m->service = service != NULL && read_flag(rd, service, "service");
  m->active = active == NULL || read_flag(rd, active, "active");
}

static void read_members(reader *rd, json_value v) {
  roster *r = rd->r;
  r->member = make_list(rd, v, "members", ROSTER_MEMBERS_MAX, sizeof *r->member, &r->members);
  json_value item = r->members == 0 ? NULL : bpi_json_first(v);
  for (size_t i = 0; i < r->members && !rd->failed; i++, item = bpi_json_next(item)) {
    enter(rd, "members", i);
    read_member(rd, item, &r->member[i]);
  }
  leave(rd);
}

/* --------------------------------------------------------------------------------- the order */

static int compare_projects(const void *a, const void *b) {
  return strcmp(((const roster_project *)a)->id, ((const roster_project *)b)->id);
}
static int compare_seats(const void *a, const void *b) {
  return strcmp(((const roster_seat *)a)->platform, ((const roster_seat *)b)->platform);
}
static int compare_members(const void *a, const void *b) {
  return strcmp(((const roster_member *)a)->id, ((const roster_member *)b)->id);
}

/* Sorts a list and rejects duplicates. */
static void put_in_order(reader *rd, void *list, size_t count, size_t size,
                         int (*compare)(const void *, const void *), const char *member) {
  const char *at = list;
  if (rd->failed || count < 2) return;
  qsort(list, count, size, compare);
  for (size_t i = 1; i < count; i++)
    if (compare(at + (i - 1) * size, at + i * size) == 0)
      wrong(rd, member, "it has a duplicate name");
}

static void order_folders(reader *rd) {
  for (size_t i = 0; i < rd->r->projects; i++)
    put_in_order(rd, rd->r->project[i].folder, rd->r->project[i].folders, sizeof(char *),
                 compare_texts, "projects");
}

static int compare_devices(const void *a, const void *b) {
  return memcmp(((const roster_device *)a)->key, ((const roster_device *)b)->key, BPI_PUBLIC_BYTES);
}

/* A device belongs to one person only. */
static void order_devices(reader *rd) {
  roster *r = rd->r;
  size_t count = 0;
  for (size_t i = 0; i < r->members && !rd->failed; i++)
    count += r->member[i].devices;
  if (count == 0) return;
  r->device = bpi_alloc_zero(count, sizeof *r->device);
  if (r->device == NULL) {
    rd->failed = bpi_fail_nomem(rd->error);
    return;
  }
  for (size_t i = 0; i < r->members; i++)
    for (size_t k = 0; k < r->member[i].devices; k++)
      r->device[r->devices++] = (roster_device){r->member[i].device[k], i};
  put_in_order(rd, r->device, r->devices, sizeof *r->device, compare_devices, "members");
}

/* A folder belongs to one project only. */
static void folders_once(reader *rd) {
  roster *r = rd->r;
  size_t count = 0;
  for (size_t i = 0; i < r->projects && !rd->failed; i++)
    count += r->project[i].folders;
  const char **all = count == 0 ? NULL : bpi_alloc_zero(count, sizeof *all);
  if (count > 0 && all == NULL) rd->failed = bpi_fail_nomem(rd->error);
  if (all == NULL) return;
  count = 0;
  for (size_t i = 0; i < r->projects; i++)
    for (size_t k = 0; k < r->project[i].folders; k++)
      all[count++] = r->project[i].folder[k];
  put_in_order(rd, all, count, sizeof *all, compare_texts, "projects");
  bpi_free(all);
}

static void read_signed(reader *rd, json_value root) {
  roster *r = rd->r;
  r->version = read_number(rd, bpi_json_get(root, "version"), "version", 1, VERSION_MAX);
  read_hex(rd, bpi_json_get(root, "previous"), "previous", r->previous, sizeof r->previous);
  read_hex(rd, bpi_json_get(root, "store"), "store", r->store.sign, sizeof r->store.sign);
  read_hex(rd, bpi_json_get(root, "box"), "box", r->store.box, sizeof r->store.box);
  read_hex(rd, bpi_json_get(root, "signature"), "signature", r->signature, sizeof r->signature);
}

static void read_root(reader *rd, json_value root, bool signed_one) {
  static const char *const known[] = {
      "blueplane.roster", "organisation", "minimum",  "grace_days", "teams", "projects",  "seats",
      "members",          "version",      "previous", "store",      "box",   "signature", NULL};
  static const char *const plain[] = {
      "blueplane.roster", "organisation", "minimum", "grace_days", "teams",
      "projects",         "seats",        "members", NULL};
  json_value minimum = bpi_json_get(root, "minimum"), grace = bpi_json_get(root, "grace_days");
  roster *r = rd->r;
  if (!only(rd, root, signed_one ? known : plain)) return;
  read_number(rd, bpi_json_get(root, "blueplane.roster"), "blueplane.roster", FORMAT_VERSION,
              FORMAT_VERSION);
  if (signed_one) read_signed(rd, root);
  r->organisation = read_id(rd, bpi_json_get(root, "organisation"), "organisation");
  r->minimum = minimum == NULL ? ROSTER_FLOOR
                               : read_number(rd, minimum, "minimum", ROSTER_FLOOR, 100);
  r->grace_days = grace == NULL ? 3 : read_number(rd, grace, "grace_days", 0, LONGEST_GRACE);
  read_teams(rd, bpi_json_get(root, "teams"));
  put_in_order(rd, r->team, r->teams, sizeof *r->team, compare_texts, "teams");
  if (r->teams == 0) wrong(rd, "teams", "a list of at least one team");
  read_projects(rd, bpi_json_get(root, "projects"));
  put_in_order(rd, r->project, r->projects, sizeof *r->project, compare_projects, "projects");
  order_folders(rd);
  folders_once(rd);
  read_seats(rd, bpi_json_get(root, "seats"));
  put_in_order(rd, r->seat, r->seats, sizeof *r->seat, compare_seats, "seats");
  read_members(rd, bpi_json_get(root, "members"));
  put_in_order(rd, r->member, r->members, sizeof *r->member, compare_members, "members");
  order_devices(rd);
}

int bpi_roster_parse(roster **out, const char *json, size_t length, bool signed_one,
                     bp_error **error) {
  *out = NULL;
  roster *r = bpi_alloc_zero(1, sizeof *r);
  if (r == NULL) return bpi_fail_nomem(error);
  reader rd = {.r = r, .error = error};
  rd.failed = bpi_json_parse(&r->doc, json, length, error);
  if (rd.failed == BP_ERR_FORMAT) bpi_fail_detail(error, "reason", "malformed");
  if (rd.failed == BP_ERR_LIMIT) bpi_fail_detail(error, "reason", "too_large");
  if (!rd.failed) read_root(&rd, bpi_json_root(r->doc), signed_one);
  if (rd.failed)
    bpi_roster_free(r);
  else
    *out = r;
  return rd.failed;
}

void bpi_roster_free(roster *r) {
  if (r == NULL) return;
  for (size_t i = 0; i < r->projects; i++)
    bpi_free(r->project[i].folder);
  bpi_free(r->team);
  bpi_free(r->project);
  bpi_free(r->seat);
  bpi_free(r->member);
  bpi_free(r->device);
  bpi_json_free(r->doc);
  bpi_free(r);
}

/* ----------------------------------------------------------------------------------- writing */

static void put_text(buf *b, const char *before, const char *text) {
  bpi_buf_text(b, before);
  bpi_buf_json_text(b, text, strlen(text));
}

static void put_number(buf *b, const char *before, int64_t value) {
  bpi_buf_text(b, before);
  bpi_buf_int(b, value);
}

static void put_hex(buf *b, const char *before, const unsigned char *bytes, size_t length) {
  char hex[2 * BPI_SIGNATURE_BYTES + 1];
  bpi_hex(bytes, length, hex);
  put_text(b, before, hex);
}

static const char *comma(size_t at) {
  return at == 0 ? "" : ",";
}

static void put_project(buf *b, const roster_project *p) {
  put_text(b, "{\"id\":", p->id);
  bpi_buf_text(b, ",\"folders\":[");
  for (size_t i = 0; i < p->folders; i++)
    put_text(b, comma(i), p->folder[i]);
  bpi_buf_text(b, "]}");
}

static void put_member(buf *b, const roster *r, const roster_member *m) {
  put_text(b, "{\"id\":", m->id);
  put_text(b, ",\"team\":", r->team[m->team]);
  put_text(b, ",\"role\":", m->role);
  put_text(b, ",\"experience\":", bpi_slice_name(SLICED_EXPERIENCE, m->experience));
  bpi_buf_printf(b, ",\"service\":%s,\"active\":%s,\"devices\":[", m->service ? "true" : "false",
                 m->active ? "true" : "false");
  for (size_t i = 0; i < m->devices; i++)
    put_hex(b, comma(i), m->device[i], BPI_PUBLIC_BYTES);
  bpi_buf_text(b, "]}");
}

static void put_lists(buf *b, const roster *r) {
  bpi_buf_text(b, ",\"teams\":[");
  for (size_t i = 0; i < r->teams; i++)
    put_text(b, comma(i), r->team[i]);
  bpi_buf_text(b, "],\"projects\":[");
  for (size_t i = 0; i < r->projects; i++) {
    bpi_buf_text(b, comma(i));
    put_project(b, &r->project[i]);
  }
  bpi_buf_text(b, "],\"seats\":[");
  for (size_t i = 0; i < r->seats; i++) {
    bpi_buf_text(b, comma(i));
    put_text(b, "{\"platform\":", r->seat[i].platform);
    put_number(b, ",\"seats\":", r->seat[i].seats);
    put_number(b, ",\"price_cents\":", r->seat[i].price_cents);
    bpi_buf_char(b, '}');
  }
  bpi_buf_text(b, "],\"members\":[");
  for (size_t i = 0; i < r->members; i++) {
    bpi_buf_text(b, comma(i));
    put_member(b, r, &r->member[i]);
  }
  bpi_buf_char(b, ']');
}

/* Leaves out the closing brace, so that a signature can follow. */
static void put_unsigned(buf *b, const roster *r) {
  put_number(b, "{\"blueplane.roster\":", FORMAT_VERSION);
  if (r->version > 0) {
    put_number(b, ",\"version\":", r->version);
    put_hex(b, ",\"previous\":", r->previous, sizeof r->previous);
    put_hex(b, ",\"store\":", r->store.sign, sizeof r->store.sign);
    put_hex(b, ",\"box\":", r->store.box, sizeof r->store.box);
  }
  put_text(b, ",\"organisation\":", r->organisation);
  put_number(b, ",\"minimum\":", r->minimum);
  put_number(b, ",\"grace_days\":", r->grace_days);
  put_lists(b, r);
}

int bpi_roster_write(char **out, size_t *length, const roster *r, bp_error **error) {
  buf b;
  bpi_buf_init(&b, JSON_DOCUMENT_MAX);
  put_unsigned(&b, r);
  if (r->version > 0) put_hex(&b, ",\"signature\":", r->signature, sizeof r->signature);
  bpi_buf_char(&b, '}');
  if (b.failed == BP_ERR_LIMIT) {
    bpi_buf_free(&b);
    return bpi_refuse(error, BP_ERR_LIMIT, "too_large", "the roster is too large");
  }
  *out = bpi_buf_take(&b, length);
  return *out == NULL ? bpi_fail_nomem(error) : BP_OK;
}

int bpi_roster_digest(const roster *r, unsigned char out[BPI_DIGEST_BYTES], bp_error **error) {
  char *document = NULL;
  size_t length = 0;
  int rc = bpi_roster_write(&document, &length, r, error);
  if (rc != BP_OK) return rc;
  bpi_hash_digest(document, length, out);
  bpi_free(document);
  return BP_OK;
}

/* ----------------------------------------------------------------------------------- signing */

static int signed_part(buf *b, const roster *r, bp_error **error) {
  bpi_buf_init(b, JSON_DOCUMENT_MAX);
  put_unsigned(b, r);
  if (!b->failed) return BP_OK;
  int failed = b->failed;
  bpi_buf_free(b);
  return failed == BP_ERR_LIMIT ? bpi_refuse(error, failed, "too_large", "the roster is too large")
                                : bpi_fail_nomem(error);
}

int bpi_roster_sign(roster *r, const sign_keys *keys, const roster *previous, bp_error **error) {
  buf b;
  r->version = previous == NULL ? 1 : previous->version + 1;
  r->store = keys->open;
  memset(r->previous, 0, sizeof r->previous);
  int rc = previous == NULL ? BP_OK : bpi_roster_digest(previous, r->previous, error);
  if (rc == BP_OK && r->version > VERSION_MAX)
    rc = bpi_fail(error, BP_ERR_LIMIT, "the chain of rosters is full");
  if (rc == BP_OK) rc = signed_part(&b, r, error);
  if (rc != BP_OK) return rc;
  bpi_sign(r->signature, keys, b.data, b.length);
  bpi_buf_free(&b);
  return BP_OK;
}

int bpi_roster_verify(const roster *r, const unsigned char store[BPI_PUBLIC_BYTES],
                      bp_error **error) {
  buf b;
  int rc = signed_part(&b, r, error);
  if (rc != BP_OK) return rc;
  bool good = r->version > 0 && memcmp(r->store.sign, store, BPI_PUBLIC_BYTES) == 0 &&
              bpi_sign_verify(r->signature, store, b.data, b.length);
  bpi_buf_free(&b);
  if (good) return BP_OK;
  return bpi_refuse(error, BP_ERR_DENIED, "signature",
                    "the roster is not signed by this team store");
}

/* ----------------------------------------------------------------------------------- looking */

bool bpi_roster_as_careful(const roster *r, const roster *agreed) {
  return r->minimum >= agreed->minimum && r->grace_days <= agreed->grace_days;
}

const roster_member *bpi_roster_device(const roster *r,
                                       const unsigned char device[BPI_PUBLIC_BYTES]) {
  const roster_device wanted = {.key = device};
  const roster_device *found =
      r->devices == 0 ? NULL
                      : bsearch(&wanted, r->device, r->devices, sizeof *r->device, compare_devices);
  return found == NULL ? NULL : &r->member[found->member];
}

const roster_member *bpi_roster_member(const roster *r, const char *id) {
  const roster_member wanted = {.id = id};
  return id == NULL || r->members == 0
             ? NULL
             : bsearch(&wanted, r->member, r->members, sizeof *r->member, compare_members);
}

size_t bpi_roster_team(const roster *r, const char *id) {
  return find_team(r, id);
}

size_t bpi_roster_project(const roster *r, const char *id) {
  const roster_project wanted = {.id = id};
  const roster_project *found =
      id == NULL || r->projects == 0
          ? NULL
          : bsearch(&wanted, r->project, r->projects, sizeof *r->project, compare_projects);
  return found == NULL ? ROSTER_NONE : (size_t)(found - r->project);
}

size_t bpi_roster_project_of(const roster *r, const char *folder, size_t length) {
  for (size_t i = 0; i < r->projects; i++)
    for (size_t k = 0; k < r->project[i].folders; k++) {
      const char *known = r->project[i].folder[k];
      if (strlen(known) == length && memcmp(known, folder, length) == 0) return i;
    }
  return ROSTER_NONE;
}

bool bpi_roster_leads(const roster_member *m) {
  return strcmp(m->role, "lead") == 0;
}

size_t bpi_roster_active(const roster *r, size_t team) {
  size_t people = 0;
  for (size_t i = 0; i < r->members; i++)
    people += r->member[i].team == team && r->member[i].active && !r->member[i].service;
  return people;
}
