/* Writes a small signed release, or a lead's file, for tests that need one to open: release_driver
 * FILE KIND. */
#include <stdio.h>
#include <string.h>

#include "privacy/release.h"

int main(int count, char **arguments) {
  static release_row rows[] = {{"core", "", 0, 0, 0, 2, 12}, {"web", "codex", 1, 2, 1, 1, 500}};
  static release_view views[] = {{"ana", 0, 40000, 5}};
  release r = {
      .window = 20493, .edition = 1, .minimum = 3, .organisation = "acme", .row = rows, .rows = 2};
  hash_key root;
  sign_keys keys;
  unsigned char *data = NULL;
  size_t length = 0;
  if (count != 3 || bpi_hash_init() != BP_OK) return 2;
  if (strcmp(arguments[2], "lead") == 0) {
    r.team = "core";
    r.rows = 1;
    r.view = views;
    r.views = 1;
  }
  memset(&root, 1, sizeof root);
  bpi_sign_keys(&keys, &root);
  memcpy(r.store, keys.open.sign, sizeof r.store);
  FILE *file = fopen(arguments[1], "wb");
  int good = file != NULL && bpi_release_write(&data, &length, &r, &keys, NULL) == BP_OK &&
             fwrite(data, 1, length, file) == length;
  if (file != NULL) good &= fclose(file) == 0;
  bp_free(data);
  return good ? 0 : 1;
}
