/* Ten thousand invalid bundles: bytes changed, cut, doubled, moved and inserted, outside the seal,
 * inside it by somebody who can seal, and signed again by a member's own device. All must be
 * refused with a documented reason and leave the store unchanged. Controls: the unchanged bundle is
 * merged, and a reader that believes every field accepts many of the mutants. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/dice.h"
#include "../unit/folder.h"
#include "../unit/run_suite.h"
#include "base/mem.h"
#include "world.h"

#define STORE 1
#define DEVICE 101
#define ROOM (64 << 10) /* two envelope sizes above the smallest */

static uint64_t dice = 2463534242u;
static unsigned roll(unsigned sides) {
  return (unsigned)dice_below(&dice, sides);
}

typedef struct mutant {
  unsigned char data[ROOM];
  size_t length;
} mutant;

/* Makes one change of the kinds that files and attackers make. False if it changed nothing. */
static bool mutate(mutant *m, const mutant *from, size_t until) {
  *m = *from;
  size_t at = roll((unsigned)until), run = 1 + roll(40), to;
  if (at + run > until) run = until - at;
  switch (roll(8)) {
  case 0: m->data[at] ^= (unsigned char)(1u << roll(8)); break;
  case 1: m->data[at] = (unsigned char)roll(256); break;
  case 2: m->length = at; break;
  case 3: memset(m->data + at, roll(2) ? 0xff : 0, run); break;
  case 4: /* doubled */
    memmove(m->data + at + run, m->data + at, m->length - at);
    m->length += run;
    break;
  case 5: /* removed */
    memmove(m->data + at, m->data + at + run, m->length - at - run);
    m->length -= run;
    break;
  case 6: /* moved */
    to = roll((unsigned)(until - run + 1));
    memmove(m->data + to, from->data + at, run);
    break;
  default:
    for (size_t i = 0; i < run; i++)
      m->data[m->length++] = (unsigned char)roll(256);
  }
  return m->length != from->length || memcmp(m->data, from->data, m->length) != 0;
}

static void reseal(mutant *out, const mutant *inner, const public_keys *store) {
  unsigned char *sealed;
  bp_error *error = NULL;
  ck_assert_int_eq(
      bpi_bundle_seal(&sealed, &out->length, inner->data, inner->length, store, &error), BP_OK);
  ck_assert_uint_le(out->length, sizeof out->data);
  memcpy(out->data, sealed, out->length);
  bpi_free(sealed);
}

/* Signs what is before the signature, as the device itself would. */
static void resign(mutant *inner, unsigned device) {
  sign_keys keys = world_keys(device);
  if (inner->length < BPI_SIGNATURE_BYTES) return;
  size_t body = inner->length - BPI_SIGNATURE_BYTES;
  bpi_sign(inner->data + body, &keys, inner->data, body);
}

typedef enum layer { OUTSIDE, SEALED, FORGED, OWN, LAYERS } layer;
static const char *const layer_names[LAYERS] = {"outside the seal", "under the seal",
                                                "signed by a stranger", "signed by the device"};

/* What a device signs is valid if it is well formed: another revision is another bundle, and
 * decisions on consent are taken whatever else it says. Those are no mutants; the format alone
 * tells them apart. */
static bool is_bundle(const mutant *inner, const mutant *genuine) {
  bundle b;
  bp_error *error = NULL;
  int rc = bpi_bundle_read(&b, inner->data, inner->length, &error);
  bp_error_free(error);
  if (rc != BP_OK) return false;
  bool same_place = memcmp(inner->data + 7, genuine->data + 7, 68) == 0 &&
                    memcmp(inner->data + 79, genuine->data + 79, 4) == 0;
  bool speaks = memcmp(inner->data + 83, genuine->data + 83, 5) != 0 ||
                memcmp(inner->data + 92, genuine->data + 92, AGREEMENT_BYTES) != 0;
  bpi_bundle_free(&b);
  /* same store, device, week and roster: other content is lawful */
  return same_place || (speaks && memcmp(inner->data + 7, genuine->data + 7, 64) == 0);
}

/* The control: a reader that checks no signature, order or bounds. */
static bool believes(const mutant *inner) {
  return inner->length >= 92 + BPI_SIGNATURE_BYTES && memcmp(inner->data, "BPLB", 4) == 0;
}

typedef struct tally {
  unsigned made, refused, lawful, believed;
} tally;

static size_t store_digest(const char *path, unsigned char out[BPI_DIGEST_BYTES]) {
  size_t length;
  unsigned char *data = world_file(path, &length);
  bpi_hash_digest(data, length, out);
  free(data);
  return length;
}

START_TEST(mutants_are_refused) {
  const unsigned count = 10000;
  static mutant inner, outer, m, sealed;
  static const char *const words[] = {"malformed",      "too_large",      "store",       "seal",
                                      "signature",      "unknown_device", "not_over",    "closed",
                                      "unknown_roster", "revoked_member", "old_revision"};
  sign_keys store = world_keys(STORE), device = world_keys(DEVICE);
  vector_cell cells[WORLD_CELLS];
  char reason[32], path[200];
  snprintf(path, sizeof path, "%s", path_of("mutants.db"));
  bp_store *s = world_team_store(path, STORE);
  char *roster = world_roster(4, 3, "");
  world_configure(s, "roster", roster);
  bpi_free(roster);
  bundle b = world_contribution(cells, world_cells(cells, 7), 5);
  b.said = 3;
  b.agreed[0] = (agreement){BP_ACCESS_LEAD, 0, WORLD_MONDAY - 30, WORLD_MONDAY + 60};
  b.agreements = 1;
  memcpy(b.store, store.open.sign, sizeof b.store);
  memcpy(b.device, device.open.sign, sizeof b.device);
  unsigned char *data;
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_bundle_write(&data, &inner.length, &b, &device, &error), BP_OK);
  memcpy(inner.data, data, inner.length);
  bpi_free(data);
  reseal(&outer, &inner, &store.open);
  ck_assert_int_eq(world_merge(s, outer.data, outer.length, reason), BP_OK); /* the control */
  bp_close(s);
  unsigned char before[BPI_DIGEST_BYTES], after[BPI_DIGEST_BYTES];
  size_t size = store_digest(path, before);
  s = world_open(path, BP_ACCESS_STEWARD, NULL);
  tally all[LAYERS] = {{0, 0, 0, 0}};
  for (unsigned i = 0; i < count; i++) {
    layer l = (layer)(i % LAYERS);
    tally *t = &all[l];
    const mutant *from = l == OUTSIDE ? &outer : &inner;
    do {
      bool changed = mutate(&m, from, l == OWN ? from->length - BPI_SIGNATURE_BYTES : from->length);
      if (!changed) continue;
      if (l == FORGED) resign(&m, 999);
      if (l == OWN) resign(&m, DEVICE);
      if (l == OWN && is_bundle(&m, &inner)) {
        t->lawful++;
        continue;
      }
      break;
    } while (true);
    if (l != OUTSIDE) {
      t->believed += believes(&m);
      reseal(&sealed, &m, &store.open);
    }
    const mutant *given = l == OUTSIDE ? &m : &sealed;
    int rc = world_merge(s, given->data, given->length, reason);
    ck_assert_msg(rc != BP_OK, "mutant %u %s is taken: %s", i, layer_names[l], reason);
    bool known = false;
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
      known |= strcmp(reason, words[k]) == 0;
    ck_assert_msg(known, "mutant %u: no word of the table: %s (%d)", i, reason, rc);
    t->made++;
    t->refused++;
  }
  bp_close(s);
  ck_assert_uint_eq(store_digest(path, after), size);
  ck_assert_mem_eq(before, after, sizeof before);
  for (int l = 0; l < LAYERS; l++)
    printf(
        "%s: %u of %u refused; a reader that believes takes %u; %u changes were lawful bundles\n",
        layer_names[l], all[l].refused, all[l].made, all[l].believed, all[l].lawful);
  ck_assert_uint_gt(all[SEALED].believed, 0);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("mutants");
  TCase *tests = tcase_create("mutants");
  tcase_add_unchecked_fixture(tests, make_folder, remove_folder);
  tcase_set_timeout(tests, 1200);
  tcase_add_test(tests, mutants_are_refused);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
